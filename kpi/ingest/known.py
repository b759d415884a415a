"""Which rows of a load are there already? Its rows are left with one per key, and take the ids of those they continue.

The load's own file is open in the reader, its rows in `rows`; `state` is a view of the table's rows so far.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from kpi.ingest.database import Database
from kpi.ingest.forms import fill
from kpi.ingest.merge import make, same_key
from kpi.workspace import Column

REPEATED = "repeated_key"
BETWEEN = " · "  # parts of a key, where it is shown as one text


def repeats(database: Database, key: Sequence[str]) -> bool:
    """Whether some rows of the load share a key."""
    columns = [exp.column(name, quoted=True) for name in key]
    shared = exp.select("1").from_("rows").where(_complete(key)).group_by(*columns).having("COUNT(*) > 1").limit(1)
    return bool(database.run(shared))


def set_repeated_aside(database: Database, key: Sequence[str], columns: Sequence[Column], load_id: int) -> int:
    """Of rows with the same key, keep the last; the others become issues. How many these are."""
    labels = {column.name: column.label or column.name for column in columns}
    last = fill(
        "ROW_NUMBER() OVER (PARTITION BY :k ORDER BY _row_id DESC)",
        k=exp.Tuple(expressions=[exp.column(name, quoted=True) for name in key]),
    )
    numbered = exp.select("_row_id", last.as_("place")).from_("rows").where(_complete(key)).subquery("numbered")
    database.run(make("TABLE", "aside", exp.select("_row_id").from_(numbered).where("place > 1"), passing=True))
    database.run(
        fill(
            """INSERT INTO issues
               SELECT _file, _sheet, _line, :l, :v, :r, :n, NULL, :c FROM rows
               WHERE EXISTS (SELECT 1 FROM aside WHERE aside._row_id = rows._row_id)""",
            l=exp.Literal.string(BETWEEN.join(labels.get(name, name) for name in key)),
            v=shown_key(key, "rows"),
            r=exp.Literal.string(REPEATED),
            n=exp.Literal.number(load_id),
            c=exp.Literal.string(key[0]),
        )
    )
    for table, change in (("issues", "UPDATE issues SET _row_id = NULL"), ("rows", "DELETE FROM rows")):
        where = f"EXISTS (SELECT 1 FROM aside WHERE aside._row_id = {table}._row_id)"
        database.run(fill(f"{change} WHERE {where}"))
    return int(database.run(fill("SELECT COUNT(*) FROM aside"))[0][0])


def keep_ids(database: Database, key: Sequence[str]) -> None:
    """A row whose key is there gets the id of the row that has it; the oldest's, where several do."""
    known = (
        exp.select("rows._row_id AS fresh", "MIN(state._row_id) AS old")
        .from_("rows")
        .join("state", on=same_key(key, "rows", "state"))
        .group_by("rows._row_id")
    )
    database.run(make("TABLE", "known", known, passing=True))
    for table in ("rows", "issues"):
        database.run(fill(f"UPDATE {table} SET _row_id = known.old FROM known WHERE {table}._row_id = known.fresh"))


def shown_key(key: Sequence[str], table: str) -> exp.Expr:
    """A row's key as one text; empty without a key."""
    if not key:
        return exp.Literal.string("")
    parts = (exp.cast(exp.column(name, table, quoted=True), "VARCHAR") for name in key)
    return exp.Anonymous(this="CONCAT_WS", expressions=[exp.Literal.string(BETWEEN), *parts])


def _complete(key: Sequence[str]) -> exp.Expr:
    return exp.and_(*(exp.column(name, quoted=True).is_(exp.null()).not_() for name in key))
