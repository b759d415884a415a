"""Definitions and filters in words, in both languages."""

from __future__ import annotations

import pytest

from kpi.language import translator
from kpi.narrate import describe_definition, describe_filter, describe_target
from kpi.semantic.catalogue import catalogue

EN, ZH = translator("en"), translator("zh")


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("status = 'won'", "“Status” is ‘won’", "“状态”为‘赢单’"),
        ("amount >= 1000 and owner is null", "“Amount” is at least 1,000 and “Owner” is empty", None),
        (
            "status in ('won', 'lost') and (region = 'East' or region is not null)",
            "“Status” is one of ‘won’ and ‘lost’ and (“Region” is ‘East’ or “Region” is filled in)",
            None,
        ),
        (
            "closed_at <= created_at + days(30)",
            "“Closed on” is not after “Created on” + 30 days",
            "“结单时间”不晚于“创建时间” + 30 天",
        ),
        ("exists(quotes)", "there are quotes", None),
    ],
)
def test_a_filter_in_words(text: str, english: str, chinese: str | None) -> None:
    """Fields and values by the names people know, comparisons as people say them."""
    assert describe_filter(text, "opportunities", EN) == english
    if chinese is not None:
        assert describe_filter(text, "opportunities", ZH) == chinese


def test_a_rate_in_one_exact_sentence() -> None:
    """What is counted, divided by what, dated by what."""
    kpi = catalogue()["first_visit_rate"]
    words = describe_definition(kpi, kpi.definitions[0], catalogue(), EN)
    assert words.sentence == (
        "First-visit rate is the number of leads where “First visit on” is not after “Assigned on” + 30 days, "
        "divided by the number of leads where “Assigned on” is filled in. "
        "Rows are placed in a period by “Assigned on”."
    )
    parts = dict(words.parts)
    assert parts["Window"] == "30 days; exactly that long is within"
    assert parts["Zero denominator"] == "No data, never 0"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kpi_id", sorted(catalogue()))
def test_every_definition_of_the_catalogue_can_be_told(kpi_id: str, language: str) -> None:
    """No ready-made definition is beyond words, and none shows a placeholder or a bare field id."""
    kpi, t = catalogue()[kpi_id], translator(language)
    for definition in kpi.definitions:
        sentence = describe_definition(kpi, definition, catalogue(), t).sentence
        assert kpi.names.in_language(language) in sentence
        assert "{" not in sentence
        assert "_at" not in sentence
        if language == "zh":
            assert " where " not in sentence


def test_targets_with_their_sign_and_span() -> None:
    """At least, per month; strict where the value itself does not reach it."""
    assert describe_target(catalogue()["new_leads"], EN) == "≥ 150 a month"
    assert describe_target(catalogue()["first_response_hours"], ZH) == "< 24 小时"
    assert describe_target(catalogue()["win_rate"], EN) == "–"
