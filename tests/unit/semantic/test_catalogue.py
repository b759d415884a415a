"""The catalogue: complete, in both languages, made of fields that exist, with the targets of the scenes' cases."""

import re
from pathlib import Path

import pytest

from kpi.errors import DefinitionError
from kpi.model import entities
from kpi.semantic import catalogue as catalogue_module
from kpi.semantic.catalogue import catalogue, kpis_at
from kpi.semantic.kpi import Basis, Direction, Kpi, LevelMeasure, Measure, MovementMeasure, RowMeasure, Unit
from kpi.semantic.scene import scenes
from tests.unit.semantic.fields import unknown_fields

CHINESE = re.compile(r"[\u4e00-\u9fff]")
KPIS = list(catalogue().values())
IDS = [
    "new_leads",
    "first_response_rate",
    "first_visit_rate",
    "decision_maker_reach_rate",
    "need_match_score",
    "proposal_pass_rate",
    "quote_hit_rate",
    "win_rate",
    "sales_cycle_days",
    "collection_rate",
    "attainment_rate",
    "visitors",
    "channel_conversion_rate",
    "order_rate",
    "payment_conversion_rate",
    "repurchase_rate",
    "revenue_per_buyer",
    "average_order_value",
    "channel_contribution_rate",
    "inventory_days",
    "signups",
    "trial_requests",
    "trial_conversion_rate",
    "activity_rate",
    "follow_ups_per_lead",
    "close_rate",
    "average_price",
    "renewal_rate",
    "churn_rate",
    "nrr",
    "grr",
    "mrr",
    "revenue",
    "customers",
    "new_customers",
    "deals",
    "deals_per_day",
    "follow_up_rate",
    "revisit_rate",
    "referrals_won",
    "collection_days",
    "satisfaction",
    "feature_adoption_rate",
    "reply_hours",
    "fix_days",
    "store_traffic",
    "promotion_conversion_rate",
    "ad_roi",
    "ideas",
    "cooperation_score",
    "signup_to_deal_days",
    "consultations_per_customer",
]
TARGETS = {
    "new_leads": (150, "month", False),
    "first_visit_rate": (0.7, None, False),
    "decision_maker_reach_rate": (0.8, None, False),
    "proposal_pass_rate": (0.6, None, False),
    "sales_cycle_days": (90, None, False),
    "collection_rate": (0.95, None, False),
    "visitors": (500_000, "month", False),
    "order_rate": (0.035, None, False),
    "repurchase_rate": (0.22, None, False),
    "inventory_days": (7, None, False),
    "first_response_hours": (24, None, True),
    "new_customers": (20, "month", False),
}
STEPS = {
    ("b2b", "acquisition"): ["new_leads", "first_visit_rate"],
    ("b2b", "need_discovery"): ["need_match_score", "proposal_pass_rate"],
    ("b2b", "proposal"): ["proposal_pass_rate", "quote_hit_rate"],
    ("b2b", "follow_up"): ["decision_maker_reach_rate", "win_rate"],
    ("b2b", "closing"): ["sales_cycle_days", "collection_rate"],
    ("b2c", "traffic"): ["visitors", "channel_conversion_rate"],
    ("b2c", "conversion"): ["order_rate", "payment_conversion_rate"],
    ("b2c", "repurchase"): ["repurchase_rate", "revenue_per_buyer"],
    ("b2c", "channels"): ["channel_contribution_rate", "inventory_days"],
    ("saas", "lead_generation"): ["signups", "trial_requests"],
    ("saas", "product_experience"): ["trial_conversion_rate", "activity_rate"],
    ("saas", "sales_follow_up"): ["follow_ups_per_lead", "win_rate"],
    ("saas", "signing"): ["close_rate", "average_price"],
    ("saas", "retention"): ["renewal_rate", "churn_rate"],
    ("general", "goals"): ["revenue", "customers"],
    ("general", "monitoring"): ["win_rate", "follow_ups_per_lead"],
    ("general", "behaviour"): ["new_customers", "collection_days"],
    ("general", "results"): ["attainment_rate", "satisfaction"],
}


def test_every_kpi_is_there() -> None:
    """Every id of the published list is in the catalogue; ids stay for good."""
    assert set(IDS) <= set(catalogue())


@pytest.mark.parametrize("kpi", KPIS, ids=[kpi.id for kpi in KPIS])
def test_both_languages(kpi: Kpi) -> None:
    """Name, meaning, place of the fields, target source and cautions stand in English and in Chinese."""
    assert kpi.find_in is not None
    sources = [kpi.target.source] if kpi.target else []
    for names in (kpi.names, kpi.meaning, kpi.find_in, *sources, *(item.caution for item in kpi.definitions)):
        if names is not None:
            assert CHINESE.search(names.zh)
            assert names.en
            assert not CHINESE.search(names.en)


