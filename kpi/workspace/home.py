"""A home: the folder with the workspace database and the data files of all workspaces.

    <home>/waymark.sqlite3       the workspace database (unless a URL names another)
    <home>/data/home.id          which database the files beside it belong to
    <home>/data/<workspace>/     immutable DuckDB files, named by load
    <home>/staging/<token>/      uploads and loads in the making; nothing here is published
    <home>/load.lock             held by whoever loads, home-wide (setup.lock: while tables are made)

App, command line and workers open the same home at the same time. A file counts only once a transaction in the
workspace database has published it; whatever a killed process left behind is swept at the next start.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.exc import SQLAlchemyError

from kpi.errors import EngineError
from kpi.settings import Settings
from kpi.workspace.records import data_files, identity
from kpi.workspace.upgrade import upgrade

STALE_UPLOAD_SECONDS = 24 * 3600
STALE_INSPECTION_SECONDS = 3600  # an inspection holds no lock, and is given up long before


@dataclass(frozen=True)
class Home:
    """An opened home. Cheap to copy; the engine is shared."""

    folder: Path
    database: Engine

    @property
    def data(self) -> Path:
        """Where published files live."""
        return self.folder / "data"

    @property
    def staging(self) -> Path:
        """Where uploads and unfinished loads live."""
        return self.folder / "staging"

    def workspace_folder(self, workspace: str) -> Path:
        """Where one workspace's files live; made when missing."""
        folder = self.data / workspace
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def new_staging_folder(self) -> Path:
        """A fresh folder for one upload or load."""
        folder = self.staging / uuid.uuid4().hex
        folder.mkdir(parents=True)
        return folder


def open_home(settings: Settings, folder: Path | None = None) -> Home:
    """Open (and on first use make) the home; leftovers of killed processes are swept when nobody is loading."""
    place = (folder or settings.home).expanduser().resolve()
    try:
        for part in (place, place / "data", place / "staging"):
            part.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(place, error) from error
    database = create_engine(settings.database_url or f"sqlite:///{place / 'waymark.sqlite3'}")
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _configure_sqlite)
    home = Home(place, database)
    try:
        with FileLock(place / "setup.lock", timeout=60):
            upgrade(database, home.data)
            _belong_together(home)
        with FileLock(place / "load.lock", timeout=0):
            _sweep(home)
    except Timeout:
        return home  # somebody is loading, and sweeps at the next start
    except OSError as error:
        raise _unwritable(place, error) from error
    except SQLAlchemyError as error:
        raise EngineError(
            "database_unreadable",
            f"The workspace database of {place} cannot be opened: {str(error.__cause__ or error).splitlines()[0]}",
            remedy="Put a backup of it in its place; the data files beside it are untouched.",
        ) from error
    return home


@contextmanager
def load_lock(home: Home, seconds: float = 600) -> Iterator[None]:
    """Hold the home-wide load lock; the operating system releases it when the process dies."""
    try:
        with FileLock(home.folder / "load.lock", timeout=seconds):
            yield
    except Timeout:
        raise EngineError(
            "load_busy", "Another load is still running in this home.", remedy="Wait until it is done and try again."
        ) from None


def _configure_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _unwritable(place: Path, error: OSError) -> EngineError:
    return EngineError(
        "home_unwritable",
        f"The folder {place} cannot be used: {error.strerror}.",
        remedy="Choose another with --home or WAYMARK_HOME, or make this one writable.",
    )


def _belong_together(home: Home) -> None:
    """Data files and database know each other by an id, so that an empty or foreign database sweeps nothing away."""
    mark = home.data / "home.id"
    marked = mark.read_text(encoding="ascii").strip() if mark.exists() else None
    with home.database.begin() as connection:
        known = connection.execute(select(identity.c.id)).scalar_one_or_none()
        if marked is not None and marked != known:
            raise EngineError(
                "foreign_database",
                f"The data files in {home.data} belong to another workspace database than the one that is configured.",
                remedy="Configure the database they came with, or choose an empty home. Nothing has been changed.",
            )
        if known is None:
            known = uuid.uuid4().hex
            connection.execute(insert(identity).values(id=known))
    if marked is None:
        mark.write_text(known, encoding="ascii")


def _sweep(home: Home) -> None:
    """Remove data files that no manifest names, unfinished loads, and uploads that nobody has touched for a day."""
    with home.database.connect() as connection:
        known = {str(home.data / path) for (path,) in connection.execute(select(data_files.c.path))}
    for path in home.data.glob("*/*"):
        if str(path) not in known:
            path.unlink(missing_ok=True)
    for folder in home.staging.iterdir():
        age = time.time() - folder.stat().st_mtime
        is_load = (folder / "load").exists()  # whoever was loading is gone: the load lock is ours
        is_dead_inspection = (folder / "inspection").exists() and age > STALE_INSPECTION_SECONDS
        if is_load or is_dead_inspection or age > STALE_UPLOAD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
