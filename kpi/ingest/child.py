"""The reader process: `python -m kpi.ingest.child` takes requests as JSON lines on stdin and answers on stdout.

It is the only process that opens users' files. It imports little, so that it starts fast; it bounds its own memory; and
it ends at once when its parent is gone, because the parent holds the other end of stdin. Requests are

    {"op": "sniff", "files": [...], "evidence": SQL, ...}    → one description per table
    {"op": "open", "database": PATH, ...}                    → a new data file to write
    {"op": "run", "sql": SQL, "parameters": [...]}           → the statement's rows, or their count
    {"op": "blanks", "path": PATH, ...}                      → the numbers of a text's blank rows
    {"op": "preview", "path": PATH, ...}                     → a text's first lines in a given encoding
    {"op": "close"}                                          → the data file is complete on disk
"""

from __future__ import annotations

import errno
import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb

from kpi.errors import FileError, KpiError

TELL_SECONDS = 0.5

_saying = threading.Lock()


def main() -> None:
    """Answer requests until stdin ends."""
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    session = Session()
    while True:
        request = json.loads(requests.get())
        try:
            answer: dict[str, Any] = {"result": session.answer(request)}
        except KpiError as error:
            answer = {"error": {**error.to_dict(), "params": error.params}}
        except duckdb.Error as error:
            answer = {"database_error": str(error)[:2000]}
        except OSError as error:  # while a clean copy is written; a file that cannot be opened is an error of its own
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO):
                raise
            answer = {"disk_error": error.strerror}
        except MemoryError:
            answer = {"out_of_memory": True}
        say(answer)


def say(message: dict[str, Any]) -> None:
    """One line to the parent."""
    with _saying:
        sys.stdout.write(json.dumps(message, ensure_ascii=True, default=str) + "\n")
        sys.stdout.flush()


def _tell_share(connection: duckdb.DuckDBPyConnection, over: threading.Event) -> None:
    while not over.wait(TELL_SECONDS):
        share = connection.query_progress()
        if 0 < share <= 100 and not over.is_set():
            say({"progress": {"share": share / 100}})


def _listen(requests: queue.SimpleQueue[str]) -> None:
    """Stdin ends when the parent ends, however it ended; a half-written file must not outlive it."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


class Session:
    """One parent's requests: at most one open data file."""

    def __init__(self) -> None:
        self.connection: duckdb.DuckDBPyConnection | None = None

    def answer(self, request: dict[str, Any]) -> Any:
        """Do what is asked."""
        match request["op"]:
            case "sniff":
                return self.sniff(request)
            case "open":
                return self.open(request)
            case "run":
                return self.run(request["sql"], request.get("parameters", []), request.get("watch", False))
            case "blanks":
                return self.blanks(request)
            case "preview":
                return self.preview(request)
            case "close":
                return self.close()
        raise ValueError(f"unknown request {request['op']!r}")

    def sniff(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Describe every table of the files; the first file that cannot be read ends it with its error."""
        from kpi.ingest.request import Choice, Request
        from kpi.ingest.sniff import gather, sniff_file
        from kpi.settings import FileLimits

        tables: list[dict[str, Any]] = []
        limits = FileLimits(**request["limits"])
        for number, (path, name) in enumerate(request["files"]):
            asked = Request(
                Path(path),
                name,
                Path(request["folder"]) / str(number),
                request["rows"],
                request["most_bytes"],
                Choice.of(request["choices"].get(name, {})),
                limits,
                number in request["safely"],
            )
            asked.folder.mkdir(parents=True, exist_ok=True)
            words = asked.choice.empty_words
            empty = request["empty"] if words is None else [word.strip().lower() for word in words]
            tables += [{**table, "empty": empty} for table in sniff_file(asked)]
            if not any(asked.folder.iterdir()):
                asked.folder.rmdir()
            say({"progress": {"done": number + 1, "of": len(request["files"]), "name": name}})
        connection = duckdb.connect(config={"threads": 1})
        try:
            gather(tables, connection, request["evidence"])
        finally:
            connection.close()
        return tables

    def open(self, request: dict[str, Any]) -> None:
        """Make a new data file. The process may then read only the folders named."""
        self.connection = duckdb.connect(
            request["database"],
            config={
                "threads": request["threads"],
                "memory_limit": request["memory"],
                "temp_directory": request["temporary"],
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
        self.connection.execute("SET allowed_directories = $folders", {"folders": request["folders"]})
        # A long list in a CASE would become a join, and rows read by several threads would lose their order by it.
        self.connection.execute("SET disabled_optimizers = 'in_clause'")
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_external_access = false")

    def run(self, sql: str, parameters: list[Any], watch: bool) -> list[list[Any]]:
        """Run one statement; its rows. When watched, say from time to time how far it is."""
        if self.connection is None:
            raise FileError("not_open", "No data file is open.")
        over = threading.Event()
        ticker = threading.Thread(target=_tell_share, args=(self.connection, over), daemon=True)
        if watch:
            ticker.start()
        try:
            done = self.connection.execute(sql, parameters)
            return [list(row) for row in done.fetchall()] if done.description else []
        finally:
            over.set()
            if watch:
                ticker.join()  # nothing about this statement may be said after its answer

    def blanks(self, request: dict[str, Any]) -> list[int]:
        """The numbers of a text's blank rows."""
        from kpi.ingest.texts import blank_rows

        return blank_rows(Path(request["path"]), request["delimiter"], request["skip"])

    def preview(self, request: dict[str, Any]) -> list[str]:
        """The first lines of a text as an encoding reads them."""
        from kpi.ingest.encoding import preview

        return preview(Path(request["path"]), request["name"], request["encoding"], request["rows"])

    def close(self) -> None:
        """Write everything to disk and let go of the file."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _limit_memory() -> None:
    limit = int(os.environ.get("WAYMARK_READER_LIMIT", "0"))
    if limit:
        try:
            import resource
        except ImportError:  # Windows: the parent watches the clock, and DuckDB its own memory
            return
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    _limit_memory()
    main()
