"""Bring sniffed, mapped files into a workspace: prepare, look at what would change, then publish in one transaction.

Whatever happens before the transaction leaves the workspace as it was: unfinished files live in a staging folder that
the next start sweeps, and a finished one that nobody has published is swept from the workspace's folder too.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from kpi.errors import MappingError
from kpi.ingest.bench import UNDER_LOCK, UNLOCKED, Bench, open_bench
from kpi.ingest.contents import contents_of, refuse_same
from kpi.ingest.corrections import corrected, read_corrections
from kpi.ingest.diff import TableDiff
from kpi.ingest.history import state_with
from kpi.ingest.inspection import sniff_again
from kpi.ingest.part import met, parts_of
from kpi.ingest.plans import LoadPlan, LoadResult, Progress, typed_tables
from kpi.ingest.prepared import Prepared
from kpi.ingest.sniffed import Sniffed
from kpi.ingest.write import Work, Written, write_table
from kpi.settings import Settings, load_settings
from kpi.workspace import (
    Home,
    NewFile,
    TableState,
    get_workspace,
    load_lock,
    publish,
    read_dataset,
    reserve_load_id,
)

Told = Callable[[Progress], None]


def load(
    home: Home,
    workspace: str,
    plans: Sequence[LoadPlan],
    progress: Told | None = None,
    cancel: threading.Event | None = None,
    *,
    settings: Settings | None = None,
    again: bool = False,
    author: str = "local",
) -> LoadResult:
    """Load every planned table as one load, without a look at what changes. Loads of a home wait for each other.

    Raises `MappingError` while a question is open, `FileError` for what cannot be read or is there already (unless it
    may be there `again`), `StoppedError` when `cancel` is set; then nothing has changed.
    """
    settings = settings or load_settings()
    told = _Teller(progress, len(plans))
    with load_lock(home), open_bench(home, workspace, settings, cancel, mark=UNDER_LOCK) as bench:
        prepared = _prepare(home, workspace, plans, bench, told, compared=False, again=again, author=author)
        result = _commit(home, prepared, bench)
    told.done()
    _drop_copies(home, prepared.plans)
    return result


def prepare(
    home: Home,
    workspace: str,
    plans: Sequence[LoadPlan],
    progress: Told | None = None,
    cancel: threading.Event | None = None,
    *,
    settings: Settings | None = None,
    again: bool = False,
    author: str = "local",
) -> Prepared:
    """Read every planned table and work out what loading it would change; nothing has changed yet.

    Raises as `load` does. What it returns is to be committed or discarded; after a day, it is swept away.
    """
    settings = settings or load_settings()
    told = _Teller(progress, len(plans))
    with open_bench(home, workspace, settings, cancel, mark=UNLOCKED, kept=True) as bench:
        return _prepare(home, workspace, plans, bench, told, compared=True, again=again, author=author)


def commit(
    home: Home,
    prepared: Prepared,
    progress: Told | None = None,
    cancel: threading.Event | None = None,
    *,
    settings: Settings | None = None,
) -> LoadResult:
    """Publish what was prepared. Where the data has changed meanwhile, it is compared anew.

    `MappingError` when the load would now change something else than what was shown; nothing has changed then.
    """
    settings = settings or load_settings()
    told = _Teller(progress, len(prepared.plans))
    with load_lock(home), open_bench(home, prepared.workspace, settings, cancel, mark=UNDER_LOCK) as bench:
        ready = prepared
        if not _is_fresh(home, prepared):
            ready = _prepare(
                home,
                prepared.workspace,
                prepared.plans,
                bench,
                told,
                compared=True,
                again=prepared.again,
                author=prepared.author,
            )
            if ready.diffs != prepared.diffs:
                raise MappingError(
                    "changed_meanwhile",
                    "The data has changed since this was compared, and the load would do something else now.",
                    remedy="Compare it again, and look at what would change.",
                )
        else:
            ready = _moved(prepared, bench)
        result = _commit(home, ready, bench)
    told.done()
    discard(home, prepared)
    _drop_copies(home, prepared.plans)
    return result


def discard(home: Home, prepared: Prepared) -> None:
    """Forget a prepared load; the files that it was read from stay on the user's desk."""
    if prepared.folder.parent == home.staging:
        shutil.rmtree(prepared.folder, ignore_errors=True)


