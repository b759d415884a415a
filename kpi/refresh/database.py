"""How do the rows of a foreign database become a file? A child process asks, within limits, and writes Parquet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kpi.errors import DefinitionError, EngineError, FileError, KpiError
from kpi.refresh.failures import too_large
from kpi.refresh.query import DIALECTS, checked_query
from kpi.refresh.watch import Watch
from kpi.settings import PROJECT_ROOT, Settings

POLL_SECONDS = 0.1
PACKAGES = {"psycopg": "psycopg[binary]", "pymysql": "PyMySQL"}


def kind_of(url: str) -> str:
    """Which kind of database is a URL of? `DefinitionError` for one that is not read here."""
    try:
        kind = urlsplit(url).scheme.lower().partition("+")[0].replace("postgres", "postgresql", 1)
    except ValueError:
        kind = ""
    kind = "postgresql" if kind.startswith("postgresql") else kind
    if kind not in DIALECTS:
        raise DefinitionError(
            "bad_database_address",
            "This is no URL of a database that can be read.",
            remedy=f"It begins with one of: {', '.join(f'{name}://' for name in DIALECTS)}.",
        )
    return kind


def path_of(url: str) -> str:
    """The file that an SQLite URL names."""
    return unquote(urlsplit(url).path[1:])


def run_query(
    query: str,
    target: Path,
    settings: Settings,
    *,
    url: str | None = None,
    sqlite: Path | None = None,
    cancel: threading.Event | None = None,
) -> int:
    """Write the query's rows to the Parquet file `target`; how many there are.

    Raises `DefinitionError` for a query that does more than read, `FileError` for what the database says,
    `StoppedError` when `cancel` is set. What the database says may repeat parts of its URL.
    """
    kind = "sqlite" if url is None else kind_of(url)
    limits = settings.refresh
    request = {
        "kind": kind,
        "url": url,
        "path": None if sqlite is None else str(sqlite.resolve()),
        "query": checked_query(query, kind),
        "target": str(target),
        "rows": limits.max_rows,
        "bytes": limits.max_bytes,
        "seconds": limits.seconds,
        "memory": settings.reader_memory_bytes,
    }
    with Watch(limits.seconds, cancel) as watch:
        answer = _ask(request, watch)
    if "failed" in answer:
        target.unlink(missing_ok=True)
        raise _failure(answer, settings)
    return int(answer["rows"])


def _ask(request: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    """One child process from beginning to end, killed when its time is over or nobody wants it any more."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")}
    paths = filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")])
    with subprocess.Popen(
        [sys.executable, "-m", "kpi.refresh.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
        encoding="utf-8",
    ) as child:
        said = _Said(child)
        try:
            _tell(child, request)
            while child.poll() is None:
                watch.check()
                said.is_over.wait(POLL_SECONDS)
                if said.is_over.is_set():
                    break
        finally:
            if said.answer is None and child.poll() is None:
                child.kill()
            said.join()
            if child.stdin is not None:
                child.stdin.close()
    if said.answer is not None:
        return said.answer
    if "Traceback" in said.words and "MemoryError" not in said.words:
        raise RuntimeError(f"the query process failed: {said.words[-2000:]}")
    return {"failed": "out_of_memory"}


class _Said:
    """What a child process says, collected on threads so that neither side waits for the other."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self.answer: dict[str, Any] | None = None
        self.words = ""
        self.is_over = threading.Event()
        self._child = child
        self._threads = [threading.Thread(target=hear, daemon=True) for hear in (self._hear_answer, self._hear_words)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until nothing more can come."""
        for thread in self._threads:
            thread.join()

    def _hear_answer(self) -> None:
        if self._child.stdout is not None:
            line = self._child.stdout.readline()
            self.answer = json.loads(line) if line.endswith("\n") else None
        self.is_over.set()

    def _hear_words(self) -> None:
        if self._child.stderr is not None:
            for line in self._child.stderr:
                self.words = (self.words + line)[-10_000:]


def _tell(child: subprocess.Popen[str], request: Mapping[str, Any]) -> None:
    if child.stdin is None:
        return
    try:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        return  # it has ended already; why, its last words tell


def _failure(answer: Mapping[str, Any], settings: Settings) -> KpiError:
    found = str(answer.get("found", ""))
    match answer["failed"]:
        case "too_many_rows":
            return FileError(
                "source_too_long",
                f"The query brings more than the {settings.refresh.max_rows:,} rows allowed.",
                remedy="Ask for fewer rows, or raise refresh_max_rows in the settings.",
                found=f"{settings.refresh.max_rows:,}",
            )
        case "too_large":
            return too_large(settings.refresh)
        case "disk_failed":
            return EngineError(
                "disk_failed",
                f"The data could not be written: {found}.",
                remedy="Free some disk space, or choose another home.",
                found=found,
            )
        case "out_of_memory":
            megabytes = settings.reader_memory_bytes // 2**20
            return FileError(
                "reader_out_of_memory",
                f"Reading this needs more than the {megabytes} MB allowed.",
                remedy="Ask for fewer or smaller values, or raise reader_memory_mb in the settings.",
                megabytes=megabytes,
            )
        case "driver_missing":
            package = PACKAGES.get(found, found)
            return EngineError(
                "driver_missing",
                f"The driver for this database is not installed: {package}.",
                remedy="Run: pip install -r requirements-databases.txt",
                found=package,
            )
        case "bad_database_address":
            return DefinitionError(
                "bad_database_address",
                "This is no URL of a database that can be read.",
                remedy="Check the secret of this source.",
            )
    return FileError(
        "database_failed",
        f"The database refuses: {found}",
        remedy="Check the query and the secret of this source.",
        found=found,
    )
