"""One data file in the reader process, open for writing, with published ones attached read-only beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpi.errors import EngineError
from kpi.ingest.reader import DatabaseError, Reader
from kpi.ingest.source import MEMORY_SHARE
from kpi.settings import Settings
from kpi.workspace import DataFile

DAMAGED = ("IO Error", "Serialization Error", "Corrupted", "Invalid Error", "Catalog Error: Table with name rows")
TOO_LARGE = ("Conversion Error", "Out of Range Error")


class Database:
    """An open data file. Statements go in as trees; the rows they give come out."""

    def __init__(self, reader: Reader, path: Path) -> None:
        self.path = path
        self._reader = reader
        self._attached: dict[Path, str] = {path: path.stem}

    def run(self, tree: exp.Expr, *parameters: Any) -> list[list[Any]]:
        """Run one statement. `EngineError` when a file is damaged, or a value too large for the type of its column."""
        try:
            found: list[list[Any]] = self._reader.ask(
                "run", sql=tree.sql(dialect="duckdb", identify=True), parameters=list(parameters)
            )
        except DatabaseError as error:
            said = str(error).splitlines()[0][:300]
            if said.startswith(DAMAGED):
                raise EngineError(
                    "data_unreadable",
                    f"The loaded data cannot be opened: {said}",
                    remedy="Delete the load that is damaged and load its file again.",
                ) from error
            if said.startswith(TOO_LARGE):
                raise EngineError(
                    "number_out_of_range",
                    "A value grew too large to be reckoned with.",
                    remedy="Check what is multiplied: money holds 14 digits before the point.",
                ) from error
            raise
        return found

    def attach(self, files: Sequence[DataFile]) -> list[tuple[str, DataFile]]:
        """Every file with the name under which it can now be read; the open one under its own."""
        for file in files:
            if file.path not in self._attached:
                alias = f"file_{len(self._attached)}"
                path = exp.alias_(exp.Literal.string(str(file.path)), alias, quoted=True)
                self.run(exp.Attach(this=path, expressions=[exp.AttachOption(this=exp.var("READ_ONLY"))]))
                self._attached[file.path] = alias
        return [(self._attached[file.path], file) for file in files]


@contextmanager
def open_database(reader: Reader, settings: Settings, path: Path, folders: Sequence[Path]) -> Iterator[Database]:
    """Open a data file (a new one where there is none) beside others that lie in these folders; complete at the end."""
    reader.ask(
        "open",
        database=str(path),
        threads=settings.threads,
        memory=f"{int(settings.reader_memory_bytes * MEMORY_SHARE) // 2**20}MiB",
        temporary=str(path.parent / "spill"),
        folders=sorted({str(path.parent), *map(str, folders)}),
    )
    yield Database(reader, path)
    reader.ask("close")
