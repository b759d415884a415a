"""What is a drawing? An Altair chart with its finding, its definition and a text for those who do not see it.

Channels are typed (`alt.X(field=…, type=…)`), never shorthand: Altair parses and validates shorthand, which costs
several times the chart itself. Columns are named c0 … cn, because Vega reads dots and brackets in names as paths;
titles carry the real names.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from kpi.chart.theme import Colours, look

SELECTION = "picked"  # the selection of a click; its rows carry the field `c0`: what was clicked
CLICKED = "marks"  # the layer that is clicked; a name of its own keeps the chart the same from run to run
Layered = alt.LayerChart


@dataclass(frozen=True)
class Drawing:
    """A chart. `title` is the finding, `subtitle` the definition, `alt` the chart in a sentence."""

    chart: Layered
    title: str
    subtitle: str
    alt: str


def draw(
    layers: Sequence[alt.Chart],
    rows: Sequence[Mapping[str, Any]],
    colours: Colours,
    *,
    height: int | alt.Step,
    width: alt.Step | None = None,
) -> Layered:
    """Layers over the rows, in the look of the house; as wide as its place unless a column's width is given."""
    return alt.LayerChart(
        layer=layers,
        data=inline("rows", rows),
        width=width or "container",
        height=height,
        autosize=alt.AutoSizeParams(type="pad" if width else "fit-x", contains="padding"),
        config=look(colours),
    )


def tree(chart: Layered) -> dict[str, Any]:
    """The chart as Vega-Lite. Not validated: that costs more than all the rest, and tests do it for every kind."""
    return chart.to_dict(validate=False)


def with_words(drawing: Drawing, colours: Colours, width: int = 900) -> Layered:
    """The chart for a file: of a fixed width, with finding and definition written above."""
    subtitle = wrapped(drawing.subtitle, width // 7) if drawing.subtitle else alt.Undefined
    title = alt.TitleParams(text=wrapped(drawing.title, width // 9), subtitle=subtitle)
    chart = drawing.chart.properties(title=title, config=look(colours, file=True))
    return chart.properties(width=width) if chart.width == "container" else chart


def inline(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows that stand in the chart itself.

    Unnamed, Altair would move them and name them by a hash of their values. As `alt.InlineData` each row would be
    checked against a schema that allows anything: a third of what the chart costs.
    """
    return {"name": name, "values": [dict(row) for row in rows]}


def with_clicks(layer: alt.Chart) -> alt.Chart:
    """The layer, telling clicks on its marks."""
    clicked = layer.add_params(alt.selection_point(name=SELECTION, fields=["c0"], toggle=False))
    clicked.name = CLICKED
    return clicked


def tip(field: str, title: str) -> alt.Tooltip:
    """One line of a tooltip: a column that is text already."""
    return alt.Tooltip(field=field, title=title, type="nominal")


def words(field: str) -> alt.Text:
    """The text of a mark: a column that is text already."""
    return alt.Text(field=field, type="nominal")


def when(flag: str, colour: str, otherwise: str) -> alt.ColorValue:
    """One colour where the column is true, another where not."""
    return alt.ColorValue(otherwise, condition=_if(flag, colour))


def edge_when(flag: str, colour: str, otherwise: str) -> alt.StrokeValue:
    """The same for the edge of a mark."""
    return alt.StrokeValue(otherwise, condition=_if(flag, colour))


def _if(flag: str, value: str) -> dict[str, str]:
    return {"test": f"datum.{flag}", "value": value}


def shorten(text: str, most: int) -> str:
    """The text in at most so many half-width signs; a Chinese sign counts as two.

    >>> shorten("Decision maker reached", 12), shorten("触达关键决策人", 8)
    ('Decision ma…', '触达关…')
    """
    if columns_of(text) <= most:
        return text
    kept, used = "", 0
    for sign in text:
        used += columns_of(sign)
        if used > most - 1:
            break
        kept += sign
    return kept.rstrip() + "…"


def wrapped(text: str, most: int, lines: int = 4) -> list[str]:
    """The text in lines of at most so many half-width signs; the last line ends in … when there is more."""
    found: list[str] = []
    line = ""
    for word in _words(text):
        if line and columns_of(line + word) > most:
            found.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    found.append(line.rstrip())
    if len(found) > lines:
        found = [*found[: lines - 1], shorten(found[lines - 1] + " " + found[lines], most)]
    return found


def columns_of(text: str) -> int:
    """How many half-width signs wide a text is."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def lookup(texts: Mapping[str, Any]) -> str:
    """A Vega expression that writes, for a value of a band axis, the text it stands for."""
    return f"{json.dumps(dict(texts), ensure_ascii=False)}[datum.value]"


def _words(text: str) -> list[str]:
    """Where a line may break: after blanks, and between Chinese signs."""
    words: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        begins = not words or words[-1].endswith(" ") or (wide and sign not in "，。；：、！？）％%")
        if begins or (unicodedata.east_asian_width(words[-1][-1]) in "WF" and not wide and sign != " "):
            words.append(sign)
        else:
            words[-1] += sign
    return words
