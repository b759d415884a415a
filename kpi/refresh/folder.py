"""Which files of this machine may a source take, and how are they taken?

Only files below the folders that the settings name, or below the home's own `inbox`. A link may not lead out of them,
and what is opened is compared with what was checked, so that a file swapped for a link in between is noticed. Files are
copied aside: what is read afterwards cannot change any more.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import AccessError, FileError, Where
from kpi.refresh.failures import too_large
from kpi.refresh.watch import Watch
from kpi.settings import RefreshSettings
from kpi.workspace import Home

INBOX = "inbox"
UNFINISHED = ("~$*", ".*", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.swp", "*.lock")
SETTLED_SECONDS = 2.0  # a file that was written to this recently is looked at again before it is taken
PATIENCE_SECONDS = 10.0
CHUNK = 2**20


@dataclass(frozen=True)
class Taken:
    """A file copied aside, as it looked when it was."""

    path: Path
    size: int
    written_ns: int


def allowed_folders(home: Home, settings: RefreshSettings) -> tuple[Path, ...]:
    """The folders that sources may lie in: the inbox, made when missing, and those of the settings."""
    inbox = home.folder / INBOX
    inbox.mkdir(exist_ok=True)
    return (inbox, *settings.folders)


def find_files(folder: str, pattern: str, home: Home, settings: RefreshSettings) -> tuple[Path, list[Path]]:
    """The folder behind all links, and its files whose names fit a pattern, the one written last at the end.

    A pattern that begins with `**/` looks into folders below as well. Hidden and half-written files, links and what is
    no file are left out.
    """
    place = _checked(Path(folder), home, settings, want_folder=True)
    deep = pattern.startswith("**/")
    wanted = pattern.removeprefix("**/").lower()
    found = [path for path in _walk(place, deep) if fnmatch.fnmatchcase(path.name.lower(), wanted)]
    return place, sorted(found, key=lambda path: (path.lstat().st_mtime_ns, path.name))


def checked_file(path: str, home: Home, settings: RefreshSettings) -> Path:
    """The file itself, behind whatever links lead to it; `AccessError` for one outside the allowed folders."""
    return _checked(Path(path), home, settings, want_folder=False)


def check_allowed(place: str, home: Home, settings: RefreshSettings) -> None:
    """`AccessError` for a path outside the allowed folders, whether something is there yet or not."""
    _behind_links(Path(place), home, settings)


def take(path: Path, target: Path, home: Home, settings: RefreshSettings, watch: Watch) -> Taken:
    """Copy a file aside, once nobody writes to it any more."""
    real = _checked(path, home, settings, want_folder=False)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        watch.check()
        before = _look(real)
        recent = time.time() - before.st_mtime
        if 0 <= recent < SETTLED_SECONDS and time.monotonic() < give_up:
            threading.Event().wait(0.1)
            continue
        _copy(real, target, before, settings, watch)
        after = _look(real)
        if (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino):
            return Taken(target, before.st_size, before.st_mtime_ns)
        if time.monotonic() > give_up:
            raise FileError(
                "still_written",
                "This file is being written to.",
                remedy="Try again when it is complete.",
                where=Where(file=path.name),
            )


def _walk(folder: Path, deep: bool) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            hidden = any(fnmatch.fnmatchcase(entry.name.lower(), sign) for sign in UNFINISHED)
            if not hidden and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            elif deep and not hidden and entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), deep)


def _behind_links(path: Path, home: Home, settings: RefreshSettings) -> Path:
    """The path behind all links, when it is below an allowed folder."""
    allowed = allowed_folders(home, settings)
    place = path.expanduser()
    if not place.is_absolute():
        place = allowed[0] / place  # what has no root is meant in the inbox
    try:
        real = place.resolve()
    except OSError as error:  # what was a link is none any more: somebody is at it just now
        raise _missing(path, error) from None
    if not any(_is_below(real, folder.resolve()) for folder in allowed):
        raise AccessError(
            "folder_not_allowed",
            "Sources may not lie in this place.",
            remedy="Put the files into the inbox of the home, or name their folder in refresh_folders in the settings.",
            where=Where(file=str(path)),
        )
    return real


def _checked(path: Path, home: Home, settings: RefreshSettings, *, want_folder: bool) -> Path:
    """The path behind all links, when it is allowed, there, and of the kind that is wanted."""
    real = _behind_links(path, home, settings)
    try:
        kind = real.stat().st_mode
    except OSError as error:
        raise _missing(path, error) from None
    if not (stat.S_ISDIR(kind) if want_folder else stat.S_ISREG(kind)):
        raise FileError(
            "source_kind",
            "A folder is wanted here, and this is none, or a file is wanted and this is something else.",
            remedy="Check the path.",
            where=Where(file=str(path)),
        )
    return real


def _missing(path: Path, error: OSError) -> FileError:
    return FileError(
        "source_missing",
        f"The source is not there: {error.strerror}.",
        remedy="Check the path, and that the drive is connected.",
        where=Where(file=str(path)),
        found=error.strerror,
    )


def _is_below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _look(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except OSError as error:
        raise _gone(path, error) from None


def _copy(path: Path, target: Path, expected: os.stat_result, settings: RefreshSettings, watch: Watch) -> None:
    """Copy exactly the file that was checked: another one under its name, a link or a pipe, is refused."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise _gone(path, error) from None
    with os.fdopen(handle, "rb") as source, target.open("wb") as out:
        opened = os.fstat(source.fileno())
        if not stat.S_ISREG(opened.st_mode) or not os.path.samestat(opened, expected) or path.resolve() != path:
            raise FileError(
                "source_swapped",
                "The file was replaced while it was being opened.",
                remedy="Try again.",
                where=Where(file=path.name),
            )
        if opened.st_size > settings.max_bytes:
            raise too_large(settings)
        while chunk := source.read(CHUNK):
            watch.check()
            out.write(chunk)
            if out.tell() > settings.max_bytes:
                raise too_large(settings)


def _gone(path: Path, error: OSError) -> FileError:
    return FileError(
        "unreadable",
        f"The file cannot be opened: {error.strerror}.",
        remedy="Check that it is there and that you may read it.",
        where=Where(file=path.name),
        found=error.strerror,
    )
