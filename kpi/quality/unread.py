"""What did the files say that could not be read? Cells by field, and lines that were set aside, of one loaded table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.ingest.issues import read_issues
from kpi.workspace import Dataset

MOST_ISSUES = 200_000
RIGHTLY_ASIDE = frozenset(  # no rows of their own
    {"totals_row", "repeated_header", "repeated_title", "footer_row", "repeated_key"}
)


@dataclass(frozen=True)
class Unread:
    """How many cells of each field could not be read, and how many lines are missing from the rows."""

    cells: Mapping[str, int]
    lines: int


def unread(dataset: Dataset, table: str) -> Unread:
    """What could not be read of a table, as its issues say; lines that are no rows (totals, footers) are not missed."""
    if not any(file.issues for file in dataset.tables[table].files):
        return Unread({}, 0)
    found = read_issues(dataset, table=table, limit=MOST_ISSUES, placed=True)
    stored = found["row_id"].notna()
    cells = found[stored & found["field"].notna()]["field"].value_counts()
    aside = found[~stored & found["row"].notna() & ~found["reason"].isin(RIGHTLY_ASIDE)]
    return Unread(
        {str(field): int(count) for field, count in cells.items()},
        len(aside[["file", "sheet", "row"]].drop_duplicates()),
    )
