"""Questions of the data: `show`, `funnel`, `sql` and `rows`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.days import Days, period_of, read_days
from kpi.cli.options import command
from kpi.cli.printing import print_json, print_result, say
from kpi.cli.session import Session
from kpi.errors import QueryError, near_names
from kpi.period import Period, TimeGrain

if TYPE_CHECKING:
    from kpi.evaluate import Result
    from kpi.model.entity import Names
    from kpi.semantic.query import JourneyQuery, KpiQuery

GrainOption = Annotated[TimeGrain | None, typer.Option("--grain", help="One row a period; without, one row in all.")]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", help="Break down by a field (`region`, `people.team`). May be repeated.")
]
FromOption = Annotated[str | None, typer.Option("--from", help="First day: 2024-03-01; or 2024-03, or 2024.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Last day, itself included; likewise.")]
WhereOption = Annotated[
    str | None, typer.Option("--where", help="Only rows for which this holds: \"region = 'East' and amount >= 1000\".")
]
KpiArgument = Annotated[str, typer.Argument(metavar="KPI", help="A KPI's id; `list` shows all.")]
JourneyArgument = Annotated[str, typer.Argument(metavar="JOURNEY", help="A journey's id, or a YAML file with one.")]
AnyArgument = Annotated[str, typer.Argument(metavar="KPI", help="A KPI's id; or a journey's, or its YAML file.")]
PartOption = Annotated[
    str | None,
    typer.Option("--part", help="numerator (default) or denominator; of a journey: STEP, or lost:STEP."),
]
CellOption = Annotated[
    list[str] | None, typer.Option("--cell", help="Only one row of the answer: COLUMN=VALUE. May be repeated.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000_000, help="At most so many rows.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    for name, function in (("show", show), ("funnel", funnel), ("sql", sql), ("rows", rows)):
        command(app, name, past=True)(function)


def show(
    session: Session,
    kpi: KpiArgument,
    grain: GrainOption = None,
    by: ByOption = None,
    first: FromOption = None,
    last: ToOption = None,
    where: WhereOption = None,
) -> None:
    """The value of a KPI, with numerator and denominator."""
    query = _of_kpi(session, kpi, grain, by, read_days(first, last), where)
    from kpi.evaluate import evaluate

    print_result(session, evaluate(query, session.context))


def funnel(
    session: Session,
    journey: JourneyArgument,
    grain: GrainOption = None,
    by: ByOption = None,
    first: FromOption = None,
    last: ToOption = None,
    where: WhereOption = None,
) -> None:
    """The steps of a journey, and what is lost at each."""
    query = _of_journey(session, journey, grain, by, read_days(first, last), where)
    from kpi.evaluate import evaluate

    print_result(session, evaluate(query, session.context))


def sql(
    session: Session,
    kpi: AnyArgument,
    grain: GrainOption = None,
    by: ByOption = None,
    first: FromOption = None,
    last: ToOption = None,
    where: WhereOption = None,
) -> None:
    """The SQL that answers a question."""
    query = _question(session, kpi, grain, by, read_days(first, last), where)
    from kpi.evaluate import evaluate

    found = evaluate(query, session.context)
    if session.json:
        print_json(replace(found, frame=found.frame.head(0)).to_dict(session.language))
    say(session, found.sql)


def rows(
    session: Session,
    kpi: AnyArgument,
    part: PartOption = None,
    cell: CellOption = None,
    limit: LimitOption = 1000,
    grain: GrainOption = None,
    by: ByOption = None,
    first: FromOption = None,
    last: ToOption = None,
    where: WhereOption = None,
) -> None:
    """The stored rows behind a number."""
    from kpi.semantic.query import JourneyQuery, RowsQuery

    cells = dict(_cell(text) for text in cell or [])
    dimensions = list(dict.fromkeys([*(by or []), *(name for name in cells if name != "period")]))
    query = _question(session, kpi, grain, dimensions, read_days(first, last), where)
    if part is None:
        part = "" if isinstance(query, JourneyQuery) else _first_part(session, query)
    from kpi.evaluate import evaluate

    found = evaluate(RowsQuery(query, part, tuple(cells.items()), limit + 1), session.context)
    if len(found.frame) > limit:
        found = replace(found, frame=found.frame.head(limit), warnings=(*found.warnings, _more_than(limit)))
    print_result(session, found if session.json else _without_empty_columns(found))


def _more_than(limit: int) -> Names:
    from kpi.model.entity import Names

    return Names(
        en=f"These are the first {limit:,} rows; --limit shows more.",
        zh=f"这里只有前 {limit:,} 行；用 --limit 可以看到更多。",
    )


def _without_empty_columns(found: Result) -> Result:
    """People need not look past columns in which nothing stands."""
    filled = [place for place in range(len(found.units)) if found.frame.iloc[:, place].notna().any()]
    return replace(found, frame=found.frame.iloc[:, filled], units=tuple(found.units[place] for place in filled))


def _question(
    session: Session, name: str, grain: TimeGrain | None, by: list[str] | None, days: Days, where: str | None
) -> KpiQuery | JourneyQuery:
    """A question about whatever goes by this name; KPIs come first."""
    known = session.definitions
    if name in known.kpis:
        return _of_kpi(session, name, grain, by, days, where)
    if name in known.journeys or _is_path(name):
        return _of_journey(session, name, grain, by, days, where)
    raise QueryError(
        "unknown_kpi_or_journey",
        f"There is no KPI or journey {name!r}.",
        remedy="`python -m kpi list` and `python -m kpi journeys` show all.",
        found=name,
        near=near_names(name, [*known.kpis, *known.journeys]),
    )


def _of_kpi(
    session: Session, name: str, grain: TimeGrain | None, by: list[str] | None, days: Days, where: str | None
) -> KpiQuery:
    session.definitions.kpi(name)  # a name mistyped is told before anything slow is imported
    from kpi.evaluate.kpis import plan
    from kpi.semantic.query import KpiQuery

    query = KpiQuery(name, None, grain, tuple(by or ()), where)
    return replace(query, period=period_of(days, lambda: plan(KpiQuery(name), session.context).extent))


def _of_journey(
    session: Session, name: str, grain: TimeGrain | None, by: list[str] | None, days: Days, where: str | None
) -> JourneyQuery:
    if _is_path(name) and name not in session.definitions.journeys:
        from kpi.semantic.journeys import read_journey

        journey = read_journey(Path(name))
    else:
        journey = session.definitions.journey(name)
    from kpi.evaluate.journeys import journey_shape, plan_journey
    from kpi.semantic.query import JourneyQuery

    def extent() -> Period:
        whole = JourneyQuery(journey)
        return journey_shape(whole, plan_journey(whole, session.context), session.context).extent

    return JourneyQuery(journey, period_of(days, extent), grain, tuple(by or ()), where)


def _is_path(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _first_part(session: Session, query: KpiQuery) -> str:
    from kpi.evaluate import parts_of

    return parts_of(query, session.context)[0]


def _cell(text: str) -> tuple[str, str | date | None]:
    """`COLUMN=VALUE`; nothing after the sign means no value, and a period is named by its first day."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise QueryError(
            "bad_cell", f"--cell {text!r} is not COLUMN=VALUE.", remedy="Write for example region=East.", found=text
        )
    if name != "period":
        return name, value or None
    start = read_days(value, None).first
    return name, start
