"""Bring sniffed, mapped files into a workspace: new data files, made aside, published in one transaction.

Whatever happens before the transaction leaves the workspace as it was: unfinished files live in a staging folder that
the next start sweeps, and a finished one that nobody has published is swept from the workspace's folder too.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from kpi.errors import EngineError, MappingError
from kpi.ingest.inspection import sniff_again
from kpi.ingest.plans import LoadedTable, LoadPlan, LoadResult, Progress, typed_tables
from kpi.ingest.reader import Reader
from kpi.ingest.sniffed import Sniffed
from kpi.ingest.write import Work, Written, write_table
from kpi.settings import Settings, load_settings
from kpi.workspace import DataFile, Home, NewFile, get_workspace, load_lock, publish, reserve_load_id

MARKER = "load"  # by this name the sweep at the next start knows a staging folder as an unfinished load

Told = Callable[[Progress], None]


def load(
    home: Home,
    workspace: str,
    plans: Sequence[LoadPlan],
    progress: Told | None = None,
    cancel: threading.Event | None = None,
    *,
    settings: Settings | None = None,
) -> LoadResult:
    """Load every planned table as one load. Loads of a home wait for each other.

    Raises `MappingError` while a question is open, `FileError` for what cannot be read, `StoppedError` when `cancel` is
    set; then nothing has changed.
    """
    if not plans:
        raise MappingError("nothing_to_load", "There is nothing to load.", remedy="Choose at least one file.")
    settings = settings or load_settings()
    company = get_workspace(home, workspace)
    plans = [_readable(home, item, settings) for item in plans]
    with load_lock(home):
        staging = home.new_staging_folder()
        (staging / MARKER).touch()
        try:
            with Reader(settings, cancel) as reader:  # first of all: it starts while the plans are laid
                tables = typed_tables(plans)
                load_id = reserve_load_id(home, workspace)
                told = _Teller(progress, len(plans))
                work = Work(reader, settings, staging, load_id, company.time_zone, company.currency, told)
                written: list[Written] = []
                for number, table in enumerate(tables):
                    written.append(write_table(work, table, number, sum(item.rows for item in written)))
            new = [_publishable(home, workspace, load_id, number, item) for number, item in enumerate(written)]
            version = publish(
                home,
                workspace,
                load_id,
                new,
                names=[item.sniffed.title for item in plans],
                summary=_summary(written),
                learnt={item.sniffed.fingerprint: item.mapping.to_memory() for item in plans},
            )
        except OSError as error:
            raise EngineError(
                "disk_failed",
                f"The data could not be written: {error.strerror}.",
                remedy="Free some disk space, or choose another home.",
                found=error.strerror,
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    told.done()
    _drop_copies(home, plans)
    return LoadResult(load_id, version, _loaded(written))


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


def _readable(home: Home, item: LoadPlan, settings: Settings) -> LoadPlan:
    """The plan with a clean copy that is there: staging folders are swept, and the file is then looked into again."""
    if item.sniffed.readable.exists():
        return item
    fresh = sniff_again(home, item.sniffed, settings=settings)
    return LoadPlan(item.mapping.model_copy(update={"sniffed": fresh}))


def _publishable(home: Home, workspace: str, load_id: int, number: int, item: Written) -> NewFile:
    """Move a finished file to where readers will find it. Until it is published, nobody looks there."""
    target = home.workspace_folder(workspace) / f"{load_id:06d}-{number}-{uuid.uuid4().hex[:8]}.duckdb"
    os.replace(item.path, target)
    file = DataFile(target, load_id, item.rows, item.columns, item.earliest, item.latest, item.unique, item.issues)
    return NewFile(item.table.table, item.table.entity.id if item.table.entity else None, file)


def _loaded(written: Sequence[Written]) -> tuple[LoadedTable, ...]:
    """One line per table, also where its files had different shapes."""
    found: dict[str, LoadedTable] = {}
    for item in written:
        name, kind = item.table.table, item.table.entity
        before = found.get(name, LoadedTable(name, kind.id if kind else None, 0, 0, 0))
        found[name] = LoadedTable(
            name,
            before.entity,
            before.rows + item.rows,
            before.issues + item.issues,
            before.files + len(item.table.sources),
        )
    return tuple(found.values())


def _summary(written: Sequence[Written]) -> dict[str, Any]:
    return {
        table.table: {"entity": table.entity, "rows": table.rows, "issues": table.issues, "files": table.files}
        for table in _loaded(written)
    }


def _drop_copies(home: Home, plans: Sequence[LoadPlan]) -> None:
    """The clean copies made while inspecting have done their work."""
    for item in plans:
        for parent in item.sniffed.readable.parents:
            if parent.parent == home.staging and item.sniffed.readable != item.sniffed.file:
                shutil.rmtree(parent, ignore_errors=True)
