"""Which files did the user really give? Archives are unpacked, within limits, to files that a reader can open."""

from __future__ import annotations

import errno
import gzip
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kpi.errors import FileError, Where
from kpi.ingest.sniffed import NamedFile
from kpi.settings import FileLimits, Settings, load_settings
from kpi.workspace import Home

SMALL = 64 * 2**20  # what any archive may inflate to, however small its file
CHUNK = 2**20
UNFINISHED = "inspection"  # by this name the sweep knows a folder that nobody will finish once it is old

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
WORKBOOK_PARTS = (
    "[Content_Types].xml",
    "mimetype",
)  # what an XLSX, XLSB or ODS has at its root, and other zips have not
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db")
DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


class SupportsRead(Protocol):
    """A stream of bytes, packed one way or another."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


@dataclass(frozen=True)
class Expanded:
    """What an archive gave: files to read, and what is wrong with the members that cannot be unpacked."""

    files: tuple[NamedFile, ...]
    problems: tuple[FileError, ...] = ()


def unpacking_folder(home: Home) -> Path:
    """A folder for `unpack` that is swept even where whoever made it is killed."""
    folder = home.new_staging_folder()
    (folder / UNFINISHED).touch()
    return folder


def expand(path: Path, folder: Path, name: str | None = None, *, settings: Settings | None = None) -> list[NamedFile]:
    """The files to read, all of them: the first member that cannot be unpacked is an error. See `unpack`."""
    found = unpack(path, folder, name, settings=settings)
    for problem in found.problems:
        raise problem
    return list(found.files)


def unpack(path: Path, folder: Path, name: str | None = None, *, settings: Settings | None = None) -> Expanded:
    """The files to read: a zip's members, a gz's content, or the file itself. What is unpacked is written to `folder`.

    A member that is damaged, protected or an archive itself becomes a problem, and the others are there all the same.
    Raises `FileError` where nothing can be had of the archive, or it grows past a limit.
    """
    settings = settings or load_settings()
    name = name or path.name
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise FileError(
            "unreadable",
            f"The file cannot be opened: {error.strerror}.",
            remedy="Check that it is there and that you may read it.",
            where=Where(file=name),
            found=error.strerror,
        ) from None
    if magic[:2] == b"\x1f\x8b":
        return Expanded((_gunzip(path, folder, name, _budget(path, settings.files)),))
    if magic in (b"PK\x03\x04", b"PK\x05\x06"):
        found = list(_unzip(path, folder, name, settings.files))
        files = tuple(item for item in found if isinstance(item, NamedFile))
        problems = tuple(item for item in found if isinstance(item, FileError))
        if not files:
            raise problems[0]
        return Expanded(files, problems)
    return Expanded((NamedFile(path=path, name=name),))


@dataclass
class _Budget:
    """How many bytes may still be unpacked, and by which setting."""

    left: int
    most: int
    setting: str

    def take(self, size: int, name: str) -> None:
        self.left -= size
        if self.left < 0:
            raise FileError(
                "archive_too_large",
                f"Unpacked, this archive grows past {self.most / 2**20:,.0f} MB.",
                remedy=f"Unpack it yourself and load the files you need, or raise {self.setting} in the settings.",
                where=Where(file=name),
                found=f"{self.most / 2**20:,.0f} MB",
                setting=self.setting,
            )


def _budget(path: Path, limits: FileLimits) -> _Budget:
    """What a file of this size may hold, whatever it declares."""
    by_ratio = max(SMALL, limits.max_archive_ratio * path.stat().st_size)
    if by_ratio < limits.max_inflated_bytes:
        return _Budget(by_ratio, by_ratio, "max_archive_ratio")
    return _Budget(limits.max_inflated_bytes, limits.max_inflated_bytes, "max_inflated_mb")


def _gunzip(path: Path, folder: Path, name: str, budget: _Budget) -> NamedFile:
    inner = name[:-3] if name.lower().endswith(".gz") else name
    target = Path(tempfile.mkdtemp(prefix="gz-", dir=folder)) / Path(inner).name[-60:]
    try:
        with gzip.open(path, "rb") as source:
            _copy(source, target, budget, name)
    except FileError:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise
    except (OSError, EOFError, zlib.error) as error:
        shutil.rmtree(target.parent, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise  # not the archive's fault
        raise _broken(name, error) from None
    return NamedFile(path=target, name=inner)


def _unzip(path: Path, folder: Path, name: str, limits: FileLimits) -> Iterator[NamedFile | FileError]:
    """Every member as a file, or what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir() and not _ignored(item.filename)]
            if any(item.filename in WORKBOOK_PARTS for item in members):
                yield NamedFile(path=path, name=name)
                return
            _check_members(members, name, limits)
            budget = _budget(path, limits)
            inside = Path(tempfile.mkdtemp(prefix="zip-", dir=folder))
            for number, item in enumerate(members):
                target = inside / f"{number}-{Path(item.filename).name[-60:]}"
                try:
                    yield _member(archive, item, target, f"{name}/{item.filename}", budget)
                except FileError as error:
                    if error.code == "archive_too_large":
                        shutil.rmtree(inside, ignore_errors=True)
                        raise
                    target.unlink(missing_ok=True)
                    yield error
    except UnicodeDecodeError:
        raise FileError(
            "undecodable_member",
            "A file in this archive has a name that cannot be read.",
            remedy="Unpack it yourself and load the files.",
            where=Where(file=name),
        ) from None
    except OSError as error:
        if error.errno is not None and error.errno in DISK_ERRORS:
            raise  # not the archive's fault
        raise _broken(name, error) from None
    except DAMAGES as error:
        raise _broken(name, error) from None


