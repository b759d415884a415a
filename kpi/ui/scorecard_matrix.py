"""Step × KPI and channel × KPI: tables of tiles whose cells open their records; files to take away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.chart import Drawing, Tile, draw_heat, draw_tiles
from kpi.evaluate import KpiQuery, Result, RowsQuery, parts_of
from kpi.narrate import board_headline, period_words, scene_name
from kpi.report import board_tiles, grid_tiles, scorecard_workbook
from kpi.report.tiles import SEPARATOR
from kpi.scorecard import Board, read_grid
from kpi.ui.answers import answer
from kpi.ui.charts import click_chart
from kpi.ui.downloads import offer_files
from kpi.ui.link import choose
from kpi.ui.records import show_records
from kpi.ui.rows_part import choose_part, entity_of_part
from kpi.ui.scorecard import PAGE
from kpi.ui.session import Screen
from kpi.ui.text import plain

CHANNEL = "channel"


def show_matrix(screen: Screen, board: Board) -> None:
    """The scene's steps with their KPIs; the chosen one's records beneath."""
    if not board.lines:
        return
    t = screen.t
    st.subheader(t("Where in the process"))
    tiles = board_tiles(board, t)
    clicked = click_chart(_matrix(screen, board, tiles), f"{PAGE}.matrix", wide=False, heading=False)
    kpi_id = _choose_cell(screen, tiles, clicked, name="cell", key=f"{PAGE}.cell").partition(SEPARATOR)[2]
    if kpi_id:
        _records(screen, KpiQuery(kpi_id, board.span.passed), (), "cell")


def show_channels(screen: Screen, board: Board) -> None:
    """Every KPI in every channel, in the scene where channels matter; the chosen cell's records beneath."""
    if board.scene != "b2c":
        return

    def ask(query: KpiQuery) -> Result:
        return answer(screen, query)

    grid = read_grid(board, CHANNEL, screen.context, ask)
    if not grid.kpis or grid.segments in ((), (None,)):
        return
    t = screen.t
    st.subheader(t("Which channel misses which target"))
    st.caption(t("Small figures: the gap to the target, of rates in percentage points."))
    tiles = grid_tiles(grid, screen.dataset.currency, t)
    drawing = draw_heat(tiles, screen.theme, title=t("Channel × KPI"))
    clicked = click_chart(drawing, f"{PAGE}.channels", wide=False, heading=False)
    chosen = _choose_cell(screen, tiles, clicked, name="channel_cell", key=f"{PAGE}.channel_cell")
    kpi_id, _, channel = chosen.partition(SEPARATOR)
    if kpi_id:
        query = KpiQuery(kpi_id, board.span.passed, dimensions=(CHANNEL,))
        _records(screen, query, ((CHANNEL, channel or None),), "channel_cell")


def show_downloads(screen: Screen, board: Board) -> None:
    """The scorecard as a workbook and as a picture."""
    if not board.lines:
        return
    t, kpis, currency = screen.t, screen.context.definitions.kpis, screen.dataset.currency
    name = f"{screen.workspace.id}-v{screen.dataset.version}-{board.scene}-{period_words(board.span.period, t)}"
    drawing = _matrix(screen, board, board_tiles(board, t))

    def workbook() -> bytes:
        return scorecard_workbook(board, kpis, currency, t)

    offer_files(screen, PAGE, name, workbook, drawing)


def _matrix(screen: Screen, board: Board, tiles: Sequence[Tile]) -> Drawing:
    t = screen.t
    about = f"{scene_name(board.scene, t)} · {period_words(board.span.period, t)}"
    return draw_tiles(tiles, screen.theme, title=board_headline(board, t), subtitle=about)


def _choose_cell(screen: Screen, tiles: Sequence[Tile], clicked: str | None, *, name: str, key: str) -> str:
    """The cell whose records are shown: clicked on, or chosen by name; empty for none."""
    t = screen.t
    named = {tile.id: tile for tile in tiles}
    if clicked in named:
        st.session_state[key] = clicked
    return choose(
        st.selectbox,
        t("Show the records of"),
        ("", *named),
        name=name,
        key=key,
        t=t,
        show=lambda item: _cell_name(named[item]) if item in named else t("Choose a cell, or click one above"),
    )


def _cell_name(tile: Tile) -> str:
    place = "" if tile.row in tile.heading else f"{tile.row} · "
    return f"{place}{tile.heading}: {tile.value}"


def _records(screen: Screen, query: KpiQuery, cell: tuple[tuple[str, str | None], ...], key: str) -> None:
    parts = parts_of(query, screen.context)
    part = choose_part(screen, query, parts, name=f"{key}_part", key=f"{PAGE}.{key}_part")
    st.caption(plain(screen.t("Rows that this number is made of")))
    show_records(
        screen,
        RowsQuery(query, part, cell),
        f"{PAGE}.{key}_rows",
        name=f"{query.kpi}-{part}-{query.period.label(None) if query.period else 'all'}",
        entity=entity_of_part(screen, query, part),
    )
