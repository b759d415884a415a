"""What is there? `tables`, `list`, `journeys`, `loads` and `issues`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing
from kpi.cli.session import Session
from kpi.errors import QueryError, near_names

if TYPE_CHECKING:
    from kpi.evaluate import Missing
    from kpi.semantic.kpi import Kpi
    from kpi.workspace import Table

ISSUE_UNITS = {"row": "count"}


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    for function in (tables, issues, journeys):
        command(app, function.__name__, past=True)(function)
    command(app, "loads")(loads)
    command(app, "list", past=True)(list_kpis)


def tables(session: Session) -> None:
    """What is loaded."""
    from kpi.model import entities

    def row(table: Table) -> tuple[object, ...]:
        time = entities()[table.entity].time if table.entity else None
        return (
            table.name,
            table.entity,
            table.rows,
            sum(file.issues for file in table.files),
            table.earliest(time) if time else None,
            table.latest(time) if time else None,
            tuple(column.name for column in table.columns),
        )

    found = session.dataset.tables
    print_listing(
        session,
        Listing(
            ("table", "entity", "rows", "issues", "first_day", "last_day", "columns"),
            ("text", "text", "count", "count", "date", "date", "list"),
            tuple(row(found[name]) for name in sorted(found)),
        ),
    )


def list_kpis(
    session: Session,
    scene: Annotated[str | None, typer.Option("--scene", help="Only KPIs of b2b, b2c, saas or general.")] = None,
    available: Annotated[bool, typer.Option("--available", help="Only KPIs that the loaded data can answer.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="KPIs that were put away as well.")] = False,
) -> None:
    """Every KPI, and whether the data can answer it."""
    from kpi.semantic.scene import scenes

    if scene is not None and scene not in scenes():
        raise QueryError(
            "unknown_scene", f"There is no scene {scene!r}.", found=scene, near=near_names(scene, list(scenes()))
        )
    from kpi.evaluate import choose

    context, rows = session.context, []
    for kpi in context.definitions.kpis.values():
        places = [place.scene for place in kpi.places]
        choice = choose(kpi, context.dataset, context.definitions.kpis)
        shown = (archived or not kpi.archived) and (scene is None or scene in places)
        if shown and (choice.definition is not None or not available):
            missing = () if choice.definition else tuple(_field(item) for item in choice.missing)
            rows.append(
                (
                    kpi.id,
                    kpi.names.in_language(session.language),
                    tuple(dict.fromkeys(places)),
                    kpi.layer.value,
                    kpi.unit.value,
                    _target(kpi),
                    kpi.owner,
                    choice.definition is not None,
                    missing,
                )
            )
    print_listing(
        session,
        Listing(
            ("kpi", "name", "scenes", "layer", "unit", "target", "owner", "available", "missing"),
            ("text", "text", "list", "text", "text", "text", "text", "boolean", "list"),
            tuple(rows),
        ),
    )


def journeys(session: Session) -> None:
    """Every journey, and whether the data can follow it."""
    from kpi.evaluate import JourneyQuery, plan_journey

    rows = []
    for journey in session.context.definitions.journeys.values():
        try:
            plan = plan_journey(JourneyQuery(journey), session.context).plan
            steps = tuple(step.id for step in plan.steps)
        except QueryError:  # which fields are missing is told by `funnel`
            steps = ()
        rows.append((journey.id, journey.names.in_language(session.language), journey.scene, bool(steps), steps))
    print_listing(
        session,
        Listing(
            ("journey", "name", "scene", "available", "steps"), ("text", "text", "text", "boolean", "list"), tuple(rows)
        ),
    )


def loads(session: Session) -> None:
    """The loads whose rows are there, newest first."""
    from kpi.workspace import list_loads

    found = list_loads(session.home, session.workspace.id)
    print_listing(
        session,
        Listing(
            ("load", "loaded_at", "files"),
            ("count", "timestamp", "list"),
            tuple((load.load_id, load.loaded_at.replace(microsecond=0, tzinfo=None), load.files) for load in found),
        ),
    )


def _target(kpi: Kpi) -> str | None:
    from kpi.semantic.reference import describe_target

    return (
        describe_target(kpi.target.model_copy(update={"source": None}), kpi.unit, kpi.direction) if kpi.target else None
    )


def _field(missing: Missing) -> str:
    return f"{missing.entity}.{missing.field}" if missing.field else missing.entity


def issues(
    session: Session,
    load: Annotated[int | None, typer.Option("--load", min=1, max=2**31 - 1, help="Only those of one load.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000_000, help="At most so many.")] = 1000,
) -> None:
    """Values and rows that did not fit, and why."""
    from kpi.ingest.issues import read_issues

    found = read_issues(session.dataset, load_id=load, limit=limit)
    rows = tuple(
        tuple(None if value is None or value != value else value for value in row)
        for row in found.astype(object).itertuples(index=False, name=None)
    )
    print_listing(
        session, Listing(tuple(found.columns), tuple(ISSUE_UNITS.get(c, "text") for c in found.columns), rows)
    )
