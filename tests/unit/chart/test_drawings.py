"""Every drawing is a valid Altair chart in one theme, says itself in words, and carries what it must."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date
from typing import Any

import altair as alt
import pytest
import vl_convert

from kpi.chart import (
    Bar,
    Drawing,
    Tile,
    draw_funnel,
    draw_heat,
    draw_ranking,
    draw_small_funnel,
    draw_tiles,
    draw_trend,
    tree,
    with_words,
)
from kpi.chart.axis import ticks
from kpi.chart.drawing import CLICKED, SELECTION, wrapped
from kpi.chart.place import place
from kpi.evaluate import Access, JourneyQuery, Status, evaluate, open_context, plan_journey
from kpi.evaluate.series import Point
from kpi.funnel import Funnel, Segment, read_funnel
from kpi.language import translator
from kpi.period import TimeGrain
from kpi.ui.theme import Theme, theme
from kpi.workspace import Home
from tests.hand_made import b2b_company

EN, LIGHT, DARK = translator("en"), theme("light"), theme("dark")
TILES = [
    Tile("a~x", "East", "Order rate", "East · Order rate", "2.0%", "−1.5 points", Status.OFF_TARGET, "Off target"),
    Tile("b~x", "West", "Order rate", "West · Order rate", "9.0%", "", Status.NO_TARGET, "No target"),
]
POINTS = [
    Point(date(2024, 4, 1), 0.8, n=40),
    Point(date(2024, 5, 1), None),
    Point(date(2024, 6, 1), 0.5, partial=True, n=20),
]


@pytest.fixture
def funnel(home: Home) -> Funnel:
    """The hand-made company's."""
    context = open_context(home, b2b_company(home), access=Access.everything())
    query = JourneyQuery("b2b")
    return read_funnel(evaluate(query, context), plan_journey(query, context))


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def drawings(request: pytest.FixtureRequest, funnel: Funnel) -> dict[str, Drawing]:
    """One of each kind, in both themes."""
    colours = request.param
    odd = Segment("a.b['it\"s']", funnel.steps)
    bars = [Bar("a.b", "it's", 0.5, 12, few=True), Bar("x[0]", 'say "no"', 0.4, 90)]
    tiles = [replace(tile, row="R.[1]'\"", heading="a.b['c']") for tile in TILES]
    return {
        "funnel": draw_funnel(funnel, EN, colours, title="Title", picked="won"),
        "small funnel": draw_small_funnel(odd, EN, colours, title="Title"),
        "trend": draw_trend(POINTS, "rate", "CNY", TimeGrain.MONTH, EN, colours, title="Title", target=0.7),
        "ranking": draw_ranking(bars, "rate", "CNY", EN, colours, title="Title", target=0.7),
        "tiles": draw_tiles([replace(tile, column="0") for tile in tiles], colours, title="Title"),
        "heat": draw_heat([replace(tile, column="C.[2]'\"") for tile in tiles], colours, title="Title"),
    }


def rows_of(drawing: Drawing) -> list[dict[str, Any]]:
    """What a drawing shows."""
    rows: list[dict[str, Any]] = tree(drawing.chart)["data"]["values"]
    return rows


def columns(node: Any) -> set[str]:
    """Every field that a tree names."""
    if isinstance(node, dict):
        own = {node["field"]} if isinstance(node.get("field"), str) else set()
        return own.union(*(columns(value) for value in node.values()))
    return set().union(*(columns(value) for value in node)) if isinstance(node, list) else set()


def test_every_drawing_is_valid(drawings: dict[str, Drawing]) -> None:
    """Altair's schema holds for the whole chart, on screen and in a file; nothing is left of the data's names."""
    for drawing in drawings.values():
        assert isinstance(drawing.chart, alt.LayerChart)
        told = drawing.chart.to_dict(validate=True)
        with_words(drawing, LIGHT).to_dict(validate=True)
        assert all(name[0] == "c" and name[1:].isdigit() for name in columns(told))
        assert drawing.alt.startswith("Title. ")


def test_the_tree_is_the_chart(drawings: dict[str, Drawing]) -> None:
    """What is drawn is what was validated; the rows stand in it, and two runs write the same."""
    for drawing in drawings.values():
        assert tree(drawing.chart) == drawing.chart.to_dict(validate=True) == tree(drawing.chart)
        assert rows_of(drawing)
        assert "datasets" not in tree(drawing.chart)


