"""The KPI reference page is the catalogue's."""

from kpi.semantic.catalogue import catalogue
from kpi.semantic.kpi import Direction, Target, Unit
from kpi.semantic.reference import PAGE, describe, describe_target, write_reference


def test_the_page_is_fresh() -> None:
    """docs/kpis.md is what the catalogue says now; `python -m kpi.semantic.reference` writes it."""
    assert PAGE.read_text(encoding="utf-8") == write_reference()


def test_every_kpi_is_told_once() -> None:
    """Each KPI has exactly one entry, wherever else it is linked."""
    page = write_reference()
    assert all(page.count(f'<a id="{kpi_id}"></a>') == 1 for kpi_id in catalogue())


def test_targets_in_words() -> None:
    """A strict target excludes its own value; rates are per cent; counts say for which period."""
    assert describe_target(Target(value=24, strict=True), Unit.HOURS, Direction.DOWN) == "< 24 hours"
    assert describe_target(Target(value=0.035), Unit.RATE, Direction.UP) == "≥ 3.5 %"
    assert describe_target(Target(value=500_000, per="month"), Unit.COUNT, Direction.UP) == "≥ 500,000 a month"


def test_definitions_in_words() -> None:
    """A ratio is told as numerator ÷ denominator, with filters and dates."""
    assert describe(catalogue()["win_rate"].definitions[0]) == (
        "count of `opportunities` where `status = 'won'`, by `closed_at` ÷ "
        "count of `opportunities` where `status in ('won', 'lost')`, by `closed_at`"
    )
