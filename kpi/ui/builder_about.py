"""What a KPI in the making is called, how it is read, where it belongs and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from kpi.model import FieldType
from kpi.narrate import direction_name, scene_name, unit_name
from kpi.semantic.kpi import Aggregate, Direction, Kpi, Layer, Unit
from kpi.semantic.scene import scenes
from kpi.ui.builder_draft import MEASURE, RATIO, Draft
from kpi.ui.kpi_settings import choose_layer, choose_target
from kpi.ui.kpis import COPY, EDIT
from kpi.ui.session import Screen


@dataclass(frozen=True)
class About:
    """What a KPI is called, how it is read, and who answers for it."""

    names: Mapping[str, str]
    meaning: Mapping[str, str]
    unit: Unit
    direction: Direction
    layer: Layer
    places: tuple[Mapping[str, str], ...]
    owner: str | None
    target: Mapping[str, Any] | None


def choose_about(screen: Screen, key: str, kpi: Kpi | None, mode: str, draft: Draft) -> About:
    """The fields below the definition; `kpi` is what they open with."""
    t, language = screen.t, screen.t.language
    other = "zh" if language == "en" else "en"
    st.divider()
    suffix = t(" (copy)") if mode == COPY else ""
    name = st.text_input(
        t("Name"), value=kpi.names.in_language(language) + suffix if kpi else "", key=f"{key}.name", max_chars=80
    ).strip()
    with st.expander(t("Name in the other language, meaning"), key=f"{key}.words"):
        name_other = st.text_input(
            t("Name in English") if other == "en" else t("Name in Chinese"),
            value=kpi.names.in_language(other) if kpi and mode == EDIT else "",
            key=f"{key}.name_other",
            max_chars=80,
        ).strip()
        meaning = st.text_input(
            t("Meaning, in one line"), value=kpi.meaning.in_language(language) if kpi else "", key=f"{key}.meaning"
        ).strip()
    unit = _choose_unit(screen, key, kpi, draft)
    direction = Direction(
        st.segmented_control(
            t("Better is"),
            [item.value for item in Direction],
            default=(kpi.direction if kpi else Direction.UP).value,
            key=f"{key}.direction",
            format_func=lambda item: direction_name(Direction(item), t),
            required=True,
        )
    )
    target = choose_target(screen, kpi, unit, key)
    owner = st.text_input(
        t("Owner"), value=(kpi.owner or "") if kpi else "", key=f"{key}.owner", placeholder=t("A person or a team")
    ).strip()
    layer = choose_layer(screen, kpi.layer if kpi else Layer.PROCESS, key)
    name = name or t("New KPI")
    named = {language: name, other: name_other or name}
    meant = {language: meaning or name, other: (kpi.meaning.in_language(other) if kpi else "") or meaning or name}
    return About(
        named,
        meant,
        unit,
        direction,
        layer,
        _choose_places(screen, key, kpi),
        owner or None,
        target.model_dump(mode="json") if target else None,
    )


def _choose_unit(screen: Screen, key: str, kpi: Kpi | None, draft: Draft) -> Unit:
    options = [item.value for item in Unit]
    usual = kpi.unit if kpi else _usual_unit(screen, draft)
    chosen = st.selectbox(
        screen.t("Unit"),
        options,
        index=options.index(usual.value),
        key=f"{key}.unit.{draft.way}.{usual.value}",
        format_func=lambda name: unit_name(Unit(name), screen.t),
    )
    return Unit(chosen)


def _usual_unit(screen: Screen, draft: Draft) -> Unit:
    if draft.way == RATIO and draft.numerator and draft.denominator:
        counts = (Aggregate.COUNT, Aggregate.COUNT_DISTINCT)
        alike = (draft.numerator.aggregate in counts) is (draft.denominator.aggregate in counts)
        return Unit.RATE if alike else _usual_unit(screen, Draft(MEASURE, draft.numerator))
    side = draft.numerator
    if side is None or side.field is None:
        return Unit.COUNT if side else Unit.NUMBER
    if side.aggregate is Aggregate.COUNT_DISTINCT:
        return Unit.COUNT
    column = screen.dataset.tables[side.entity].column(side.field)
    return Unit.MONEY if column is not None and column.type is FieldType.MONEY else Unit.NUMBER


def _choose_places(screen: Screen, key: str, kpi: Kpi | None) -> tuple[Mapping[str, str], ...]:
    """The step of a scene where the KPI belongs; without one it stands on every scorecard, after the others."""
    t = screen.t
    steps = {f"{scene.id}/{step.id}": (scene, step) for scene in scenes().values() for step in scene.steps}
    known = [f"{place.scene}/{place.step}" for place in kpi.places] if kpi else []
    chosen = st.multiselect(
        t("Shown at the steps"),
        list(steps),
        default=[name for name in known if name in steps],
        key=f"{key}.places",
        format_func=lambda name: f"{scene_name(steps[name][0].id, t)} · {steps[name][1].names.in_language(t.language)}",
        placeholder=t("On every scorecard"),
    )
    return tuple({"scene": steps[name][0].id, "step": steps[name][1].id} for name in chosen)
