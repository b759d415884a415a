"""Which files did the user really give? Archives are unpacked, within limits, to files that a reader can open."""

from __future__ import annotations

import errno
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from kpi.errors import FileError, Where
from kpi.ingest.sniffed import NamedFile
from kpi.settings import Settings, load_settings

MOST_MEMBERS = 2000
MOST_RATIO = 250  # inflated to packed size, above which an archive of some size is taken for a bomb
SMALL = 64 * 2**20
CHUNK = 2**20

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
WORKBOOK_PARTS = (
    "[Content_Types].xml",
    "mimetype",
)  # what an XLSX, XLSB or ODS has at its root, and other zips have not
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class SupportsRead(Protocol):
    """A stream of bytes, packed one way or another."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


def expand(path: Path, folder: Path, name: str | None = None, *, settings: Settings | None = None) -> list[NamedFile]:
    """The files to read: a zip's members, a gz's content, or the file itself. What is unpacked is written to `folder`.

    Raises `FileError` for a broken, protected or oversized archive.
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
        return [_gunzip(path, folder, name, settings.max_upload_bytes)]
    if magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
        return list(_unzip(path, folder, name, settings.max_upload_bytes))
    return [NamedFile(path=path, name=name)]


def _gunzip(path: Path, folder: Path, name: str, most_bytes: int) -> NamedFile:
    inner = name[:-3] if name.lower().endswith(".gz") else name
    target = folder / f"gz-{len(list(folder.iterdir()))}-{Path(inner).name}"
    try:
        with gzip.open(path, "rb") as source:
            _copy(source, target, _limit(path.stat().st_size, most_bytes), name)
    except (OSError, EOFError, zlib.error) as error:
        target.unlink(missing_ok=True)
        raise _broken(name, error) from None
    return NamedFile(path=target, name=inner)


def _unzip(path: Path, folder: Path, name: str, most_bytes: int) -> Iterator[NamedFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir() and not _ignored(item.filename)]
            if any(item.filename in WORKBOOK_PARTS for item in members):
                yield NamedFile(path=path, name=name)
                return
            if not members:
                raise FileError(
                    "empty_archive",
                    "There is no file in this archive.",
                    remedy="Download or export it again.",
                    where=Where(file=name),
                )
            if len(members) > MOST_MEMBERS:
                raise FileError(
                    "too_many_members",
                    f"The archive holds {len(members):,} files; the limit is {MOST_MEMBERS:,}.",
                    remedy="Load it in parts.",
                    where=Where(file=name),
                    found=f"{len(members):,}",
                )
            left = _limit(path.stat().st_size, most_bytes)
            for number, item in enumerate(members):
                if item.flag_bits & 1:
                    raise FileError(
                        "protected_archive",
                        "This archive is protected with a password.",
                        remedy="Unpack it yourself and load the files.",
                        where=Where(file=f"{name}/{item.filename}"),
                    )
                target = folder / f"zip-{number}-{Path(item.filename).name[-60:]}"
                with archive.open(item) as source:
                    left -= _copy(source, target, left, name)
                member = f"{name}/{item.filename}"
                with target.open("rb") as file:
                    inner_gz = file.read(2) == b"\x1f\x8b"
                if _is_archive(target):
                    raise FileError(
                        "nested_archive",
                        "There is another archive in this archive.",
                        remedy="Unpack it yourself and load the files.",
                        where=Where(file=member),
                    )
                yield _gunzip(target, folder, member, left) if inner_gz else NamedFile(path=target, name=member)
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
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _broken(name, error) from None


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip of files, and no workbook."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    with zipfile.ZipFile(path) as archive:
        return not any(name in WORKBOOK_PARTS for name in archive.namelist())


def _limit(packed: int, most_bytes: int) -> int:
    return min(most_bytes, max(SMALL, MOST_RATIO * packed))


def _copy(source: SupportsRead, target: Path, most: int, name: str) -> int:
    """Unpack one stream; `FileError` as soon as it has grown past the limit, whatever the archive declares."""
    size = 0
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > most:
                out.close()
                target.unlink()
                raise FileError(
                    "archive_too_large",
                    f"Unpacked, this archive grows past {most / 2**20:,.0f} MB.",
                    remedy="Unpack it yourself and load the files you need, or raise max_upload_mb in the settings.",
                    where=Where(file=name),
                    found=f"{most / 2**20:,.0f} MB",
                )
            out.write(chunk)
    return size


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
