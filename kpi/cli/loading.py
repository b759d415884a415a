"""Data in: `load` files, `inspect` them first, or let `demo` make three companies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.choices import Choices, choose, open_questions, settle, take_likeliest
from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing, say, tell
from kpi.cli.session import Session

if TYPE_CHECKING:
    from kpi.ingest.mapping import ColumnMapping
    from kpi.ingest.plans import Progress

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="CSV, TSV, XLSX, XLS, ODS, Parquet, JSON; also .gz and .zip.")
]
AsOption = Annotated[
    str | None, typer.Option("--as", metavar="ENTITY", help="What the rows are; `none` keeps a table of its own.")
]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column feeds a field. May be repeated.")
]
DatesOption = Annotated[
    list[str] | None,
    typer.Option("--dates", metavar="[COLUMN=]ORDER", help="dmy, mdy or ymd, where the file alone does not tell."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Take the likeliest answer to every question.")]


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    for function in (demo, load, inspect):
        command(app, function.__name__)(function)


def demo(
    session: Session,
    company: Annotated[str | None, typer.Argument(metavar="[COMPANY]", help="One of the three; else all.")] = None,
) -> None:
    """Load three demo companies, a workspace each.

    One that is there already is left as it is.
    """
    from kpi.demo import load_demo
    from kpi.workspace import get_workspace, read_dataset

    rows = []
    for workspace in load_demo(session.home, company, tell, session.language):
        found = get_workspace(session.home, workspace)
        tables = read_dataset(session.home, workspace).tables.values()
        rows.append((found.id, found.name, found.scene, sum(table.rows for table in tables)))
    print_listing(
        session, Listing(("workspace", "name", "scene", "rows"), ("text", "text", "text", "count"), tuple(rows))
    )


def load(
    session: Session,
    files: FilesArgument,
    entity: AsOption = None,
    fields: MapOption = None,
    dates: DatesOption = None,
    yes: YesOption = False,
) -> None:
    """Load files into the workspace, all as one load."""
    choices = Choices.read(entity, fields, dates)
    with _mapped(session, files, choices) as mappings:
        from kpi.ingest.loading import load
        from kpi.ingest.plans import plan

        notes: tuple[str, ...] = ()
        if yes:
            mappings, notes = take_likeliest(mappings, session.workspace.currency)
        settle(mappings)
        done = load(session.home, session.workspace.id, [plan(mapping) for mapping in mappings], _told)
    print_listing(
        session,
        Listing(
            ("load", "table", "entity", "rows", "issues", "files"),
            ("count", "text", "text", "count", "count", "count"),
            tuple((done.load_id, item.table, item.entity, item.rows, item.issues, item.files) for item in done.tables),
            notes,
        ),
    )
    if done.issues:
        say(session, session.t("`python -m kpi issues` shows what did not fit, and why."))


def inspect(
    session: Session,
    files: FilesArgument,
    entity: AsOption = None,
    fields: MapOption = None,
    dates: DatesOption = None,
) -> None:
    """How `load` would take these files; stores nothing."""
    with _mapped(session, files, Choices.read(entity, fields, dates)) as mappings:
        rows = tuple(
            (
                mapping.sniffed.title,
                mapping.entity,
                column.source,
                column.field,
                column.type.value,
                column.reading,
                mapping.columns_samples(column)[:3],
            )
            for mapping in mappings
            for column in mapping.columns
        )
        questions = open_questions(mappings)
    print_listing(
        session,
        Listing(
            ("file", "entity", "column", "field", "type", "reading", "samples"),
            ("text", "text", "text", "text", "text", "text", "list"),
            rows,
            questions,
        ),
    )


@contextmanager
def _mapped(session: Session, files: list[Path], choices: Choices) -> Iterator[list[ColumnMapping]]:
    """Every table of the files with what its columns mean; what was unpacked on the way is removed afterwards."""
    from kpi.ingest.archives import expand
    from kpi.ingest.guessing import guess
    from kpi.ingest.inspection import inspect as look
    from kpi.workspace import find_mapping, read_dataset

    workspace = session.workspace.id
    folder = session.home.new_staging_folder()
    try:
        named = [item for file in files for item in expand(file, folder, file.name)]
        dataset = read_dataset(session.home, workspace)
        mappings = [
            guess(found, dataset, find_mapping(session.home, workspace, found.fingerprint))
            for found in look(named, session.home, progress=lambda done, of, name: tell(f"{done}/{of} {name}"))
        ]
        yield choose(mappings, choices)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(progress: Progress) -> None:
    tell(f"{progress.share:4.0%} {progress.stage} {progress.file}")
