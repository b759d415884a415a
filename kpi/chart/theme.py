"""How does every chart look? One theme over the light or dark tokens: no frame, quiet axes, tabular figures."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import altair as alt

FILE_FONT = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans', sans-serif"
_FILE_PADDING = 24  # pixels of air around a picture


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


def look(colours: Colours, *, file: bool = False) -> alt.Config:
    """The theme for the screen, or for a file: with fonts that hold Chinese signs, and room around."""
    font = FILE_FONT if file else colours.font
    return _look(colours.page, colours.text, colours.faded, colours.line, font, file)


@lru_cache(maxsize=8)  # two themes on screen and in files; each chart shares the object
def _look(page: str, text: str, faded: str, line: str, font: str, file: bool) -> alt.Config:
    padding = dict.fromkeys(("left", "right", "top", "bottom"), _FILE_PADDING)
    return alt.Config(
        background=page,
        font=font,
        padding=padding if file else {"left": 2, "right": 4, "top": 4, "bottom": 4},
        view=alt.ViewConfig(stroke=None),
        text=alt.MarkConfig(color=text, fontSize=13),
        bar=alt.BarConfig(cornerRadiusEnd=3),
        axis=alt.AxisConfig(
            labelColor=faded,
            titleColor=faded,
            gridColor=line,
            domainColor=line,
            tickColor=line,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        ),
        title=alt.TitleConfig(
            anchor="start",
            color=text,
            fontSize=16,
            fontWeight=600,
            subtitleColor=faded,
            subtitleFontSize=12,
            offset=14,
        ),
    )
