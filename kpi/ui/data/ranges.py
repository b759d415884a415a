"""Between which values does each KPI lie, with everything that is open together?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kpi.language import Translator
from kpi.quality import Consequence
from kpi.ui.text import plain

MOST_NAMES = 8


def show_ranges(found: Sequence[Consequence], t: Translator) -> None:
    """The KPIs that something leaves open, with their range; by name those of which it cannot be told."""
    if not found:
        return
    st.markdown(f"**{t('All that is open together')}**")
    told = [item for item in found if _has_end(item)]
    if told:
        _show(told, t)
    if len(told) < len(found):
        names = [item.kpi.names.in_language(t.language) for item in found if not _has_end(item)]
        st.caption(t("How far {kpis} could move cannot be told.", kpis=listed(names, t)))


def listed(names: list[str], t: Translator) -> str:
    """The first names, and how many more there are, safe to stand in Markdown."""
    if len(names) > MOST_NAMES:
        more = len(names) - MOST_NAMES
        names = [*names[:MOST_NAMES], t.plural("{n} more", "{n} more", more)]
    return plain(t.list(names))


def _show(told: Sequence[Consequence], t: Translator) -> None:
    rows = [
        {
            "kpi": item.kpi.names.in_language(t.language),
            "value": t.value(item.value, item.kpi.unit.value, item.currency),
            "range": _range(item, t),
            "gaps": sum(not effect.accepted for effect in item.effects),
        }
        for item in told
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="stretch",
        height="content",
        key="data.ranges",
        column_config={
            "kpi": st.column_config.TextColumn(t("KPI"), width="medium"),
            "value": st.column_config.TextColumn(t("As the rows stand"), alignment="right"),
            "range": st.column_config.TextColumn(t("With all that is open"), alignment="right", width="medium"),
            "gaps": st.column_config.NumberColumn(t("Open gaps"), format="%d"),
        },
    )


def _has_end(item: Consequence) -> bool:
    return item.range is not None and (item.range.low is not None or item.range.high is not None)


def _range(item: Consequence, t: Translator) -> str:
    """`52.0% – 61.0%`; an end that cannot be told is left open."""
    ends = (item.range.low, item.range.high) if item.range is not None else (None, None)
    unit = item.kpi.unit.value
    low, high = ("…" if end is None else t.value(end, unit, item.currency) for end in ends)
    return low if low == high else f"{low} – {high}"
