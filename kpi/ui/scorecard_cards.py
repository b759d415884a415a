"""The scorecard's cards: one KPI each, with status, value, gap, trend, what it rests on and who answers for it."""

from __future__ import annotations

import streamlit as st

from kpi.narrate import gap_words, period_words, rests_on, short_value
from kpi.narrate.scorecard import is_worse
from kpi.scorecard import Board, Line
from kpi.ui.kpis import open_kpi
from kpi.ui.scorecard import PAGE
from kpi.ui.session import Screen
from kpi.ui.status import show_status
from kpi.ui.text import plain


def show_cards(screen: Screen, board: Board) -> None:
    """Every KPI of the board, those that need attention first."""
    with st.grid("auto", min_column_width=215, gap="small", key=f"{PAGE}-cards"):
        for line in board.worst_first:
            with st.container(border=True, key=f"{PAGE}-card-{line.kpi.id}", height="stretch"):
                _card(screen, board, line)


def _card(screen: Screen, board: Board, line: Line) -> None:
    t, kpi, found = screen.t, line.kpi, line.standing
    show_status(found.status, t)
    values = [float(point.value) for point in line.trend if point.value is not None]
    moved, baseline = is_worse(line), board.span.baseline
    st.metric(
        plain(kpi.names.in_language(t.language)),
        plain(short_value(found.value, kpi.unit.value, found.currency, t)),
        delta=None if line.change is None else plain(t.gap(line.change, kpi.unit.value, found.currency, compact=True)),
        delta_color="gray",
        delta_arrow="off" if moved is None else "up" if (line.change or 0) > 0 else "down",
        delta_description=plain(t("from {period}", period=period_words(baseline, t))) if baseline else None,
        chart_data=values if len(values) > 1 else None,
        help=plain(kpi.meaning.in_language(t.language)),
    )
    st.caption("  \n".join(plain(text) for text in _small_print(screen, line)))
    if st.button(t("Details"), key=f"{PAGE}.details.{kpi.id}", type="tertiary"):
        open_kpi(kpi.id, board.span)


def _small_print(screen: Screen, line: Line) -> list[str]:
    t, found = screen.t, line.standing
    texts = []
    if found.target is not None:
        target = short_value(found.target, line.kpi.unit.value, found.currency, t)
        texts.append(t("Target {target} · gap {gap}", target=target, gap=gap_words(line, t)))
    else:
        texts.append(t("No target set"))
    basis = rests_on(line, t)
    if line.too_few:
        basis += t(" · too few to tell")
    elif line.could_be_chance:
        basis += t(" · could be chance")
    if basis:
        texts.append(t("N/D {sides}", sides=basis))
    if line.kpi.owner:
        texts.append(t("Owner: {owner}", owner=line.kpi.owner))
    texts += [t("Note: {caution}", caution=warning.in_language(t.language)) for warning in found.warnings[:1]]
    return texts
