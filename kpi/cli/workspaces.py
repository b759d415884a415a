"""Whose data? `workspaces` lists them, `workspace create` and `workspace wipe` make and remove one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.options import command, group
from kpi.cli.printing import Listing, print_listing, say
from kpi.cli.session import Session
from kpi.errors import QueryError

if TYPE_CHECKING:
    from kpi.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    command(app, "workspaces")(workspaces)
    inner = group(app, "workspace", "Make or remove a workspace.")
    command(inner, "create")(create)
    command(inner, "wipe")(wipe)


def workspaces(session: Session) -> None:
    """Every workspace of the home."""
    from kpi.workspace import ensure_local, list_workspaces

    ensure_local(session.home)
    _print(session, *list_workspaces(session.home))


def create(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As people call it.")],
    identity: Annotated[str | None, typer.Option("--id", help="Made from the name unless given.")] = None,
    scene: Annotated[str, typer.Option("--scene", help="b2b, b2c or saas.")] = "b2b",
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code.")] = "CNY",
    time_zone: Annotated[str, typer.Option("--time-zone", help="Where its days begin and end.")] = "UTC",
) -> None:
    """Make an empty workspace."""
    from kpi.workspace import create_workspace

    made = create_workspace(session.home, name, workspace=identity, scene=scene, currency=currency, time_zone=time_zone)
    _print(session, made)


def wipe(
    session: Session,
    identity: Annotated[str, typer.Argument(metavar="ID", help="The workspace's id; `workspaces` shows all.")],
    yes: Annotated[bool, typer.Option("--yes", help="Needed: it cannot be undone.")] = False,
) -> None:
    """Remove a workspace with everything in it."""
    from kpi.workspace import get_workspace, wipe_workspace

    found = get_workspace(session.home, identity)
    if not yes:
        raise QueryError(
            "wipe_not_confirmed",
            f"This deletes {identity!r} with its data, KPIs and settings.",
            remedy="Say it again with --yes if that is meant.",
            found=identity,
        )
    wipe_workspace(session.home, identity)
    if session.json:
        _print(session, found)
    say(session, session.t("The workspace {name} is gone.", name=identity))


def _print(session: Session, *found: Workspace) -> None:
    print_listing(
        session,
        Listing(
            ("workspace", "name", "scene", "currency", "time_zone"),
            ("text",) * 5,
            tuple((item.id, item.name, item.scene, item.currency, item.time_zone) for item in found),
        ),
    )
