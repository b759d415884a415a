"""What is loaded: the manifest of one workspace at one version, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kpi.model import FieldType

STORED_COLUMNS = ("_row_id", "_load_id", "_file", "_sheet", "_line")  # on every stored row, before the data's own


@dataclass(frozen=True)
class Column:
    """One stored column. `label` is the header that the file had."""

    name: str
    type: FieldType
    unit: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class DataFile:
    """One immutable DuckDB file. It holds the tables `rows` (stored columns, then data) and `issues`.

    `earliest` and `latest` give, per time column, the first and last day in the file; `unique` the columns in which no
    value stands twice in the file (nulls aside).
    """

    path: Path
    load_id: int
    rows: int
    columns: tuple[Column, ...]
    earliest: Mapping[str, date]
    latest: Mapping[str, date]
    unique: frozenset[str]
    issues: int = 0


@dataclass(frozen=True)
class Table:
    """A loaded table: an entity's rows, or rows that fit none and keep their own columns (`entity` is None)."""

    name: str
    entity: str | None
    files: tuple[DataFile, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The union of the files' columns, in order of appearance, each of a type that holds all files' values."""
        found: dict[str, Column] = {}
        for file in self.files:
            for column in file.columns:
                known = found.get(column.name)
                found[column.name] = replace(known, type=_wider(known.type, column.type)) if known else column
        return tuple(found.values())

    def column(self, name: str) -> Column | None:
        """The column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def rows(self) -> int:
        """How many rows are loaded."""
        return sum(file.rows for file in self.files)

    def is_unique(self, name: str) -> bool:
        """Whether a column is known to name each row once; several files are taken not to be."""
        return len(self.files) == 1 and name in self.files[0].unique

    def earliest(self, name: str) -> date | None:
        """The first day in a time column, or None."""
        days = [file.earliest[name] for file in self.files if name in file.earliest]
        return min(days) if days else None

    def latest(self, name: str) -> date | None:
        """The last day in a time column, or None."""
        days = [file.latest[name] for file in self.files if name in file.latest]
        return max(days) if days else None


def _wider(one: FieldType, other: FieldType) -> FieldType:
    """The narrowest type for values of both: dates become timestamps, numbers doubles, anything else text."""
    if one is other or (one.is_dimension and other.is_dimension and FieldType.BOOLEAN not in (one, other)):
        return one
    if one.is_time and other.is_time:
        return FieldType.TIMESTAMP
    if one.is_number and other.is_number:
        return FieldType.MONEY if FieldType.MONEY in (one, other) else FieldType.NUMBER
    return FieldType.TEXT


@dataclass(frozen=True)
class Dataset:
    """Every table of a workspace at one version. Equal workspace and version, equal rows."""

    workspace: str
    version: int
    tables: Mapping[str, Table]
    currency: str
    time_zone: str

    def __hash__(self) -> int:
        return hash((self.workspace, self.version))
