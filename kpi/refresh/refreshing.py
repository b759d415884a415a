"""Fetch a source and load what is new. Nobody is asked: what only a person can decide ends the run, nothing loaded."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypedDict

from filelock import FileLock, Timeout

from kpi.errors import EngineError, KpiError, MappingError, Where
from kpi.ingest.guessing import guess
from kpi.ingest.inspection import inspect
from kpi.ingest.loading import commit, discard, load, prepare
from kpi.ingest.mapping import ColumnMapping
from kpi.ingest.plans import LoadResult, Progress, plan
from kpi.ingest.prepared import Prepared
from kpi.ingest.reader import StoppedError
from kpi.ingest.sniffed import NamedFile, Sniffed
from kpi.refresh.address import Lookup
from kpi.refresh.contents import known_contents, unpacked
from kpi.refresh.fetching import fetch, secrets_of
from kpi.refresh.redaction import redacted, redacted_error, words_of
from kpi.refresh.runs import Mistake, Outcome, Run, record
from kpi.refresh.seen import Seen, read_seen, save_seen
from kpi.refresh.source import Source, get_source
from kpi.settings import Settings, load_settings
from kpi.workspace import Home, Mode, find_mapping, get_workspace, read_dataset

PERSON, SCHEDULE = "person", "schedule"
MOST_GONE = 0.5  # share of a table's rows that a replacing source may take away while nobody looks
FEW = 20  # rows of a table that is too small to tell

_LOG = logging.getLogger("kpi.refresh")


@dataclass(frozen=True)
class _Work:
    """One run's surroundings."""

    home: Home
    workspace: str
    source: Source
    settings: Settings
    confirmed: bool
    progress: Callable[[Progress], None] | None
    cancel: threading.Event | None
    lookup: Lookup | None


class _How(TypedDict):
    """What every load of a source is told."""

    settings: Settings
    author: str


def refresh(
    home: Home,
    workspace: str,
    name: str,
    *,
    by: str = PERSON,
    confirmed: bool = False,
    settings: Settings | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    now: Callable[[], datetime] | None = None,
    lookup: Lookup | None = None,
) -> Run:
    """Refresh one source, and write down what came of it.

    Mistakes (of the source, the file, the mapping) are in the run, not raised; then nothing has been loaded.
    `confirmed` says that a person stands behind it: a header never seen is then taken as the likeliest mapping says.
    Raises `QueryError` for a source that is not there, `EngineError` while the source is being refreshed already.
    """
    settings, clock = settings or load_settings(), now or _now
    source = get_source(home, workspace, name)
    work = _Work(home, workspace, source, settings, confirmed, progress, cancel, lookup)
    hidden: tuple[str, ...] = ()
    with _alone(home, workspace, name):
        run = Run(name, clock(), by)
        record(home, workspace, run)
        try:
            hidden = tuple(word for value in secrets_of(source).values() for word in words_of(value))
            run = replace(_bring(work, run), ended_at=clock())
        except KpiError as error:
            outcome = _outcome_of(error)
            run = replace(run, outcome=outcome, ended_at=clock(), mistake=Mistake.of(redacted_error(error, hidden)))
        except Exception as error:
            _LOG.error("refresh of %s failed:\n%s", name, redacted("".join(traceback.format_exception(error)), hidden))
            bug = EngineError(
                "refresh_bug",
                f"Refreshing failed by a mistake of this program: {type(error).__name__}.",
                remedy="The log tells more; please report it.",
                found=type(error).__name__,
            )
            run = replace(run, outcome=Outcome.FAILED, ended_at=clock(), mistake=Mistake.of(bug))
        record(home, workspace, run)
    return run


def _outcome_of(error: KpiError) -> Outcome:
    if isinstance(error, StoppedError):
        return Outcome.INTERRUPTED
    return Outcome.WAITING if isinstance(error, MappingError) else Outcome.FAILED


