"""Which cells and rows did not fit? The issues tables of published data files, as one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from kpi.errors import EngineError
from kpi.workspace import DataFile, Dataset

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "sheet", "row", "column", "value", "reason")


def read_issues(
    dataset: Dataset, *, table: str | None = None, load_id: int | None = None, limit: int | None = 1000
) -> pd.DataFrame:
    """The issues of a table, of a load, or of everything: columns file, sheet, row, column, value, reason.

    `row` is the row's number in its file, as a spreadsheet counts; `column` is the header, empty when the whole row was
    set aside. `limit` bounds the rows returned (None: all).
    """
    import pandas as pd

    frames = []
    left = limit
    for file in _files(dataset, table, load_id):
        if left == 0:
            break
        frame = _read(file, left)
        frames.append(frame)
        left = None if left is None else left - len(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def _files(dataset: Dataset, table: str | None, load_id: int | None) -> list[DataFile]:
    return [
        file
        for name, found in dataset.tables.items()
        if table in (None, name)
        for file in found.files
        if load_id in (None, file.load_id) and file.issues
    ]


def _read(file: DataFile, limit: int | None) -> pd.DataFrame:
    chosen = exp.select(*(exp.column(name, quoted=True) for name in COLUMNS)).from_("issues")
    query = chosen.limit(limit) if limit is not None else chosen
    try:
        with duckdb.connect(str(file.path), read_only=True) as connection:
            return connection.execute(query.sql(dialect="duckdb")).df()
    except duckdb.Error as error:
        raise EngineError(
            "data_unreadable",
            f"The loaded data cannot be opened: {error}",
            remedy="Delete the load that is damaged and load its file again.",
        ) from error
