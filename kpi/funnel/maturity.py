"""How long does a step take? Periods whose records have not had that long yet are not told as if they had."""

from __future__ import annotations

from kpi.evaluate import KpiQuery, PlannedJourney, Result
from kpi.model.entity import Names
from kpi.semantic.kpi import Aggregate, Definition, Kpi, RowMeasure, Unit

TIMES = 2  # twice the mean: of times that thin out evenly (exponentially), six in seven have passed by then
_NAMES = Names(en="Days to the step", zh="到达该环节的天数")


def lag_query(planned: PlannedJourney, step_id: str) -> KpiQuery | None:
    """What to ask for the mean days from entry to a step; None where one row does not hold both times."""
    plan = planned.plan
    first = plan.steps[0]
    step = next((item for item in plan.steps if item.id == step_id), first)
    same_row = plan.entity(step) == plan.entity(first) and not any(item.entity for item in (first, step))
    times = [item.at for item in plan.steps if item.at is not None]
    many_rows = len(set(times)) == 1  # events: every step has the same time field, on a row of its own
    if step is first or plan.date is None or step.at is None or not same_row or many_rows:
        return None
    measure = RowMeasure(
        entity=plan.entity(step),
        aggregate=Aggregate.MEAN,
        value=f"days_between({plan.date}, {step.at})",
        where=f"{step.at} is not null and {step.at} >= {plan.date}",
        date=plan.date,
    )
    kpi = Kpi(
        id="days_to_step", names=_NAMES, meaning=_NAMES, unit=Unit.DAYS, definitions=(Definition(numerator=measure),)
    )
    return KpiQuery(kpi)


def lag_days(result: Result) -> int:
    """How many days after a period's end its records are taken to have had their time."""
    value = result.frame.iloc[0]["value"]
    return 0 if value is None else round(float(value) * TIMES)
