"""Page KPIs: the list of all KPIs, and which one is looked at, made or edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from kpi.language import mark
from kpi.narrate import describe_target, layer_name, scene_name
from kpi.scorecard import Span, write_period
from kpi.semantic.kpi import Kpi, Layer
from kpi.semantic.scene import scenes
from kpi.ui.answers import lit_kpis
from kpi.ui.controls import ALL, DAYS, type_text
from kpi.ui.link import choose
from kpi.ui.session import Screen, go_to

PAGE = "kpis"
SHOW, NEW, EDIT, COPY = "show", "new", "edit", "copy"
_LIT, _DARK, _ARCHIVED = "lit", "dark", "archived"
_STATES = {
    ALL: mark("All"),
    _LIT: mark("Computable"),
    _DARK: mark("Waiting for data"),
    _ARCHIVED: mark("Archived"),
}
_SHORT = {"b2b": "B2B", "b2c": "B2C", "saas": "SaaS", "general": ""}
_JUMP = f"{PAGE}.jump"  # where to go in the next run: a widget's own value cannot change once it is drawn


@dataclass(frozen=True)
class Place:
    """What the page shows: a KPI (None: the list), and what is done with it."""

    kpi: str | None
    mode: str


def open_kpi(kpi_id: str, span: Span) -> None:
    """Leave for a KPI's own page section, over the days that are looked at now."""
    st.session_state[f"{PAGE}.kpi"] = kpi_id
    st.session_state[f"{PAGE}.mode"] = SHOW
    kind = span.grain.value if span.grain else DAYS
    st.session_state[f"{PAGE}.span"] = kind
    if kind == DAYS:
        st.session_state[f"{PAGE}.days"] = (span.period.start, span.period.last)
    else:
        st.session_state[f"{PAGE}.{kind}"] = write_period(span.period)
    go_to("kpis")


def jump_to(kpi_id: str | None, mode: str = SHOW) -> None:
    """Show this KPI (None: the list) in the next run."""
    st.session_state[_JUMP] = Place(kpi_id, mode)
    st.rerun()


def choose_place(screen: Screen) -> Place:
    """The control that says which KPI is looked at; what is done with it stands in the link."""
    t, kpis = screen.t, screen.context.definitions.kpis
    if _JUMP in st.session_state:
        wanted: Place = st.session_state.pop(_JUMP)
        st.session_state[f"{PAGE}.kpi"] = wanted.kpi or ""
        st.session_state[f"{PAGE}.mode"] = wanted.mode
        st.query_params.pop("kpi", None)
        st.query_params.pop("mode", None)
    chosen = choose(
        st.selectbox,
        t("KPI"),
        ("", *sorted(kpis, key=lambda name: kpis[name].names.in_language(t.language))),
        name="kpi",
        key=f"{PAGE}.kpi",
        t=t,
        show=lambda name: kpis[name].names.in_language(t.language) if name in kpis else t("All KPIs"),
    )
    mode = _mode(bool(chosen))
    return Place(chosen or None, mode)


def show_list(screen: Screen) -> None:
    """Every KPI with where it belongs, its target and owner; a row opens it."""
    t = screen.t
    found = _filtered(screen)
    lit = sum(kpi.id in lit_kpis(screen) for kpi in found)
    st.title(t("{n} KPIs, {lit} of them computable from the loaded data", n=len(found), lit=lit))
    if st.button(t("New KPI"), key=f"{PAGE}.new", type="primary"):
        jump_to(None, NEW)
    if not found:
        st.info(t("No KPI fits these filters."))
        return
    event = st.dataframe(
        _table(screen, found),
        hide_index=True,
        key=f"{PAGE}.list",
        on_select="rerun",
        selection_mode="single-row",
        height=min(720, 38 * (len(found) + 1) + 2),
        alt=t("All KPIs"),
    )
    st.caption(t("Choose a row to open it."))
    rows: Sequence[int] = event["selection"]["rows"]
    if rows:
        jump_to(found[rows[0]].id)


def _filtered(screen: Screen) -> list[Kpi]:
    t, lit = screen.t, lit_kpis(screen)
    with st.sidebar:
        text = type_text(t("Search KPIs"), "find", f"{PAGE}.find", placeholder=t("Name or meaning")).lower()
        scene = choose(
            st.selectbox,
            t("Scene"),
            (ALL, *scenes()),
            name="scene",
            key=f"{PAGE}.scene",
            t=t,
            show=lambda name: t("All") if name == ALL else scene_name(name, t),
        )
        layer = choose(
            st.selectbox,
            t("Layer"),
            (ALL, *(item.value for item in Layer)),
            name="layer",
            key=f"{PAGE}.layer",
            t=t,
            show=lambda name: t("All") if name == ALL else layer_name(Layer(name), t),
        )
        state = choose(
            st.selectbox,
            t("State"),
            tuple(_STATES),
            name="state",
            key=f"{PAGE}.state",
            t=t,
            show=lambda name: t(_STATES[name]),
        )
    found = [
        kpi
        for kpi in screen.context.definitions.kpis.values()
        if kpi.archived is (state == _ARCHIVED)
        and (state not in (_LIT, _DARK) or (kpi.id in lit) is (state == _LIT))
        and (scene == ALL or any(place.scene == scene for place in kpi.places))
        and (layer == ALL or kpi.layer.value == layer)
        and (not text or any(text in part.lower() for part in _texts(kpi)))
    ]
    return sorted(found, key=lambda kpi: kpi.id not in lit)


def _texts(kpi: Kpi) -> tuple[str, ...]:
    return kpi.id, kpi.names.en, kpi.names.zh, kpi.meaning.en, kpi.meaning.zh


def _table(screen: Screen, found: Sequence[Kpi]) -> pd.DataFrame:
    t, lit = screen.t, lit_kpis(screen)
    own = screen.context.definitions.own
    return pd.DataFrame(
        [
            {
                t("KPI"): kpi.names.in_language(t.language),
                t("State"): t("● Computable") if kpi.id in lit else t("○ Waiting for data"),
                t("Target"): describe_target(kpi, t, screen.dataset.currency),
                t("Owner"): kpi.owner or "",
                t("Layer"): layer_name(kpi.layer, t),
                t("Where"): ", ".join(_places(kpi, t.language)),
                t("Made by"): t("You") if kpi.id in own else t("Catalogue"),
                "ID": kpi.id,
            }
            for kpi in found
        ]
    )


def _places(kpi: Kpi, language: str) -> list[str]:
    steps = [(place.scene, scenes()[place.scene].step(place.step)) for place in kpi.places]
    return [f"{_SHORT[scene]} {step.names.in_language(language)}".strip() for scene, step in steps if step is not None]


def _mode(has_kpi: bool) -> str:
    """What is done: kept in the link, and only what fits."""
    key = f"{PAGE}.mode"
    if "mode" in st.query_params:
        st.session_state[key] = st.query_params["mode"]
    mode = st.session_state.get(key, SHOW)
    fits = (SHOW, EDIT, COPY) if has_kpi else (SHOW, NEW)
    mode = mode if mode in fits else SHOW
    st.session_state[key] = mode
    if mode == SHOW:
        st.query_params.pop("mode", None)
    else:
        st.query_params["mode"] = mode
    return str(mode)