class _Teller:
    """Turns what the reader says of one file into how far the load is."""

    def __init__(self, progress: Told | None, files: int) -> None:
        self._progress, self._files = progress, files
        self._seen: list[int] = []

    def __call__(self, stage: str, source: Sniffed, share: float) -> None:
        if self._progress is None:
            return
        if id(source) not in self._seen:
            self._seen.append(id(source))
        done = len(self._seen) - 1
        self._progress(Progress(stage, source.title, done, self._files, (done + share) / (self._files + 0.2)))

    def done(self) -> None:
        """Everything is published."""
        if self._progress is not None:
            self._progress(Progress("published", "", self._files, self._files, 1.0))


def _prepare(
    home: Home,
    workspace: str,
    plans: Sequence[LoadPlan],
    bench: Bench,
    told: _Teller,
    *,
    compared: bool,
    again: bool,
    author: str,
) -> Prepared:
    if not plans:
        raise MappingError("nothing_to_load", "There is nothing to load.", remedy="Choose at least one file.")
    dataset = read_dataset(home, workspace)
    if not again:
        refuse_same(home, workspace, plans)
    plans = [_readable(home, item, bench.settings) for item in plans]
    tables = corrected(typed_tables(plans), tuple(read_corrections(home, workspace)))
    load_id = reserve_load_id(home, workspace)
    work = Work(bench.reader, bench.settings, bench.staging, load_id, bench.zone, bench.currency, told)
    written: list[Written] = []
    for number, table in enumerate(tables):
        written.append(write_table(work, table, number, sum(item.file.rows for item in written)))
    parts = []
    diffs: dict[str, TableDiff] = {}
    for part in parts_of(bench, written):
        ready, diff = met(bench, part, dataset.tables.get(part.table), compared=compared)
        parts.append(ready)
        diffs[part.table] = diffs[part.table].with_more(diff) if part.table in diffs else diff
    shown = tuple(diffs.values()) if compared else ()
    return Prepared(
        workspace, dataset.version, load_id, tuple(plans), tuple(parts), shown, bench.staging, again, author
    )


def _is_fresh(home: Home, prepared: Prepared) -> bool:
    """Whether nobody has loaded since, and its files are still there."""
    current = get_workspace(home, prepared.workspace).version
    return current == prepared.version and all(part.file.path.exists() for part in prepared.parts)


def _moved(prepared: Prepared, bench: Bench) -> Prepared:
    """The prepared files on the bench where they are worked on."""
    parts = []
    for part in prepared.parts:
        path = part.file.path.replace(bench.staging / part.file.path.name)
        parts.append(replace(part, file=replace(part.file, path=path)))
    return replace(prepared, parts=tuple(parts))


def _commit(home: Home, prepared: Prepared, bench: Bench) -> LoadResult:
    workspace = prepared.workspace
    states = state_with(home, workspace, bench, [part.delta for part in prepared.parts])
    made = [part.file for part in prepared.parts]
    made += [file for files in states.values() for file in files if file not in made]
    placed = dict(zip((file.path for file in made), bench.publish_files(made), strict=True))
    version = publish(
        home,
        workspace,
        prepared.load_id,
        [NewFile(part.table, part.entity, placed[part.file.path], part.mode, part.key) for part in prepared.parts],
        names=[item.sniffed.title for item in prepared.plans],
        summary=prepared.summary,
        states=[
            TableState(part.table, part.entity, tuple(placed[file.path] for file in states[part.table]))
            for part in prepared.parts
            if part.table in states
        ],
        contents=contents_of(prepared.plans),
        learnt={item.sniffed.fingerprint: item.mapping.to_memory() for item in prepared.plans},
        author=prepared.author,
        based_on=prepared.version,
    )
    return LoadResult(prepared.load_id, version, prepared.tables)


def _readable(home: Home, item: LoadPlan, settings: Settings) -> LoadPlan:
    """The plan with a clean copy that is there: staging folders are swept, and the file is then looked into again."""
    if item.sniffed.readable.exists():
        return item
    fresh = sniff_again(home, item.sniffed, settings=settings)
    return replace(item, mapping=item.mapping.model_copy(update={"sniffed": fresh}))


def _drop_copies(home: Home, plans: Sequence[LoadPlan]) -> None:
    """The clean copies made while inspecting have done their work."""
    for item in plans:
        for parent in item.sniffed.readable.parents:
            if parent.parent == home.staging and item.sniffed.readable != item.sniffed.file:
                shutil.rmtree(parent, ignore_errors=True)
