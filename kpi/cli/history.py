"""Earlier states of the data: `history`, and `retention` that says how long they are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing, say
from kpi.cli.session import Session
from kpi.errors import DefinitionError

DaysOption = Annotated[
    int | None, typer.Option("--days", help="Keep earlier states for so many days; 0 keeps only the present one.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Keep every state for good.")]
PurgeOption = Annotated[bool, typer.Option("--purge", help="Take away now what the rule no longer keeps.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    command(app, "history")(history)
    command(app, "retention")(retention)


def history(session: Session) -> None:
    """Every state of the data that can be asked for with --as-of, newest first."""
    from kpi.workspace import list_versions

    found = list_versions(session.home, session.workspace.id)
    rows = tuple(
        (
            item.version,
            item.made_at.replace(microsecond=0, tzinfo=None),
            item.what,
            item.load_id,
            item.author,
            tuple(map(str, item.live)),
        )
        for item in found
    )
    print_listing(
        session,
        Listing(
            ("version", "made_at", "what", "load", "author", "loads"),
            ("count", "timestamp", "text", "count", "text", "list"),
            rows,
        ),
    )


def retention(
    session: Session, days: DaysOption = None, everything: AllOption = False, purge: PurgeOption = False
) -> None:
    """How long earlier states are kept, and what they take on disk."""
    from kpi.workspace import disk_use, purgeable, read_retention, set_retention
    from kpi.workspace import purge as take_away

    if everything and days is not None:
        raise DefinitionError("two_retentions", "Say --days or --all, not both.", remedy="Leave one of them out.")
    home, workspace = session.home, session.workspace.id
    if everything or days is not None:
        set_retention(home, workspace, days)
    if purge:
        done = take_away(home, workspace)
        say(
            session,
            session.t.plural("{n} earlier state was purged.", "{n} earlier states were purged.", done.versions),
        )
    rule, use = read_retention(home, workspace), disk_use(home, workspace)
    after = purgeable(home, workspace, rule.days)
    print_listing(
        session,
        Listing(
            ("days", "states", "shown_bytes", "kept_bytes", "purgeable_bytes"),
            ("count", "count", "count", "count", "count"),
            ((rule.days, use.versions, use.shown, use.kept, use.total - after.total),),
        ),
    )
