"""The scorecard's cards: one KPI each, with status, value, gap, trend, what it rests on and who answers for it."""

from __future__ import annotations

import streamlit as st

from kpi.language import mark
from kpi.narrate import change_words, gap_words, rests_on, short_value
from kpi.scorecard import Board, Compare, Line
from kpi.ui.kpis import open_kpi
from kpi.ui.scorecard import PAGE
from kpi.ui.session import Screen
from kpi.ui.status import show_status
from kpi.ui.text import plain

_SINCE = {
    Compare.PREVIOUS: mark("vs previous"),
    Compare.YEAR: mark("vs last year"),
    Compare.NONE: mark("Nothing"),
}


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
    change = change_words(line, t)
    moves = line.change is not None and not change.startswith("±")
    st.metric(
        plain(kpi.names.in_language(t.language)),
        plain(short_value(found.value, kpi.unit.value, found.currency, t)),
        delta=None if line.change is None else plain(change),
        delta_color="gray",
        delta_arrow="off" if not moves else "up" if (line.change or 0) > 0 else "down",
        delta_description=t(_SINCE[board.span.compare]) if board.span.baseline else None,
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
    if line.young:
        basis += t(" · still filling up")
    elif line.too_few:
        basis += t(" · too few to tell")
    elif line.could_be_chance:
        basis += t(" · could be chance")
    if basis:
        texts.append(t("N/D {sides}", sides=basis))
    if line.kpi.owner:
        texts.append(t("Owner: {owner}", owner=line.kpi.owner))
    texts += [t("Note: {caution}", caution=warning.in_language(t.language)) for warning in found.warnings[:1]]
    return texts