def test_odd_names_do_not_break_a_chart(drawings: dict[str, Drawing]) -> None:
    """Dots, brackets and quotes in the data: Vega compiles each chart and draws as many rows."""
    for drawing in drawings.values():
        image = vl_convert.vegalite_to_svg(tree(with_words(drawing, LIGHT)))
        assert image.count("<path") >= len(rows_of(drawing))
    labels = vl_convert.vegalite_to_svg(tree(with_words(drawings["ranking"], LIGHT)))
    assert "it's" in html.unescape(labels)
    assert 'say "no"' in html.unescape(labels)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_one_theme_of_tokens(colours: Theme) -> None:
    """Grounds, texts and lines are the tokens'; a file has fonts with Chinese signs."""
    drawn = draw_heat(TILES, colours, title="")
    config = tree(drawn.chart)["config"]
    assert config["background"] == colours.page
    assert config["text"]["color"] == config["title"]["color"] == colours.text
    assert config["axis"]["gridColor"] == colours.line
    assert config["axis"]["labelColor"] == config["title"]["subtitleColor"] == colours.faded
    assert config["font"] == colours.font
    assert "Noto Sans CJK SC" in tree(with_words(drawn, colours))["config"]["font"]


def test_a_file_has_words_and_a_width(funnel: Funnel) -> None:
    """Finding and definition stand above; the drawing on the page stays as it was."""
    drawing = draw_funnel(funnel, EN, LIGHT, title="Finding", subtitle="Definition", clickable=False)
    told = tree(with_words(drawing, LIGHT, 700))
    assert told["title"] == {"text": ["Finding"], "subtitle": ["Definition"]}
    assert told["width"] == 700
    assert tree(drawing.chart)["width"] == "container"
    assert "title" not in tree(drawing.chart)


def test_the_funnel_tells_loss_in_words_and_money(funnel: Funnel) -> None:
    """Below each step: how many were lost before it, which share that is, and what they were worth."""
    rows = rows_of(draw_funnel(funnel, EN, LIGHT, title=""))
    assert rows[1]["c14"] == "▼ 6 lost before this step (20.0%) · CN¥6k"
    assert rows[1]["c13"] == "24 · step 80.0% · all 80.0%"
    assert rows[0]["c14"] == ""


def test_a_click_tells_the_mark(drawings: dict[str, Drawing]) -> None:
    """The selection names the field that holds the id, and one layer of marks to click."""
    for name in ("funnel", "ranking", "tiles", "heat"):
        told = tree(drawings[name].chart)
        assert told["params"] == [
            {"name": SELECTION, "select": {"type": "point", "fields": ["c0"], "toggle": False}, "views": [CLICKED]}
        ]
        assert [layer.get("name") for layer in told["layer"]].count(CLICKED) == 1


def test_a_drawing_for_a_file_tells_no_clicks(funnel: Funnel) -> None:
    """No selection and no pointer where nothing can be clicked."""
    assert "params" not in tree(draw_funnel(funnel, EN, LIGHT, title="", clickable=False).chart)
    bars = draw_ranking([Bar("a", "A", 1.0)], "count", "CNY", EN, LIGHT, title="", clickable=False)
    assert "params" not in tree(bars.chart)
    assert "cursor" not in tree(bars.chart)["layer"][0]["mark"]


def test_a_partial_period_is_marked() -> None:
    """By a star, in words, and by a dashed line from the last whole period on."""
    rows = rows_of(draw_trend(POINTS, "rate", "CNY", TimeGrain.MONTH, EN, LIGHT, title=""))
    assert rows[-1]["c0"] == "2024-06*"
    assert rows[-1]["c2"] == "50.0% (so far)"
    assert [row["c4"] for row in rows] == [False, True, True]


def test_status_is_more_than_colour() -> None:
    """Each judged tile has a sign and a word beside its colour."""
    rows = rows_of(draw_heat(TILES, LIGHT, title=""))
    assert rows[0]["c6"] == "▼ −1.5 points"
    assert rows[0]["c8"] == "Off target"
    assert rows[0]["c7"] == LIGHT.off_target


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 93, [0, 25, 50, 75, 100]), (0.55, 0.7, [0.55, 0.6, 0.65, 0.7]), (0, 0, [0, 0.25, 0.5, 0.75, 1])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    """Values that people would choose, spanning all that is drawn."""
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "at", "align", "above"),
    [
        ([5, 9, 5], 1, "center", True),
        ([9, 5, 9], 1, "center", False),
        ([9, 0, 9], 1, "right", True),
        ([9.5, 5, 1], 2, "left", True),
        ([*[5] * 39, 9], 39, "right", True),
        ([None, 5, None], 1, "center", True),
    ],
    ids=["peak", "valley", "on the axis", "low end", "far right", "alone"],
)
def test_the_value_of_the_last_point_stands_clear(values: list[float | None], at: int, align: str, above: bool) -> None:
    """Beside the line, within the chart, and never on the labels of the axis."""
    found = place(values, at, 0, 10, 200, 40)
    assert (found["align"], found["dy"] < 0) == (align, above)


def test_long_titles_are_wrapped_in_both_scripts() -> None:
    """English breaks at blanks, Chinese anywhere but before a full stop."""
    assert wrapped("Most are lost before it", 12) == ["Most are", "lost before", "it"]
    assert wrapped("流失最多的是首访。", 10) == ["流失最多的", "是首访。"]
