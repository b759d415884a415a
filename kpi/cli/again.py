"""Taking loads back: `undo`, `back` and `delete`; `compact`; and what a load would change, as a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing, say
from kpi.cli.session import Session

if TYPE_CHECKING:
    from kpi.ingest.diff import TableDiff

LoadArgument = Annotated[
    int, typer.Argument(min=1, max=2**31 - 1, metavar="LOAD", help="A load's number; `loads` shows all.")
]
COUNTS = ("before", "after", "new", "changed", "gone", "same", "already", "repeated", "unkeyed")


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    for function in (undo, back, delete, compact):
        command(app, function.__name__)(function)


def undo(session: Session) -> None:
    """Take the newest load or edit away."""
    from kpi.ingest import undo
    from kpi.workspace import list_versions

    undo(session.home, session.workspace.id)
    load = list_versions(session.home, session.workspace.id)[0].load_id
    _print_load(session, load, session.t("Load {number} is undone.", number=str(load)))


def back(session: Session, load: LoadArgument) -> None:
    """Make the data what it was right after a load, with the loads that were there then."""
    from kpi.ingest import go_back

    go_back(session.home, session.workspace.id, load)
    _print_load(session, load, session.t("The data is as load {number} left it.", number=str(load)))


def delete(session: Session, load: LoadArgument) -> None:
    """Take a load's rows away; rows that it had changed are as they were before it."""
    from kpi.ingest import delete_load

    delete_load(session.home, session.workspace.id, load)
    _print_load(session, load, session.t("Load {number} is gone, with its rows.", number=str(load)))


def compact(session: Session) -> None:
    """Put the many small files of a table together. Its rows stay as they are."""
    from kpi.ingest import compact

    done = compact(session.home, session.workspace.id)
    print_listing(session, Listing(("table",), ("text",), tuple((name,) for name in done)))


def print_diffs(session: Session, diffs: Sequence[TableDiff], taken: Sequence[str] = ()) -> None:
    """What a load would change, a row per table; which columns and amounts, as warnings."""
    rows = tuple((diff.table, diff.mode.value, diff.key, *(getattr(diff, name) for name in COUNTS)) for diff in diffs)
    notes = (*taken, *(note for diff in diffs for note in _notes(session, diff)))
    units = ("text", "text", "list", *("count" for _ in COUNTS))
    print_listing(session, Listing(("table", "mode", "key", *COUNTS), units, rows, notes))
    say(session, session.t("Nothing has been loaded."))


def _notes(session: Session, diff: TableDiff) -> Iterator[str]:
    t = session.t
    for field in diff.fields:
        yield t.plural("{column} changes in {n} row.", "{column} changes in {n} rows.", field.rows, column=field.label)
    for money in diff.money:
        before, after = (t("nothing") if amount is None else f"{amount:f}" for amount in (money.before, money.after))
        yield t(
            "{key}: {column} from {before} to {after}.", key=money.key, column=money.column, before=before, after=after
        )


def _print_load(session: Session, load: int | None, sentence: str) -> None:
    if session.json:
        print_listing(session, Listing(("load",), ("count",), ((load,),)))
    say(session, sentence)