def _bring(work: _Work, run: Run) -> Run:
    """Fetch, look into, map and load; the run as it ended."""
    home, workspace, name = work.home, work.workspace, work.source.name
    folder = home.new_staging_folder()
    try:
        seen = read_seen(home, workspace, name)
        version = get_workspace(home, workspace).version
        known = known_contents(home, workspace, work.source) | seen.idle_at(version)
        passed = {stamp: contents for stamp, contents in seen.files.items() if contents and contents <= known}
        fetched = fetch(
            home,
            work.source,
            folder,
            work.settings,
            is_known=lambda stamp: stamp in passed,
            cancel=work.cancel,
            lookup=work.lookup,
        )
        files, looked = unpacked(fetched, folder, work.settings)
        new = {file: content for file, content in files.items() if content not in known}
        done = _load(work, list(new)) if new else None
        idle = seen.idle_at(version).union(new.values()) if done is None else frozenset()
        save_seen(home, workspace, name, Seen(passed | looked, idle, version if idle else 0))
        if done is None:
            return replace(run, outcome=Outcome.UNCHANGED)
        return replace(
            run,
            outcome=Outcome.LOADED,
            load_id=done.load_id,
            files=len(new),
            rows=done.rows,
            issues=done.issues,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load(work: _Work, files: Sequence[NamedFile]) -> LoadResult | None:
    """Load the files as the source says; None where that would change nothing."""
    source, home = work.source, work.home
    found = inspect(
        files,
        home,
        choices={file.name: source.choice for file in files},
        settings=work.settings,
        cancel=work.cancel,
    )
    plans = [plan(_mapping(work, item), source.mode, source.key or None) for item in found]
    how: _How = {"settings": work.settings, "author": f"source {source.name}"}
    if source.mode is Mode.APPEND:
        return load(home, work.workspace, plans, work.progress, work.cancel, **how)
    prepared = prepare(home, work.workspace, plans, work.progress, work.cancel, again=True, **how)
    try:
        if all(diff.changes_nothing for diff in prepared.diffs):
            return None
        if source.mode is Mode.REPLACE and not work.confirmed:
            _refuse_shrinking(prepared)
        return commit(home, prepared, work.progress, work.cancel, settings=work.settings)
    finally:
        discard(home, prepared)


def _refuse_shrinking(prepared: Prepared) -> None:
    """An export that was cut short must not take away what is there: a person looks at it first."""
    for diff in prepared.diffs:
        if diff.gone > MOST_GONE * diff.before and diff.before >= FEW:
            raise MappingError(
                "source_shrunk",
                f"The source would take away {diff.gone:,} of the {diff.before:,} rows of {diff.table}.",
                remedy="Look at the source; if that is meant, refresh it once with --yes.",
                found=diff.table,
                gone=f"{diff.gone:,}",
                before=f"{diff.before:,}",
            )


def _mapping(work: _Work, found: Sniffed) -> ColumnMapping:
    """What a person has said of this header before; without that, only a person can go on."""
    remembered = find_mapping(work.home, work.workspace, found.fingerprint)
    made = guess(found, read_dataset(work.home, work.workspace), remembered)
    if not made.remembered:
        if not work.confirmed:
            raise MappingError(
                "source_header_unknown",
                "Nobody has said yet what these columns mean: the header is new, or has changed.",
                remedy="Load one such file by hand, or refresh this source once with --yes.",
                where=Where(file=found.name, sheet=found.sheet),
                found=", ".join(column.source for column in made.columns[:8]),
            )
        made = _as_wanted(made, work.source).accept()
    return made


def _as_wanted(made: ColumnMapping, source: Source) -> ColumnMapping:
    if source.entity is not None and made.entity != source.entity:
        return made.with_entity(source.entity)
    if source.table is not None:
        return made.with_entity(None).with_table(source.table)
    return made


@contextmanager
def _alone(home: Home, workspace: str, name: str) -> Iterator[None]:
    """One refresh of a source at a time, in whichever process; the system lets go when the process dies."""
    folder = home.folder / "locks"
    folder.mkdir(exist_ok=True)
    key = hashlib.sha256(f"{workspace}/{name}".encode()).hexdigest()[:24]
    try:
        with FileLock(folder / f"{key}.lock", timeout=0):
            yield
    except Timeout:
        raise EngineError(
            "refresh_busy", "This source is being refreshed already.", remedy="Wait until it is done.", found=name
        ) from None


def _now() -> datetime:
    return datetime.now(UTC)
