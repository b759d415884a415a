"""How long are earlier states kept, what do they cost on disk, and what goes when their time is over?

Two kinds of files are kept besides those that are shown: those of earlier versions, for undo and "as of", and the own
rows of loads that have been merged into a table, without which a load cannot be taken away singly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import delete, select

from kpi.errors import DefinitionError
from kpi.workspace.documents import read_documents, save_document
from kpi.workspace.home import Home, load_lock
from kpi.workspace.manifest import list_versions
from kpi.workspace.records import data_files, versions

KIND, NAME = "retention", "data"
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Retention:
    """The rule of a workspace: earlier versions are kept for so many days; None keeps them for good."""

    days: int | None = None


@dataclass(frozen=True)
class DiskUse:
    """Bytes of a workspace's data files: shown now, and kept besides for undo, "as of" and single deletion."""

    shown: int
    kept: int
    versions: int  # that can be asked for

    @property
    def total(self) -> int:
        """All of it."""
        return self.shown + self.kept


@dataclass(frozen=True)
class Purged:
    """What a purge has taken."""

    versions: int
    files: int
    bytes: int


def read_retention(home: Home, workspace: str) -> Retention:
    """The rule in force."""
    found = read_documents(home, workspace, KIND).get(NAME)
    return Retention(found.body.get("days")) if found else Retention()


def set_retention(home: Home, workspace: str, days: int | None, author: str = "local") -> None:
    """Keep earlier versions for so many days (0: only the present one; None: all). Nothing is purged by this alone."""
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise DefinitionError(
            "bad_retention",
            f"{days} is no number of days to keep earlier versions for.",
            remedy="Give a number from 0 to 36500, or keep everything.",
            found=str(days),
        )
    found = read_documents(home, workspace, KIND).get(NAME)
    save_document(home, workspace, KIND, NAME, {"days": days}, after=found.revision if found else 0, author=author)


def disk_use(home: Home, workspace: str) -> DiskUse:
    """What the workspace's data takes on disk."""
    return _use(home, workspace, None)


def purgeable(home: Home, workspace: str, days: int | None, now: datetime | None = None) -> DiskUse:
    """What would be left on disk if a purge ran by this rule now."""
    return _use(home, workspace, _horizon(days, now))


def purge(home: Home, workspace: str, now: datetime | None = None) -> Purged:
    """Take away what the rule no longer keeps. The present data, and what is needed to show it, always stay."""
    horizon = _horizon(read_retention(home, workspace).days, now)
    if horizon is None:
        return Purged(0, 0, 0)
    with load_lock(home):
        old, files = _leaving(home, workspace, horizon)
        with home.database.begin() as connection:
            connection.execute(
                delete(versions).where(versions.c.workspace_id == workspace, versions.c.version.in_(old))
            )
            connection.execute(delete(data_files).where(data_files.c.id.in_([number for number, _, _ in files])))
        for _, path, _ in files:  # the sweep at the next start takes what a kill leaves here
            (home.data / path).unlink(missing_ok=True)
    return Purged(len(old), len(files), sum(size for _, _, size in files))


def _horizon(days: int | None, now: datetime | None) -> datetime | None:
    return None if days is None else (now or datetime.now(UTC)) - timedelta(days=days)


def _leaving(home: Home, workspace: str, horizon: datetime) -> tuple[list[int], list[tuple[int, str, int]]]:
    """Versions that were over before the horizon, and the files (id, path, bytes) that nobody needs without them.

    A load's own rows stay as long as a version from before it does: with both, it can be taken away singly.
    """
    history = list_versions(home, workspace)
    # A version is over once the next one is made: the one in force at the horizon stays.
    old = [item.version for later, item in pairwise(history) if later.made_at <= horizon]
    if not old:
        return [], []
    first = max(old) + 1
    kept = [item for item in history if item.version >= first]
    base = frozenset(kept[-1].live)
    alive = {load for item in kept for load in item.live}
    with home.database.connect() as connection:
        chosen = select(versions.c.files).where(versions.c.workspace_id == workspace, versions.c.version >= first)
        needed = {number for shown in connection.execute(chosen).scalars() for number in shown}
        mine = select(data_files.c.id, data_files.c.path, data_files.c.bytes, data_files.c.mode, data_files.c.load_id)
        rows = connection.execute(mine.where(data_files.c.workspace_id == workspace)).all()
    leaving = [
        (row.id, row.path, row.bytes)
        for row in rows
        if row.id not in needed and (row.mode is None or row.load_id in base or row.load_id not in alive)
    ]
    return old, leaving


def _use(home: Home, workspace: str, horizon: datetime | None) -> DiskUse:
    history = list_versions(home, workspace)
    old, leaving = _leaving(home, workspace, horizon) if horizon is not None else ([], [])
    gone = {number for number, _, _ in leaving}
    with home.database.connect() as connection:
        mine = select(data_files.c.id, data_files.c.bytes).where(data_files.c.workspace_id == workspace)
        sizes = {row.id: row.bytes for row in connection.execute(mine) if row.id not in gone}
        newest = (
            select(versions.c.files)
            .where(versions.c.workspace_id == workspace)
            .order_by(versions.c.version.desc())
            .limit(1)
        )
        shown = set(connection.execute(newest).scalar_one_or_none() or ())
    return DiskUse(
        shown=sum(size for number, size in sizes.items() if number in shown),
        kept=sum(size for number, size in sizes.items() if number not in shown),
        versions=len(history) - len(old),
    )
