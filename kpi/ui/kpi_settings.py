"""A KPI's target, owner and layer, and what else can be done with it: edit, copy, archive."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

from kpi.language import mark
from kpi.narrate import layer_name
from kpi.semantic.definitions import save_settings
from kpi.semantic.kpi import Kpi, Layer, Target, Unit
from kpi.ui.kpis import COPY, EDIT, PAGE, jump_to
from kpi.ui.session import Screen

Per = Literal["month", "quarter", "year"]
_PER = {
    "": mark("For any period"),
    "month": mark("A month"),
    "quarter": mark("A quarter"),
    "year": mark("A year"),
}


def show_actions(screen: Screen, kpi: Kpi) -> None:
    """What can be done with a KPI besides reading it."""
    t = screen.t
    with st.container(horizontal=True):
        if st.button(t("Back to all KPIs"), key=f"{PAGE}.back", type="tertiary"):
            jump_to(None)
        if st.button(t("Edit definition"), key=f"{PAGE}.edit"):
            jump_to(kpi.id, EDIT)
        if st.button(t("Copy"), key=f"{PAGE}.copy"):
            jump_to(kpi.id, COPY)
        label = t("Bring back") if kpi.archived else t("Archive")
        if st.button(label, key=f"{PAGE}.archive"):
            _save(screen, kpi, kpi.target, kpi.owner, kpi.layer, archived=not kpi.archived)
            jump_to(kpi.id)
    if kpi.archived:
        st.info(t("This KPI is archived: it stands on no scorecard."))


def show_settings(screen: Screen, kpi: Kpi) -> None:
    """The form for target, owner and layer."""
    t = screen.t
    with st.expander(t("Target, owner and layer"), key=f"{PAGE}.settings"):
        _form(screen, kpi)


def choose_target(screen: Screen, kpi: Kpi | None, unit: Unit, key: str) -> Target | None:
    """The fields of a target; rates are typed in per cent."""
    t, known = screen.t, kpi.target if kpi else None
    scale = 100.0 if unit is Unit.RATE else 1.0
    value = st.number_input(
        t("Target (%)") if unit is Unit.RATE else t("Target"),
        value=round(known.value * scale, 6) if known else None,
        key=f"{key}.target",
        placeholder=t("None"),
        format="%0.6g",
    )
    per = ""
    if unit in (Unit.COUNT, Unit.MONEY):
        per = st.selectbox(
            t("The target is meant for"),
            tuple(_PER),
            index=list(_PER).index((known.per if known else "month") or ""),
            key=f"{key}.per",
            format_func=lambda name: t(_PER[name]),
            help=t("A target for a month grows with the length of the period that is looked at."),
        )
    if value is None:
        return None
    same = known is not None and known.value == value / scale
    return Target(
        value=value / scale,
        per=cast(Per, per) if per else None,
        strict=known.strict if known else False,
        source=known.source if known and same else None,
    )


def choose_layer(screen: Screen, known: Layer, key: str) -> Layer:
    """Outcome, process or auxiliary."""
    t = screen.t
    chosen = st.selectbox(
        t("Layer"),
        [layer.value for layer in Layer],
        index=[layer.value for layer in Layer].index(known.value),
        key=f"{key}.layer",
        format_func=lambda name: layer_name(Layer(name), t),
        help=t("Outcome: what is achieved. Process: what leads there. Auxiliary: what explains."),
    )
    return Layer(chosen)


def _form(screen: Screen, kpi: Kpi) -> None:
    t = screen.t
    with st.form(f"{PAGE}.form.{kpi.id}", border=False):
        target = choose_target(screen, kpi, kpi.unit, f"{PAGE}.{kpi.id}")
        owner = st.text_input(
            t("Owner"), value=kpi.owner or "", key=f"{PAGE}.{kpi.id}.owner", placeholder=t("A person or a team")
        )
        layer = choose_layer(screen, kpi.layer, f"{PAGE}.{kpi.id}")
        saved = st.form_submit_button(t("Save"), type="primary", key=f"{PAGE}.save")
    if saved:
        _save(screen, kpi, target, owner.strip() or None, layer, archived=kpi.archived)
        st.toast(t("Saved."))
        jump_to(kpi.id)


def _save(screen: Screen, kpi: Kpi, target: Target | None, owner: str | None, layer: Layer, *, archived: bool) -> None:
    save_settings(screen.home, screen.workspace.id, kpi.id, target=target, owner=owner, layer=layer, archived=archived)
