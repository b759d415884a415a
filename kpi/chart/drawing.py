"""What is a drawing? A Vega-Lite tree with its finding, its definition and a text for those who do not see it.

Trees are written as plain dicts: building them with Altair's objects costs a tenth of a second a chart, this a
hundredth of that; that each is a chart in Altair's eyes is tested. Data columns are named c0 … cn,
because Vega reads dots and brackets in names as paths; titles carry the real names.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SELECTION = "picked"  # the selection of a click; its rows carry the field `c0`: what was clicked
FILE_FONT = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', sans-serif"


class Colours(Protocol):
    """The tokens of one theme."""

    @property
    def accent(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def surface(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def faded(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def on_target(self) -> str: ...
    @property
    def at_risk(self) -> str: ...
    @property
    def off_target(self) -> str: ...
    @property
    def font(self) -> str: ...


@dataclass(frozen=True)
class Drawing:
    """A chart. `title` is the finding, `subtitle` the definition, `alt` the chart in a sentence."""

    spec: Spec
    title: str
    subtitle: str
    alt: str


def draw(layers: Sequence[Spec], rows: Sequence[Mapping[str, Any]], colours: Colours, **parts: Any) -> Spec:
    """A layered tree over the rows, in the look of the house."""
    return {
        "$schema": SCHEMA,
        "data": {"values": [dict(row) for row in rows]},
        "layer": list(layers),
        "config": look(colours),
        "autosize": {"type": "fit-x", "contains": "padding"},
        **parts,
    }


def look(colours: Colours) -> Spec:
    """The one theme: no frame, quiet axes, tabular figures."""
    return {
        "background": colours.page,
        "font": colours.font,
        "padding": {"left": 2, "right": 4, "top": 4, "bottom": 4},
        "view": {"stroke": None},
        "text": {"color": colours.text, "fontSize": 13},
        "axis": {
            "labelColor": colours.faded,
            "titleColor": colours.faded,
            "gridColor": colours.line,
            "domainColor": colours.line,
            "tickColor": colours.line,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "title": {
            "anchor": "start",
            "color": colours.text,
            "fontSize": 16,
            "fontWeight": 600,
            "subtitleColor": colours.faded,
            "subtitleFontSize": 12,
            "offset": 14,
        },
        "bar": {"cornerRadiusEnd": 3},
    }


def with_words(drawing: Drawing, colours: Colours, width: int = 900) -> Spec:
    """The tree for a file: of a fixed width, with finding and definition written above."""
    texts: Spec = {"text": wrapped(drawing.title, width // 9)}
    if drawing.subtitle:
        texts["subtitle"] = wrapped(drawing.subtitle, width // 7)
    config = {**drawing.spec["config"], "font": FILE_FONT, "padding": 24, "background": colours.page}
    spec = {**drawing.spec, "title": texts, "config": config}
    if spec.get("width") == "container":
        spec["width"] = width
    return spec


def pick(field: str = "c0") -> Spec:
    """The parameter by which a click on a mark is told."""
    return {"name": SELECTION, "select": {"type": "point", "fields": [field], "toggle": False}}


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