def _check_members(members: list[zipfile.ZipInfo], name: str, limits: FileLimits) -> None:
    if not members:
        raise FileError(
            "empty_archive",
            "There is no file in this archive.",
            remedy="Download or export it again.",
            where=Where(file=name),
        )
    if len(members) > limits.max_archive_files:
        raise FileError(
            "too_many_members",
            f"The archive holds {len(members):,} files; the limit is {limits.max_archive_files:,}.",
            remedy="Load it in parts, or raise max_archive_files in the settings.",
            where=Where(file=name),
            found=f"{len(members):,}",
        )


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, target: Path, name: str, budget: _Budget) -> NamedFile:
    """One member, unpacked; a gz within is unpacked as well."""
    if item.flag_bits & 1:
        raise FileError(
            "protected_archive",
            "This archive is protected with a password.",
            remedy="Unpack it yourself and load the files.",
            where=Where(file=name),
        )
    try:
        with archive.open(item) as source:
            _copy(source, target, budget, name.split("/", 1)[0])
        is_archive = _is_archive(target)
    except UnicodeDecodeError:
        raise  # of the archive's own making
    except OSError as error:
        if error.errno in DISK_ERRORS:
            raise
        raise _broken(name, error) from None
    except DAMAGES as error:
        raise _broken(name, error) from None
    if is_archive:
        raise FileError(
            "nested_archive",
            "There is another archive in this archive.",
            remedy="Unpack it yourself and load the files.",
            where=Where(file=name),
        )
    with target.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return _gunzip(target, target.parent, name, budget) if is_packed else NamedFile(path=target, name=name)


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, and no workbook."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    with zipfile.ZipFile(path) as archive:
        return not any(name in WORKBOOK_PARTS for name in archive.namelist())


def _copy(source: SupportsRead, target: Path, budget: _Budget, name: str) -> None:
    """Unpack one stream; `FileError` as soon as it has grown past what is left, whatever the archive declares."""
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
            try:
                budget.take(len(chunk), name)
            except FileError:
                out.close()
                target.unlink()
                raise
            out.write(chunk)


def _ignored(name: str) -> bool:
    return name.startswith(IGNORED[0]) or name.rsplit("/", 1)[-1] in IGNORED[1:]


def _broken(name: str, error: Exception) -> FileError:
    return FileError(
        "broken_archive",
        "This archive is damaged.",
        remedy="Download or export it again.",
        where=Where(file=name),
        found=str(error)[:200],
    )
