"""The only door to data: a frozen question and a frozen context in, a result out."""

from __future__ import annotations

from kpi.evaluate.availability import Choice, Missing, choose
from kpi.evaluate.context import Access, Context, newest_day, open_context
from kpi.evaluate.journeys import PlannedJourney, evaluate_journey, plan_journey
from kpi.evaluate.kpis import definition_in_force, evaluate_kpi, kpi_of
from kpi.evaluate.result import Result, plain
from kpi.evaluate.rows import evaluate_rows, parts_of
from kpi.evaluate.targets import Status, last_whole_month, status_of, target_for
from kpi.semantic.query import JourneyQuery, KpiQuery, RowsQuery


def evaluate(query: KpiQuery | JourneyQuery | RowsQuery, context: Context) -> Result:
    """The answer. `QueryError`, `DefinitionError`: it cannot be asked. `EngineError`: the engine failed."""
    if isinstance(query, KpiQuery):
        return evaluate_kpi(query, context)
    if isinstance(query, JourneyQuery):
        return evaluate_journey(query, context)
    return evaluate_rows(query, context)


__all__ = [
    "Access",
    "Choice",
    "Context",
    "JourneyQuery",
    "KpiQuery",
    "Missing",
    "PlannedJourney",
    "Result",
    "RowsQuery",
    "Status",
    "choose",
    "definition_in_force",
    "evaluate",
    "kpi_of",
    "last_whole_month",
    "newest_day",
    "open_context",
    "parts_of",
    "plain",
    "plan_journey",
    "status_of",
    "target_for",
]
