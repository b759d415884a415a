"""Which file has ended the reader process, and can it be read another way? Only then is looking into files given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from kpi.errors import FileError, Where
from kpi.ingest.books import can_be_safe
from kpi.ingest.reader import Reader
from kpi.ingest.sniffed import NamedFile
from kpi.settings import FileLimits

ENDINGS = ("reader_crashed", "reader_out_of_memory")

Told = Callable[[int, int, str], None]


def sniff(
    reader: Reader, files: Sequence[NamedFile], limits: FileLimits, progress: Told | None, **request: Any
) -> list[dict[str, Any]]:
    """Every table of the files, as the reader process finds them.

    A workbook on which the process ends is read once more in a new one, by the slower reader that cannot be led astray.
    """
    safely: list[int] = []
    while True:
        done = 0

        def told(step: dict[str, Any]) -> None:
            nonlocal done
            done = step["done"]
            if progress is not None:
                progress(step["done"], step["of"], step["name"])

        try:
            tables: list[dict[str, Any]] = reader.ask(
                "sniff",
                file=files[0].name if len(files) == 1 else None,
                told=told,
                files=[(str(file.path.resolve()), file.name) for file in files],
                limits=asdict(limits),
                safely=safely,
                **request,
            )
            return tables
        except FileError as error:
            if error.code not in ENDINGS or done >= len(files):
                raise
            culprit = files[done]
            error.where = Where(file=culprit.name)
            if done in safely or not can_be_safe(culprit.path):
                raise
            safely.append(done)
            reader.restart()
