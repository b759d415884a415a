"""What people decide: `target` sets what a KPI should reach, `journey add` brings a journey of one's own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kpi.cli.options import command, group
from kpi.cli.printing import Listing, print_listing, say
from kpi.cli.session import Session


class Span(StrEnum):
    """For how long a count or sum is meant."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    command(app, "target")(target)
    inner = group(app, "journey", "Journeys of one's own.")
    command(inner, "add")(add_journey)


def target(
    session: Session,
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="A KPI's id; `list` shows all.")],
    value: Annotated[float | None, typer.Argument(metavar="VALUE", help="Rates from 0 to 1; empty: none.")] = None,
    per: Annotated[Span | None, typer.Option("--per", help="What a count or sum is for; rates need none.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="The value itself does not reach it.")] = False,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for the KPI; else as before.")] = None,
) -> None:
    """Set what a KPI should reach, and who answers for it."""
    known = session.definitions.kpi(kpi)
    from kpi.semantic.definitions import save_settings
    from kpi.semantic.kpi import Target

    made = Target(value=value, per=per.value if per else None, strict=strict) if value is not None else None
    save_settings(
        session.home,
        session.workspace.id,
        kpi,
        target=made,
        owner=owner or known.owner,
        layer=known.layer,
        archived=known.archived,
    )
    if session.json:
        row = (kpi, value, per.value if per else None, strict, owner or known.owner)
        columns = ("kpi", "target", "per", "strict", "owner")
        print_listing(session, Listing(columns, ("text", "number", "text", "boolean", "text"), (row,)))
    say(
        session,
        session.t("The target of {kpi} is set.", kpi=kpi) if made else session.t("{kpi} has no target.", kpi=kpi),
    )


def add_journey(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file with one journey.")],
) -> None:
    """Save a journey in the workspace; one of the same id gets a new revision."""
    from kpi.semantic.definitions import save_journey
    from kpi.semantic.journeys import read_journey

    journey = read_journey(file)
    save_journey(session.home, session.workspace.id, journey)
    if session.json:
        print_listing(session, Listing(("journey",), ("text",), ((journey.id,),)))
    say(session, session.t("The journey {journey} is saved.", journey=journey.id))
