"""Tables of KPIs as tiles: step × KPI and segment × KPI. The status is a colour, an icon and a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kpi.chart.drawing import Colours, Drawing, Spec, draw, lookup, pick, wrapped
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
    axis = {
        "orient": "top",
        "title": None,
        "domain": False,
        "ticks": False,
        "labelAngle": 0,
        "labelLimit": width,
        "labelExpr": lookup({head: wrapped(head, width // 7, lines=3) for head in heads}),
        "labelPadding": 8 + 14 * (longest - 1),
        "labelLineHeight": 14,
        "labelBaseline": "alphabetic",
        "labelOffset": 0,
        "minExtent": 14 * longest + 6,
    }
    return _matrix(rows, tiles, colours, title, subtitle, cell=(width, 58), columns_axis=axis, name_dy=0)


def _matrix(
    rows: list[dict[str, Any]],
    tiles: Sequence[Tile],
    colours: Colours,
    title: str,
    subtitle: str,
    *,
    cell: tuple[int, int],
    columns_axis: Spec | None,
    name_dy: int,
) -> Drawing:
    y: Spec = {
        "field": "c1",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.08},
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelLimit": 150,
            "labelFontSize": 13,
            "labelColor": colours.text,
            "labelPadding": 10,
        },
    }
    x: Spec = {"field": "c2", "type": "ordinal", "sort": None, "scale": {"paddingInner": 0.05}, "axis": columns_axis}
    text: Spec = {"type": "text", "align": "center", "baseline": "middle", "tooltip": None}
    value_dy, note_dy = (8, 31) if name_dy else (-9, 12)
    tooltip = [
        {"field": "c10", "title": " ", "type": "nominal"},
        {"field": "c5", "title": "=", "type": "nominal"},
        {"field": "c6", "title": "Δ", "type": "nominal"},
        {"field": "c8", "title": "·", "type": "nominal"},
    ]
    layers: list[Spec] = [
        {
            "params": [pick()],
            "mark": {"type": "rect", "cornerRadius": 6, "cursor": "pointer", "strokeWidth": 1.5},
            "encoding": {
                "x": x,
                "y": y,
                "fill": _own_colour(),
                "stroke": {"condition": {"test": "datum.c9 < 0.1", "value": colours.line}, **_own_colour()},
                "fillOpacity": {"field": "c9", "type": "quantitative", "scale": None, "legend": None},
                "tooltip": tooltip,
            },
        },
        {
            "mark": {**text, "dy": value_dy, "fontSize": 17, "fontWeight": 600},
            "encoding": {"x": x, "y": y, "text": {"field": "c5"}},
        },
        {
            "mark": {**text, "dy": note_dy, "fontSize": 12},
            "encoding": {
                "x": x,
                "y": y,
                "text": {"field": "c6"},
                "color": _own_colour(),
            },
        },
    ]
    if name_dy:
        layers.append(
            {
                "mark": {**text, "dy": name_dy, "fontSize": 12, "lineBreak": "\n", "lineHeight": 14},
                "encoding": {"x": x, "y": y, "text": {"field": "c4"}},
            }
        )
    spec = draw(layers, rows, colours, width={"step": cell[0]}, height={"step": cell[1]})
    spec["autosize"] = {"type": "pad", "contains": "padding"}
    told = "; ".join(f"{tile.heading} {tile.value} {tile.status_name}".strip() for tile in tiles)
    return Drawing(spec, title, subtitle, f"{title}. {told}")


def _own_colour() -> Spec:
    """A channel that paints a tile in the colour of its status."""
    return {"field": "c7", "type": "nominal", "scale": None}


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
        }
        for tile in tiles
    ]
