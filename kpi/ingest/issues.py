"""Which cells and rows did not fit? The issues tables of published data files, as one frame, or counted by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import duckdb
from sqlglot import exp

from kpi.errors import EngineError
from kpi.ingest.merge import issues_of
from kpi.ingest.trees import fill, words
from kpi.workspace import DataFile, Dataset

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
COLUMNS = ("file", "sheet", "row", "column", "value", "reason")
PLACES = {"load": "_load_id", "row_id": "_row_id", "field": "_column"}
OF_CELLS = (
    "not_an_integer",
    "not_a_number",
    "not_an_amount",
    "other_currency",
    "not_a_date",
    "not_yes_or_no",
    "does_not_fit",
)


class Scope(StrEnum):
    """What an issue is about."""

    CELL = "cell"  # of a stored row, which has nothing in its place
    LINE = "line"  # set aside as a whole
    FILE = "file"


@dataclass(frozen=True)
class IssueKind:
    """Issues of one reason in one column of a table, and how many there are. `field` is the stored column."""

    table: str
    reason: str
    scope: Scope
    field: str | None
    label: str | None  # the column's header
    count: int


def read_issues(
    dataset: Dataset,
    *,
    table: str | None = None,
    load_id: int | None = None,
    limit: int | None = 1000,
    placed: bool = False,
    kind: IssueKind | None = None,
) -> pd.DataFrame:
    """The issues of a table, of a load, of one kind, or all: columns file, sheet, row, column, value, reason.

    `row` is the row's number in its file, as a spreadsheet counts; `column` is the header, empty when the whole row was
    set aside. `limit` bounds the rows returned (None: all). `placed` adds where they are to be mended: `table`, `load`,
    and, for a cell of a stored row, its `row_id` and, as `field`, the stored column.
    """
    import pandas as pd

    frames = []
    left = limit
    for name, file in _files(dataset, kind.table if kind else table):
        if left == 0:
            break
        frame = _read(file, load_id, left, kind)
        frame.insert(len(COLUMNS), "table", name)
        frame["row_id"] = frame["row_id"].astype("string").astype("Int64")  # too long for a float
        frames.append(frame)
        left = None if left is None else left - len(frame)
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*COLUMNS, "table", *PLACES])
    return found if placed else found[list(COLUMNS)]


def count_issues(dataset: Dataset) -> tuple[IssueKind, ...]:
    """How many issues of which kind there are, table by table, those with most first.

    What did not fit in a line that was set aside as a whole is not counted beside it.
    """
    counts: dict[tuple[str, str, Scope, str | None], int] = {}
    labels: dict[tuple[str, str, Scope, str | None], str | None] = {}
    scope = _scope()
    query = (
        exp.select(
            exp.column("reason"),
            scope.as_("scope"),
            exp.column("_column"),
            exp.Min(this=exp.column(exp.to_identifier("column", quoted=True))).as_("label"),
            exp.Count(this=exp.Star()).as_("many"),
        )
        .group_by("reason", scope.copy(), "_column")
        .having(exp.not_(exp.and_(scope.copy().eq(exp.Literal.string(Scope.LINE)), _of_cells())))
    )
    for name, file in _files(dataset, None):
        of_file = query.from_(issues_of(file).subquery("every"))
        for reason, where, field, label, many in _run(file, of_file, duckdb.DuckDBPyConnection.fetchall):
            key = (name, reason, Scope(where), field)
            counts[key] = counts.get(key, 0) + many
            labels[key] = labels.get(key) or label
    kinds = [IssueKind(*key, labels[key], many) for key, many in counts.items()]
    order = list(dataset.tables)
    return tuple(sorted(kinds, key=lambda kind: (order.index(kind.table), -kind.count, kind.reason, kind.field or "")))


def _scope() -> exp.Expr:
    """Of an issue: a cell without an id of its row (as older releases wrote them) is told by its header."""
    return fill(
        """CASE WHEN NOT _row_id IS NULL OR (_column IS NULL AND NOT "column" IS NULL) THEN 'cell'
                WHEN row IS NULL THEN 'file' ELSE 'line' END"""
    )


def _of_cells() -> exp.Expr:
    return fill("LIST_CONTAINS(:reasons, reason)", reasons=words(OF_CELLS))


def _files(dataset: Dataset, table: str | None) -> list[tuple[str, DataFile]]:
    return [
        (name, file)
        for name, found in dataset.tables.items()
        if table in (None, name)
        for file in found.files
        if file.issues
    ]


def _read(file: DataFile, load_id: int | None, limit: int | None, kind: IssueKind | None) -> pd.DataFrame:
    columns: list[exp.Expr] = [exp.column(exp.to_identifier(name, quoted=True)) for name in COLUMNS]
    for name, stored in PLACES.items():
        place = exp.column(stored)
        columns.append((exp.cast(place, "VARCHAR") if name == "row_id" else place).as_(name))
    query = exp.select(*columns).from_(issues_of(file).subquery("every"))
    if load_id is not None:
        query = query.where(exp.EQ(this=exp.column("_load_id"), expression=exp.Literal.number(load_id)))
    if kind is not None:
        field = exp.Literal.string(kind.field) if kind.field is not None else exp.null()
        query = query.where(
            exp.column("reason").eq(exp.Literal.string(kind.reason)),
            _scope().eq(exp.Literal.string(kind.scope)),
            exp.NullSafeEQ(this=exp.column("_column"), expression=field),
        )
    query = query.limit(limit) if limit is not None else query
    return _run(file, query, duckdb.DuckDBPyConnection.df)


def _run(file: DataFile, query: exp.Select, take: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
    """What is taken of the answer of one data file."""
    try:
        with duckdb.connect(str(file.path), read_only=True) as connection:
            return take(connection.execute(query.sql(dialect="duckdb")))
    except duckdb.Error as error:
        raise EngineError(
            "data_unreadable",
            f"The loaded data cannot be opened: {error}",
            remedy="Delete the load that is damaged and load its file again.",
        ) from error
