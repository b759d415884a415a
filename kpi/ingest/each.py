"""Which of these files can be looked into, and what is wrong with the others?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kpi.errors import EngineError, FileError
from kpi.ingest.inspection import inspect
from kpi.ingest.sniffed import NamedFile, ReadingChoice, Sniffed
from kpi.settings import Settings
from kpi.workspace import Home


@dataclass(frozen=True)
class Unread:
    """A file that cannot be read, and why."""

    file: NamedFile
    error: FileError | EngineError


@dataclass(frozen=True)
class Looked:
    """What was found in many files."""

    tables: tuple[Sniffed, ...] = ()
    unread: tuple[Unread, ...] = ()


def inspect_each(
    files: Sequence[NamedFile],
    home: Home,
    *,
    choices: Mapping[str, ReadingChoice] | None = None,
    settings: Settings | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancel: threading.Event | None = None,
) -> Looked:
    """Look into the files together; when one fails, into each half, until it stands alone. See `inspect`."""
    if not files:
        return Looked()
    try:
        return Looked(tuple(inspect(files, home, choices=choices, settings=settings, progress=progress, cancel=cancel)))
    except (FileError, EngineError) as error:
        if len(files) == 1:
            return Looked(unread=(Unread(files[0], error),))
    middle = len(files) // 2
    first, second = (
        inspect_each(half, home, choices=choices, settings=settings, progress=progress, cancel=cancel)
        for half in (files[:middle], files[middle:])
    )
    return Looked(first.tables + second.tables, first.unread + second.unread)
