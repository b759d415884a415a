"""The ready-made journeys, and reading a user's own."""

import re
from pathlib import Path

import pytest

from kpi.errors import DefinitionError
from kpi.model import entities
from kpi.semantic.journey import Source
from kpi.semantic.journeys import journeys, read_journey
from tests.unit.semantic.fields import unknown_fields

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SOURCES = [(journey.id, source) for journey in journeys().values() for source in journey.sources]
OWN = """
id: pages
names: {en: Pages, zh: 页面漏斗}
sources:
  - id: tables
    entity: home_page_table
    key: user_id
    steps:
      - {id: home, names: {en: Home, zh: 首页}}
      - {id: search, names: {en: Search, zh: 搜索}, entity: search_page_table}
"""


def test_one_journey_for_each_scene() -> None:
    """The three scenes have a journey of the same id."""
    assert {journey.id: journey.scene for journey in journeys().values()} == {
        name: name for name in ("b2b", "b2c", "saas")
    }


@pytest.mark.parametrize(("journey_id", "source"), SOURCES, ids=[f"{name}-{source.id}" for name, source in SOURCES])
def test_fields_exist(journey_id: str, source: Source) -> None:
    """Every field that a source reads exists in its entity, and its dates are times."""
    made = entities()[source.entity]
    texts = [source.key, source.amount, *source.needs]
    texts += [text for step in source.steps for text in (step.where, step.total, step.at)]
    assert [name for text in texts if text for name in unknown_fields(text, source.entity)] == []
    for name in (source.date, *(step.at for step in source.steps)):
        field = made.field(name) if name else None
        assert name is None or (field is not None and field.type.is_time)


@pytest.mark.parametrize(("journey_id", "source"), SOURCES, ids=[f"{name}-{source.id}" for name, source in SOURCES])
def test_both_languages(journey_id: str, source: Source) -> None:
    """Every step is named in English and in Chinese."""
    for step in source.steps:
        assert step.names.en
        assert CHINESE.search(step.names.zh)


def test_a_plain_pipeline_needs_no_first_date() -> None:
    """An export with only creation, stage and closing gives all > engaged > decided > won, from undated rows on."""
    pipeline = next(source for name, source in SOURCES if name == "b2b" and source.id == "pipeline")
    assert [step.id for step in pipeline.steps] == ["opened", "engaged", "decided", "won"]
    assert pipeline.steps[0].at is None
    assert pipeline.needs == ()


def test_rich_sources_say_what_they_need() -> None:
    """A source with more steps stands before the plainer one and is only used when its own fields are loaded."""
    first = {journey.id: journey.sources[0] for journey in journeys().values()}
    assert first["b2b"].needs == ("first_visit_at", "collected_at")
    assert first["saas"].needs == ("trial_started_at", "renewed_at")
    assert first["b2c"].ordered


def test_daily_totals_say_that_nobody_is_followed() -> None:
    """A funnel of daily totals carries a caution."""
    for _, source in SOURCES:
        assert source.is_totals == (source.entity == "channel_day")
        assert not source.is_totals or source.caution is not None


def test_own_journey(tmp_path: Path) -> None:
    """A user's own journey is read from a YAML file; steps may stand in tables of their own."""
    path = tmp_path / "pages.yaml"
    path.write_text(OWN, encoding="utf-8")
    journey = read_journey(path)
    assert [step.entity for step in journey.sources[0].steps] == [None, "search_page_table"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("id: [broken", "bad_yaml", "row 1"),
        (OWN.replace("key: user_id", "keys: user_id"), "bad_definition", "pages.sources.0"),
        (
            OWN.replace("names: {en: Home, zh: 首页}", "names: {en: Home, zh: 首页}, where: 'a ='"),
            "bad_expression",
            "pages",
        ),
        ("- 1", "bad_definition", "entry 1"),
    ],
)
def test_mistakes_say_where(tmp_path: Path, text: str, code: str, place: str) -> None:
    """A mistake in a journey file is told with the file and the line or key."""
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_journey(path)
    assert caught.value.code == code
    assert str(path) in str(caught.value.where)
    assert place in str(caught.value.where)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """A journey file that is not there is a definition error, not a crash."""
    with pytest.raises(DefinitionError) as caught:
        read_journey(tmp_path / "none.yaml")
    assert caught.value.code == "definition_file_missing"
