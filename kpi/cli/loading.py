"""Data in: `load` files, `inspect` them first, or let `demo` make three companies."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.cli.choices import Choices, choose, open_questions, settle, take_likeliest
from kpi.cli.failure import describe
from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing, say, tell
from kpi.cli.session import Session
from kpi.errors import MappingError, near_names

if TYPE_CHECKING:
    from kpi.ingest.mapping import ColumnMapping
    from kpi.ingest.plans import Progress
    from kpi.ingest.sniffed import Sniffed
    from kpi.workspace import Mode

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
ModeOption = Annotated[
    str | None,
    typer.Option("--mode", metavar="MODE", help="append (beside what is there), replace, or upsert (by the key)."),
]
KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="COLUMN", help="What tells the rows apart, else the entity's key. May be repeated."),
]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and load nothing.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Load files that are there already once more.")]


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
    mode: ModeOption = None,
    key: KeyOption = None,
    dry: DryOption = False,
    again: AgainOption = False,
) -> None:
    """Load files into the workspace, all as one load."""
    choices = Choices.read(entity, fields, dates)
    way = _mode(mode)
    with _mapped(session, files, choices) as mappings:
        from kpi.cli.again import print_diffs
        from kpi.ingest.loading import discard, load, prepare
        from kpi.ingest.plans import plan

        notes: tuple[str, ...] = ()
        if yes:
            mappings, notes = take_likeliest(mappings, session.workspace.currency)
        settle(mappings)
        plans = [plan(mapping, way, key) for mapping in mappings]
        if dry:
            prepared = prepare(session.home, session.workspace.id, plans, _told, again=again)
            discard(session.home, prepared)
            print_diffs(session, prepared.diffs, notes)
            return
        done = load(session.home, session.workspace.id, plans, _told, again=again)
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


def _mode(typed: str | None) -> Mode | None:
    from kpi.workspace import Mode

    modes = {mode.value: mode for mode in (Mode.APPEND, Mode.REPLACE, Mode.UPSERT)}
    if typed is not None and typed not in modes:
        raise MappingError(
            "unknown_mode",
            f"There is no mode {typed!r}.",
            found=typed,
            near=near_names(typed, list(modes)) or tuple(modes),
        )
    return modes[typed] if typed is not None else None


def inspect(
    session: Session,
    files: FilesArgument,
    entity: AsOption = None,
    fields: MapOption = None,
    dates: DatesOption = None,
) -> None:
    """How `load` would take these files; stores nothing."""
    with _mapped(session, files, Choices.read(entity, fields, dates)) as mappings:
        rows = tuple(row for mapping in mappings for row in _columns(session, mapping))
        notes = (*_changes(session, mappings), *open_questions(mappings))
    print_listing(
        session,
        Listing(
            ("file", "entity", "column", "field", "type", "reading", "samples", "score", "reason", "key", "words"),
            ("text", "text", "text", "text", "text", "text", "list", "rate", "text", "boolean", "list"),
            rows,
            notes,
        ),
    )


def _columns(session: Session, mapping: ColumnMapping) -> Iterator[tuple[object, ...]]:
    """A row for each column: what it becomes, how surely, why, whether it is of the likeliest key, and its words."""
    from kpi.narrate.mapping import why

    key = mapping.keys[0].columns if mapping.keys else ()
    for column in mapping.columns:
        words = [f"{match.word} → {match.canonical or match.word}" for match in mapping.word_matches(column)]
        yield (
            mapping.sniffed.title,
            mapping.entity,
            column.source,
            column.field,
            column.type.value,
            column.reading,
            mapping.columns_samples(column)[:3],
            column.score if column.field else None,
            why(column.reasons, session.t),
            column.name in key,
            tuple(words),
        )


def _changes(session: Session, mappings: Sequence[ColumnMapping]) -> Iterator[str]:
    """What is different from the header that a mapping is remembered from."""
    from kpi.narrate.mapping import change_sentences

    for mapping in mappings:
        for sentence in change_sentences(mapping.changes, session.t) if mapping.changes else ():
            yield f"{mapping.sniffed.title}: {sentence}"


@contextmanager
def _mapped(session: Session, files: list[Path], choices: Choices) -> Iterator[list[ColumnMapping]]:
    """Every table of the files with what its columns mean; what was unpacked on the way is removed afterwards."""
    from kpi.ingest.archives import unpacking_folder
    from kpi.ingest.guessing import guess_all
    from kpi.workspace import read_dataset

    folder = unpacking_folder(session.home)
    try:
        tables = _found(session, files, folder)
        dataset = read_dataset(session.home, session.workspace.id)
        yield choose(guess_all(session.home, dataset, tables), choices)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _found(session: Session, files: list[Path], folder: Path) -> list[Sniffed]:
    """Every table of the files. A file that cannot be read is an error; one among others in an archive is told of."""
    from kpi.ingest.archives import unpack
    from kpi.ingest.each import inspect_each

    unpacked = [unpack(file, folder, file.name) for file in files]
    named = [item for one in unpacked for item in one.files]
    among = {item.path for one in unpacked if len(one.files) + len(one.problems) > 1 for item in one.files}
    looked = inspect_each(named, session.home, progress=lambda done, of, name: tell(f"{done}/{of} {name}"))
    for item in looked.unread:
        if item.file.path not in among or not looked.tables:
            raise item.error
    for error in (*(problem for one in unpacked for problem in one.problems), *(item.error for item in looked.unread)):
        sys.stderr.write(describe(error, session.language, as_json=session.json) + "\n")
    return list(looked.tables)


def _told(progress: Progress) -> None:
    tell(f"{progress.share:4.0%} {progress.stage} {progress.file}")
