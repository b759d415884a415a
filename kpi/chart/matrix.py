"""Tables of KPIs as tiles: step × KPI and segment × KPI. The status is a colour, an icon and a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from kpi.chart.drawing import Drawing, draw, lookup, tip, with_clicks, words, wrapped
from kpi.chart.theme import Colours
from kpi.evaluate import Status

_NARROWEST_TILE, _WIDEST_TILE = 150, 190
_NARROWEST, _WIDEST = 84, 140  # pixels of a column: a value must fit, and columns must stay together
ICONS = {
    Status.ON_TARGET: "●",
    Status.AT_RISK: "◆",
    Status.OFF_TARGET: "▼",
    Status.NO_TARGET: "",
    Status.NO_DATA: "",
}


@dataclass(frozen=True)
class Tile:
    """One cell: in which row and column it stands, and its lines of text, ready to read."""

    id: str
    row: str
    column: str
    heading: str
    value: str
    note: str
    status: Status
    status_name: str


def colour_of(status: Status, colours: Colours) -> str:
    """The colour of a status; grey where there is nothing to judge."""
    return {
        Status.ON_TARGET: colours.on_target,
        Status.AT_RISK: colours.at_risk,
        Status.OFF_TARGET: colours.off_target,
    }.get(status, colours.faded)


def draw_tiles(tiles: Sequence[Tile], colours: Colours, *, title: str, subtitle: str = "", width: int = 840) -> Drawing:
    """Rows of tiles with headings of their own (step × KPI): each row may hold other KPIs."""
    most = max((int(tile.column) + 1 for tile in tiles), default=1)
    width = min(_WIDEST_TILE, max(_NARROWEST_TILE, width // most))
    rows = _rows(tiles, colours, heading_width=int(width / 6.4))
    return _matrix(rows, tiles, colours, title, subtitle, cell=(width, 100), columns_axis=None, name_dy=-28)


def draw_heat(tiles: Sequence[Tile], colours: Colours, *, title: str, subtitle: str = "", width: int = 880) -> Drawing:
    """A table with the same columns in every row (channel × KPI); the column heads stand on top."""
    heads = list(dict.fromkeys(tile.column for tile in tiles))
    width = min(_WIDEST, max(_NARROWEST, width // max(1, len(heads))))
    rows = [{**row, "c4": ""} for row in _rows(tiles, colours, heading_width=width // 7)]
    longest = max((len(wrapped(head, width // 7)) for head in heads), default=1)
    axis = alt.Axis(
        orient="top",
        title=None,
        domain=False,
        ticks=False,
        labelAngle=0,
        labelLimit=width,
        labelExpr=lookup({head: wrapped(head, width // 7, lines=3) for head in heads}),
        labelPadding=8 + 14 * (longest - 1),
        labelLineHeight=14,
        labelBaseline="alphabetic",
        labelOffset=0,
        minExtent=14 * longest + 6,
    )
    return _matrix(rows, tiles, colours, title, subtitle, cell=(width, 58), columns_axis=axis, name_dy=0)


def _matrix(
    rows: list[dict[str, Any]],
    tiles: Sequence[Tile],
    colours: Colours,
    title: str,
    subtitle: str,
    *,
    cell: tuple[int, int],
    columns_axis: alt.Axis | None,
    name_dy: int,
) -> Drawing:
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelLimit=150,
        labelFontSize=13,
        labelColor=colours.text,
        labelPadding=10,
    )
    y = alt.Y(field="c1", type="ordinal", sort=None, scale=alt.Scale(paddingInner=0.08), axis=axis)
    x = alt.X(field="c2", type="ordinal", sort=None, scale=alt.Scale(paddingInner=0.05), axis=columns_axis)
    value_dy, note_dy = (8, 31) if name_dy else (-9, 12)
    edge = {"test": "datum.c9 < 0.1", "value": colours.line}
    tile = alt.Chart().mark_rect(cornerRadius=6, cursor="pointer", strokeWidth=1.5)
    tile = tile.encode(
        x=x,
        y=y,
        fill=alt.Fill(field="c7", type="nominal", scale=None),
        stroke=alt.Stroke(field="c7", type="nominal", scale=None, condition=edge),
        fillOpacity=alt.FillOpacity(field="c9", type="quantitative", scale=None, legend=None),
        description=alt.Description(field="c11", type="nominal"),
        tooltip=[tip("c10", "title"), tip("c5", "="), tip("c6", "Δ"), tip("c8", "·")],
    )
    layers = [
        with_clicks(tile),
        _line(value_dy, fontSize=17, fontWeight=600).encode(x=x, y=y, text=words("c5")),
        _line(note_dy, fontSize=12).encode(
            x=x, y=y, text=words("c6"), color=alt.Color(field="c7", type="nominal", scale=None)
        ),
    ]
    if name_dy:
        heading = _line(name_dy, fontSize=12, lineBreak="\n", lineHeight=14)
        layers.append(heading.encode(x=x, y=y, text=words("c4")))
    chart = draw(layers, rows, colours, width=alt.Step(cell[0]), height=alt.Step(cell[1]))
    told = "; ".join(f"{tile.heading} {tile.value} {tile.status_name}".strip() for tile in tiles)
    return Drawing(chart, title, subtitle, f"{title}. {told}")


def _line(dy: int, **font: Any) -> alt.Chart:
    """A line of text in the middle of each tile, so far below the tile's centre."""
    line: alt.Chart = alt.Chart().mark_text(align="center", baseline="middle", tooltip=None, dy=dy, **font)
    return line


def _rows(tiles: Sequence[Tile], colours: Colours, heading_width: int) -> list[dict[str, Any]]:
    judged = (Status.ON_TARGET, Status.AT_RISK, Status.OFF_TARGET)
    return [
        {
            "c0": tile.id,
            "c1": tile.row,
            "c2": tile.column,
            "c4": "\n".join(wrapped(tile.heading, heading_width, lines=2)),
            "c5": tile.value,
            "c6": f"{ICONS[tile.status]} {tile.note}".strip(),
            "c7": colour_of(tile.status, colours),
            "c8": tile.status_name,
            "c9": 0.13 if tile.status in judged else 0.05,
            "c10": tile.heading,
            "c11": f"{tile.row} · {tile.heading}: {tile.value} {tile.note} {tile.status_name}".strip(),
        }
        for tile in tiles
    ]
