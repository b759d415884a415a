"""How do a source's files come into the home? Each kind in its own way, into a staging folder, within limits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import DefinitionError, FileError
from kpi.ingest.sniffed import NamedFile
from kpi.refresh.address import Lookup
from kpi.refresh.database import kind_of, path_of, run_query
from kpi.refresh.download import download
from kpi.refresh.folder import checked_file, find_files, take
from kpi.refresh.seen import Stamp
from kpi.refresh.source import Kind, Source
from kpi.refresh.watch import Watch
from kpi.settings import Settings, read_secret
from kpi.workspace import Home, Mode


@dataclass(frozen=True)
class Fetched:
    """One file that a source has now; `stamp` tells a folder's file again without reading it."""

    file: NamedFile
    stamp: Stamp | None = None


def secrets_of(source: Source) -> dict[str, str]:
    """The secrets that a source names, with what they hold; `DefinitionError` for one that is not set."""
    found = {}
    for name in (source.secret, source.authorization):
        if name is None:
            continue
        value = read_secret(name)
        if value is None:
            raise DefinitionError(
                "secret_missing",
                f"The secret {name!r} is not set on this machine.",
                remedy=f"Set WAYMARK_SOURCE_{name.upper()}, or {name} under [waymark.sources] in secrets.toml.",
                found=name,
                variable=f"WAYMARK_SOURCE_{name.upper()}",
            )
        found[name] = value
    return found


def fetch(
    home: Home,
    source: Source,
    folder: Path,
    settings: Settings,
    *,
    is_known: Callable[[Stamp], bool] = lambda _: False,
    cancel: threading.Event | None = None,
    lookup: Lookup | None = None,
) -> list[Fetched]:
    """Bring a source's files into `folder`; of a folder, those that are not known, the one written last at the end.

    Of a folder that replaces, only the file written last counts. Raises `FileError`, `AccessError`, `DefinitionError`
    for what cannot be fetched, `StoppedError` when `cancel` is set.
    """
    secrets = secrets_of(source)
    match source.kind:
        case Kind.FOLDER:
            return _from_folder(home, source, folder, settings, is_known, cancel)
        case Kind.FILE:
            return _from_file(home, source, folder, settings, cancel)
        case Kind.URL:
            target = folder / "download"
            url = secrets[source.secret] if source.secret else source.place or ""
            token = secrets[source.authorization] if source.authorization else None
            got = download(url, target, settings.refresh, authorization=token, cancel=cancel, lookup=lookup)
            # The path of a secret address may be what is secret in it, so that its last part names no file.
            name = source.name if source.secret and not got.told else got.name or source.name
            return [Fetched(NamedFile(path=target, name=name))]
        case Kind.DATABASE:
            return _from_database(home, source, secrets, folder, settings, cancel)


def _from_folder(
    home: Home,
    source: Source,
    folder: Path,
    settings: Settings,
    is_known: Callable[[Stamp], bool],
    cancel: threading.Event | None,
) -> list[Fetched]:
    place, there = find_files(source.place or "", source.pattern, home, settings.refresh)
    taken = []
    with Watch(settings.refresh.seconds, cancel) as watch:
        for number, path in enumerate(there[-1:] if source.mode is Mode.REPLACE else there):
            watch.check()
            look = path.lstat()
            name = _readable(path.relative_to(place).as_posix())
            stamp = Stamp(name, look.st_size, look.st_mtime_ns)
            if not is_known(stamp):
                copy = take(path, folder / f"{number}{path.suffix}", home, settings.refresh, watch)
                taken.append(Fetched(NamedFile(path=copy.path, name=name), Stamp(name, copy.size, copy.written_ns)))
    return taken


def _readable(name: str) -> str:
    """A file's name with marks for bytes that are no text, and for what would break a line."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _from_file(
    home: Home, source: Source, folder: Path, settings: Settings, cancel: threading.Event | None
) -> list[Fetched]:
    path = checked_file(source.place or "", home, settings.refresh)
    with Watch(settings.refresh.seconds, cancel) as watch:
        copy = take(path, folder / f"file{path.suffix}", home, settings.refresh, watch)
    return [Fetched(NamedFile(path=copy.path, name=_readable(path.name)))]


def _from_database(
    home: Home,
    source: Source,
    secrets: dict[str, str],
    folder: Path,
    settings: Settings,
    cancel: threading.Event | None,
) -> list[Fetched]:
    target = folder / "rows.parquet"
    url = secrets[source.secret] if source.secret else None
    sqlite = source.place if url is None else path_of(url) if kind_of(url) == "sqlite" else None
    file = None if sqlite is None else checked_file(sqlite, home, settings.refresh)
    rows = run_query(
        source.query or "", target, settings, url=url if file is None else None, sqlite=file, cancel=cancel
    )
    if rows:
        return [Fetched(NamedFile(path=target, name=f"{source.name}.parquet"))]
    if source.mode is Mode.REPLACE:
        raise FileError(
            "source_empty",
            "The source has no rows, and would take away all that are there.",
            remedy="Check the query; if that is meant, delete the loads.",
        )
    return []
