"""What is the reader process asked to look at, how does the user want it read, and which tables does it refuse?

Imports nothing heavy: the reader process starts with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where
from kpi.settings import FileLimits

MOST_COLUMNS = 16_384  # that a spreadsheet can have; names of cells are reserved for so many
FIRST_ROWS = 20
HEAD = 512 * 2**10  # bytes of a text from which it is judged
MOST_CELL = 400  # letters of a cell that evidence and samples look at


@dataclass(frozen=True)
class Choice:
    """The reader's own form of `ReadingChoice`: None leaves it to what is found."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheets: tuple[str, ...] | None = None
    empty_words: tuple[str, ...] | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Choice:
        """A choice as it arrives in a request, lists for tuples."""
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return cls(**{**given, **lists})


@dataclass(frozen=True)
class Request:
    """One file to look at; `rows` bounds the sample taken per table, `folder` takes rewritten copies."""

    path: Path
    name: str
    folder: Path
    rows: int
    most_bytes: int
    choice: Choice = Choice()
    limits: FileLimits = field(default_factory=FileLimits)
    safely: bool = False  # the fast reader of workbooks has failed on it before


def empty(name: str, sheet: str | None = None) -> FileError:
    """The error for a file or sheet without any row."""
    return FileError(
        "empty_file",
        "There is nothing in this file.",
        remedy="Export it again; the export may have been cut off.",
        where=Where(file=name, sheet=sheet),
    )


def no_rows(name: str) -> FileError:
    """The error for a table that ends with its header."""
    return FileError(
        "no_rows",
        "There is a header in this file, but no row beneath it.",
        remedy="Export it again with a longer period or fewer filters.",
        where=Where(file=name),
    )


def no_such_row(name: str, row: int) -> FileError:
    """The error for a header row that a person has chosen beyond the first rows of a file."""
    return FileError(
        "no_such_row",
        f"There is no row {row:,} among the first rows of this file.",
        remedy="Choose a row that is there, or leave it to what is found.",
        where=Where(file=name),
        found=f"{row:,}",
    )


def fit(row: list[str], width: int) -> list[str]:
    """A row of exactly this many cells, none of them longer than evidence looks at."""
    return ([cell[:MOST_CELL] for cell in row] + [""] * width)[:width]
