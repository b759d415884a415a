"""Which side of a KPI are the rows of? Numerator, denominator, or a KPI of its formula."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.evaluate import KpiQuery, definition_in_force, kpi_of
from kpi.semantic.kpi import TargetMeasure
from kpi.ui.link import choose
from kpi.ui.session import Screen


def choose_part(screen: Screen, query: KpiQuery, parts: Sequence[str], *, name: str, key: str) -> str:
    """The chosen side; nothing is drawn where there is only one."""
    t = screen.t
    if len(parts) == 1:
        return parts[0]
    kpis = screen.context.definitions.kpis

    def show(part: str) -> str:
        if part == "numerator":
            return t("Numerator (N)")
        if part == "denominator":
            return t("Denominator (D)")
        return kpis[part].names.in_language(t.language) if part in kpis else part

    return choose(st.segmented_control, t("Rows of"), tuple(parts), name=name, key=key, t=t, show=show, required=True)


def entity_of_part(screen: Screen, query: KpiQuery, part: str) -> str | None:
    """The table whose rows a side is made of."""
    definition = definition_in_force(kpi_of(query, screen.context), screen.context)
    if definition.formula is not None:
        inner = definition_in_force(screen.context.definitions.kpi(part), screen.context)
        return _entity(inner.measures[0]) if inner.measures else None
    return _entity(definition.measures[("numerator", "denominator").index(part)])


def _entity(measure: object) -> str | None:
    return None if isinstance(measure, TargetMeasure) else getattr(measure, "entity", None)
