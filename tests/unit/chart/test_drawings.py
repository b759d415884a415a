"""Every drawing is a chart in Altair's eyes, says itself in words, and carries what it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import altair as alt
import pytest

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
)
from kpi.chart.axis import ticks
from kpi.chart.drawing import SELECTION, wrapped
from kpi.evaluate import Access, JourneyQuery, Status, evaluate, open_context, plan_journey
from kpi.evaluate.series import Point
from kpi.funnel import Funnel, Segment, read_funnel
from kpi.language import translator
from kpi.period import TimeGrain
from kpi.ui.theme import theme
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


def is_chart(drawing: Drawing) -> bool:
    """Whether Altair reads the tree, by its schema."""
    return isinstance(alt.Chart.from_dict(drawing.spec), alt.TopLevelMixin)


def columns(node: Any) -> set[str]:
    """Every field that a tree names."""
    if isinstance(node, dict):
        own = {node["field"]} if isinstance(node.get("field"), str) else set()
        return own.union(*(columns(value) for value in node.values()))
    return set().union(*(columns(value) for value in node)) if isinstance(node, list) else set()


def test_every_drawing_is_a_chart(funnel: Funnel) -> None:
    """In both themes, with columns named c0 … cn only, and a text for those who do not see it."""
    for colours in (LIGHT, DARK):
        drawings = [
            draw_funnel(funnel, EN, colours, title="Title", picked="won"),
            draw_small_funnel(Segment("East", funnel.steps), EN, colours, title="Title"),
            draw_trend(POINTS, "rate", "CNY", TimeGrain.MONTH, EN, colours, title="Title", target=0.7),
            draw_ranking(
                [Bar("a.b", "it's", 0.5, 12, few=True)], "rate", "CNY", EN, colours, title="Title", target=0.7
            ),
            draw_tiles([replace(tile, column="0") for tile in TILES], colours, title="Title"),
            draw_heat(TILES, colours, title="Title"),
        ]
        for drawing in drawings:
            assert is_chart(drawing)
            assert all(name[0] == "c" and name[1:].isdigit() for name in columns(drawing.spec))
            assert drawing.alt.startswith("Title. ")


def test_the_funnel_tells_loss_in_words_and_money(funnel: Funnel) -> None:
    """Below each step: how many were lost before it, which share that is, and what they were worth."""
    rows = draw_funnel(funnel, EN, LIGHT, title="").spec["data"]["values"]
    assert rows[1]["c14"] == "▼ 6 lost before this step (20.0%) · CN¥6k"
    assert rows[1]["c13"] == "24 · step 80.0% · all 80.0%"
    assert rows[0]["c14"] == ""


def test_a_click_on_the_funnel_tells_the_step(funnel: Funnel) -> None:
    """The selection names the field that holds the step's id; a drawing for a file has none."""
    drawing = draw_funnel(funnel, EN, LIGHT, title="")
    assert drawing.spec["layer"][0]["params"][0] == {
        "name": SELECTION,
        "select": {"type": "point", "fields": ["c0"], "toggle": False},
    }
    assert "params" not in draw_funnel(funnel, EN, LIGHT, title="", clickable=False).spec["layer"][0]


def test_a_partial_period_is_marked() -> None:
    """By a star, in words, and by a dashed line from the last whole period on."""
    rows = draw_trend(POINTS, "rate", "CNY", TimeGrain.MONTH, EN, LIGHT, title="").spec["data"]["values"]
    assert rows[-1]["c0"] == "2024-06*"
    assert rows[-1]["c2"] == "50.0% (so far)"
    assert [row["c4"] for row in rows] == [False, True, True]


def test_status_is_more_than_colour() -> None:
    """Each judged tile has a sign and a word beside its colour."""
    rows = draw_heat(TILES, LIGHT, title="").spec["data"]["values"]
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


def test_long_titles_are_wrapped_in_both_scripts() -> None:
    """English breaks at blanks, Chinese anywhere but before a full stop."""
    assert wrapped("Most are lost before it", 12) == ["Most are", "lost before", "it"]
    assert wrapped("流失最多的是首访。", 10) == ["流失最多的", "是首访。"]
