"""Where new data files are made, aside from those that people read, and how they come to lie among them.

A staging folder that nobody has finished is swept at the next start: at once when it is marked `load`, because only
who holds the load lock makes such; when it is marked `inspection`, once it is old.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from kpi.errors import EngineError
from kpi.ingest.database import Database, open_database
from kpi.ingest.reader import Reader
from kpi.settings import Settings
from kpi.workspace import DataFile, Home, get_workspace

UNDER_LOCK = "load"
UNLOCKED = "inspection"


@dataclass(frozen=True)
class Bench:
    """The reader that writes files, the folder that it writes them in, and the one with the published files."""

    reader: Reader
    settings: Settings
    staging: Path
    published: Path
    zone: str
    currency: str

    def new_path(self) -> Path:
        """Where the next file is written; its name is no other's."""
        return self.staging / f"g{uuid.uuid4().hex[:12]}.duckdb"

    def open(self, path: Path) -> AbstractContextManager[Database]:
        """A data file to write, with published ones and those just made within reach."""
        return open_database(self.reader, self.settings, path, [self.published])

    def publish_files(self, files: Sequence[DataFile]) -> tuple[DataFile, ...]:
        """Move files that were made here to where readers will find them; the others stay. Nobody looks there yet."""
        moved = []
        for file in files:
            if file.path.parent == self.staging:
                target = self.published / f"{file.load_id:06d}-{uuid.uuid4().hex[:12]}.duckdb"
                os.replace(file.path, target)
                file = replace(file, path=target)
            moved.append(file)
        return tuple(moved)


@contextmanager
def open_bench(
    home: Home, workspace: str, settings: Settings, cancel: threading.Event | None, *, mark: str, kept: bool = False
) -> Iterator[Bench]:
    """A bench in a staging folder of its own, which is gone afterwards; `kept`, only when something goes wrong.

    `EngineError` when the disk is full or cannot be written to.
    """
    company = get_workspace(home, workspace)
    done = False
    staging = home.new_staging_folder()
    try:
        (staging / mark).touch()
        with Reader(settings, cancel) as reader:
            folder = home.workspace_folder(workspace)
            yield Bench(reader, settings, staging, folder, company.time_zone, company.currency)
        if kept:
            (staging / mark).unlink()
        done = True
    except OSError as error:
        raise EngineError(
            "disk_failed",
            f"The data could not be written: {error.strerror}.",
            remedy="Free some disk space, or choose another home.",
            found=error.strerror,
        ) from error
    finally:
        if not (kept and done):
            shutil.rmtree(staging, ignore_errors=True)