@pytest.mark.parametrize("kpi", KPIS, ids=[kpi.id for kpi in KPIS])
def test_fields_exist(kpi: Kpi) -> None:
    """Every field that a definition reads exists, in its entity or by a declared join from it."""
    for definition in kpi.definitions:
        for measure in definition.measures:
            assert unknown_in(measure) == []


def unknown_in(measure: Measure) -> list[str]:
    """The fields of a measure that no entity has."""
    if not isinstance(measure, RowMeasure | LevelMeasure | MovementMeasure):
        return [] if measure.kpi in catalogue() else [measure.kpi]
    made = entities()[measure.entity]
    texts = [measure.where, measure.value, getattr(measure, "per", None), getattr(measure, "key", None)]
    dates = [measure.date or made.time] if isinstance(measure, RowMeasure) else [measure.start, measure.end]
    not_times = [
        name for name in dates if name is not None and not ((field := made.field(name)) and field.type.is_time)
    ]
    return not_times + [name for text in texts if text is not None for name in unknown_fields(text, measure.entity)]


def test_targets_are_those_of_the_cases() -> None:
    """Targets are the ones the scenes' cases name, each with its source; SaaS has none."""
    given = {kpi.id: (kpi.target.value, kpi.target.per, kpi.target.strict) for kpi in KPIS if kpi.target}
    assert given == TARGETS
    assert all(kpi.target.source is not None for kpi in KPIS if kpi.target)


@pytest.mark.parametrize(("place", "expected"), STEPS.items(), ids=["-".join(place) for place in STEPS])
def test_steps_have_their_kpis(place: tuple[str, str], expected: list[str]) -> None:
    """Every step of a scene shows the KPIs that belong to it."""
    assert set(expected) <= {kpi.id for kpi in kpis_at(*place)}


def test_every_kpi_has_a_place_and_every_step_a_kpi() -> None:
    """No KPI is homeless and no step of a scene is empty."""
    assert all(kpi.places for kpi in KPIS)
    assert all(kpis_at(scene.id, step.id) for scene in scenes().values() for step in scene.steps)


def test_smaller_is_better_for_times_and_churn() -> None:
    """Durations and churn are better when smaller; everything else when larger."""
    spans = {kpi.id for kpi in KPIS if kpi.unit in (Unit.DAYS, Unit.HOURS)}
    assert {kpi.id for kpi in KPIS if kpi.direction is Direction.DOWN} == spans | {"churn_rate"}


def test_rates_are_ratios() -> None:
    """Every rate has a numerator and a denominator, so that both can be shown beside it."""
    for kpi in KPIS:
        if kpi.unit is Unit.RATE:
            assert all(item.numerator is not None and item.denominator is not None for item in kpi.definitions), kpi.id


def test_windows_belong_to_cohorts() -> None:
    """A conversion window is only named where both sides are dated on the entry date."""
    for kpi in KPIS:
        for definition in kpi.definitions:
            assert definition.window_days is None or definition.basis is Basis.COHORT, kpi.id


def test_daily_totals_of_people_come_with_a_caution() -> None:
    """Wherever daily numbers of people are added up, the number says that people may count twice."""
    people = {"visitors", "paying_buyers", "order_buyers", "repeat_buyers", "door_visitors"}
    for kpi in KPIS:
        for definition in kpi.definitions:
            if any(isinstance(item, RowMeasure) and item.value in people for item in definition.measures):
                assert definition.caution is not None, kpi.id


def test_attainment_follows_revenue() -> None:
    """Target attainment reckons the actual as revenue does, definition by definition."""
    actual = [definition.numerator for definition in catalogue()["attainment_rate"].definitions]
    assert actual == [definition.numerator for definition in catalogue()["revenue"].definitions]


def test_a_mistake_names_file_and_kpi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken catalogue entry is told with its file and its id."""
    for scene_id in scenes():
        (tmp_path / f"{scene_id}.yaml").write_text("[]", encoding="utf-8")
    (tmp_path / "b2b.yaml").write_text("- {id: broken, names: {en: Broken, zh: 坏}}", encoding="utf-8")
    monkeypatch.setattr(catalogue_module, "FOLDER", tmp_path)
    with pytest.raises(DefinitionError) as caught:
        catalogue.__wrapped__()
    assert str(caught.value.where).startswith(str(tmp_path / "b2b.yaml"))
    assert "broken" in caught.value.message
