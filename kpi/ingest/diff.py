"""What would a load change? Rows new, changed, gone and the same, which fields, and which amounts, before it is made.

The load's own file is open in the reader, each row with the id of the one it continues. `state` is a view of the
table's rows so far and `delta` one of the load's, both with the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlglot import exp

from kpi.ingest.database import Database
from kpi.ingest.forms import fill
from kpi.ingest.known import REPEATED, shown_key
from kpi.model import FieldType
from kpi.workspace import Column, Mode

MOST_SAMPLES = 5  # rows of each kind that are shown
MOST_MONEY = 10

_HERE = "EXISTS (SELECT 1 FROM delta WHERE delta._row_id = state._row_id)"
_THERE = "EXISTS (SELECT 1 FROM state WHERE state._row_id = delta._row_id)"


@dataclass(frozen=True)
class FieldChange:
    """In how many rows a column's value would change."""

    column: str
    label: str
    rows: int


@dataclass(frozen=True)
class MoneyChange:
    """An amount that would change, and by which key its row is known."""

    key: str
    column: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        """How much more it would be; nothing counts as none."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True)
class SampleCell:
    """One value of a sample row before and after, as texts; None where there is none."""

    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class SampleRow:
    """A row that would be new, changed, gone, or set aside as repeated. Of a changed row, the changed cells only."""

    kind: str
    key: str
    cells: tuple[SampleCell, ...]


@dataclass(frozen=True)
class TableDiff:
    """What a load would do to one table. `new`, `changed` and `same` count the load's rows, `gone` the table's.

    `already` counts appended rows that are there word for word: they would be there twice. `repeated` rows were set
    aside, because a later row of the load has their key; `unkeyed` ones have none, and so are new.
    """

    table: str
    entity: str | None
    mode: Mode
    key: tuple[str, ...]
    before: int  # rows of the table
    after: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    already: int = 0
    repeated: int = 0
    unkeyed: int = 0
    fields: tuple[FieldChange, ...] = ()  # most rows first
    money: tuple[MoneyChange, ...] = ()  # greatest difference first
    samples: tuple[SampleRow, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether the table's rows would be the same afterwards."""
        return not (self.new or self.changed or self.gone)

    def with_more(self, other: TableDiff) -> TableDiff:
        """The same with further rows, of another shape, that are appended by the same load."""
        return replace(
            self,
            after=self.after + other.new,
            new=self.new + other.new,
            already=self.already + other.already,
            samples=(*self.samples, *other.samples)[:MOST_SAMPLES],
        )


def compare(database: Database, diff: TableDiff, columns: Sequence[Column]) -> TableDiff:
    """The diff with everything counted; `columns` are the load's own."""
    rows = _number(database, exp.select("COUNT(*)").from_("delta"))
    if not diff.before:
        samples = _samples(database, "new", diff.key, columns, exp.select().from_("delta"))
        return replace(diff, after=rows, new=rows, unkeyed=_unkeyed(database, diff.key), samples=samples)
    if diff.key:
        return _compare_by_key(database, diff, columns, rows)
    same = _number(database, exp.select("COUNT(*)").from_(_both(columns, exp.Intersect).subquery("same_rows")))
    new = _both(columns, exp.Except).subquery("delta")
    if diff.mode is Mode.APPEND:
        samples = _samples(database, "new", (), columns, exp.select().from_(new)) if rows > same else ()
        return replace(diff, after=diff.before + rows, new=rows, already=same, samples=samples)
    return replace(
        diff,
        after=rows,
        new=rows - same,
        gone=diff.before - same,
        same=same,
        samples=(
            *(_samples(database, "new", (), columns, exp.select().from_(new)) if rows > same else ()),
            *(
                _samples(
                    database,
                    "gone",
                    (),
                    columns,
                    exp.select().from_(_both(columns, exp.Except, turned=True).subquery("state")),
                )
                if diff.before > same
                else ()
            ),
        ),
    )


def _compare_by_key(database: Database, diff: TableDiff, columns: Sequence[Column], rows: int) -> TableDiff:
    differs = exp.or_(*map(_differs, columns))
    counts = (exp.Count(this=exp.Star()), _count_if(differs), *(_count_if(_differs(column)) for column in columns))
    met, changed, *each = database.run(_pairs(counts))[0]
    leaving = [fill(f"NOT {_HERE}")]
    if diff.mode is Mode.UPSERT:
        same_key = (
            exp.EQ(this=exp.column(name, "delta", quoted=True), expression=exp.column(name, "state", quoted=True))
            for name in diff.key
        )
        leaving.append(exp.Exists(this=exp.select("1").from_("delta").where(*same_key)))
    gone = _number(database, exp.select("COUNT(*)").from_("state").where(*leaving))
    samples: list[SampleRow] = []
    if rows > met:
        fresh = exp.select().from_("delta").where(fill(f"NOT {_THERE}"))
        samples += _samples(database, "new", diff.key, columns, fresh)
    if changed:
        samples += _changed_samples(database, diff.key, columns, differs)
    if gone:
        samples += _samples(database, "gone", diff.key, columns, exp.select().from_("state").where(*leaving))
    if diff.repeated:
        samples += _repeated_samples(database)
    labelled = (
        FieldChange(column.name, column.label or column.name, int(count))
        for column, count in zip(columns, each, strict=True)
        if count
    )
    return replace(
        diff,
        after=rows if diff.mode is Mode.REPLACE else diff.before - met - gone + rows,
        new=rows - met,
        changed=changed,
        gone=gone,
        same=met - changed,
        unkeyed=_unkeyed(database, diff.key),
        fields=tuple(sorted(labelled, key=lambda field: -field.rows)),
        money=_money_changes(database, diff.key, columns) if changed else (),
        samples=tuple(samples),
    )


def _pairs(columns: Iterable[exp.Expr]) -> exp.Select:
    """Every row of the load that continues one of the table's, beside it."""
    return exp.select(*columns).from_("delta").join("state", on="state._row_id = delta._row_id")


def _differs(column: Column) -> exp.Expr:
    return exp.NullSafeNEQ(this=_cell(column.name, "state"), expression=_cell(column.name, "delta"))


def _count_if(condition: exp.Expr) -> exp.Expr:
    return fill("CAST(COALESCE(SUM(CASE WHEN :c THEN 1 ELSE 0 END), 0) AS BIGINT)", c=condition)


def _number(database: Database, query: exp.Expr) -> int:
    return int(database.run(query)[0][0])


def _unkeyed(database: Database, key: Sequence[str]) -> int:
    if not key:
        return 0
    lacking = exp.or_(*(_cell(name, "delta").is_(exp.null()) for name in key))
    return _number(database, exp.select("COUNT(*)").from_("delta").where(lacking))


def _both(columns: Sequence[Column], how: type[exp.SetOperation], *, turned: bool = False) -> exp.Query:
    """Rows of the load that are (Intersect) or are not (Except) there word for word; turned, the other way about."""
    names = [exp.column(exp.to_identifier(column.name, quoted=True)) for column in columns]
    one, other = ("state", "delta") if turned else ("delta", "state")
    return how(this=exp.select(*names).from_(one), expression=exp.select(*names).from_(other), distinct=False)


def _samples(
    database: Database, kind: str, key: Sequence[str], columns: Sequence[Column], source: exp.Select
) -> tuple[SampleRow, ...]:
    """The first rows of a relation, with every cell."""
    table = source.find(exp.From).this.alias_or_name  # type: ignore[union-attr]
    texts = [exp.cast(_cell(column.name, table), "VARCHAR") for column in columns]
    order = ["_row_id"] if isinstance(source.find(exp.From).this, exp.Table) else texts  # type: ignore[union-attr]
    query = source.select(shown_key(key, table), *texts).order_by(*order).limit(MOST_SAMPLES)
    return tuple(
        SampleRow(
            kind,
            shown,
            tuple(
                SampleCell(column.name, value if kind == "gone" else None, None if kind == "gone" else value)
                for column, value in zip(columns, values, strict=True)
            ),
        )
        for shown, *values in database.run(query)
    )


def _changed_samples(
    database: Database, key: Sequence[str], columns: Sequence[Column], differs: exp.Expr
) -> list[SampleRow]:
    cells: list[exp.Expr] = []
    for column in columns:
        cells += [exp.cast(_cell(column.name, "state"), "VARCHAR"), exp.cast(_cell(column.name, "delta"), "VARCHAR")]
    query = _pairs([shown_key(key, "delta"), *cells]).where(differs).order_by("delta._row_id").limit(MOST_SAMPLES)
    found = []
    for shown, *values in database.run(query):
        pairs = zip(columns, values[::2], values[1::2], strict=True)
        changed = tuple(SampleCell(column.name, was, is_) for column, was, is_ in pairs if was != is_)
        found.append(SampleRow("changed", shown, changed))
    return found


def _repeated_samples(database: Database) -> list[SampleRow]:
    query = (
        exp.select("value")
        .from_("issues")
        .where(exp.EQ(this=exp.column("reason"), expression=exp.Literal.string(REPEATED)))
    )
    return [SampleRow("repeated", shown, ()) for (shown,) in database.run(query.order_by("row").limit(MOST_SAMPLES))]


def _money_changes(database: Database, key: Sequence[str], columns: Sequence[Column]) -> tuple[MoneyChange, ...]:
    """The amounts that would change most, over all money columns."""
    found = []
    for column in columns:
        if column.type is FieldType.MONEY:
            was, is_ = _cell(column.name, "state"), _cell(column.name, "delta")
            by = fill("ABS(COALESCE(:i, 0) - COALESCE(:w, 0))", i=is_, w=was)
            query = _pairs([shown_key(key, "delta"), was, is_]).where(_differs(column))
            order = exp.Ordered(this=by, desc=True)
            rows = database.run(query.order_by(order, "delta._row_id").limit(MOST_MONEY))
            found += [MoneyChange(shown, column.name, _amount(w), _amount(i)) for shown, w, i in rows]
    return tuple(sorted(found, key=lambda change: -abs(change.difference))[:MOST_MONEY])


def _amount(given: str | None) -> Decimal | None:
    return None if given is None else Decimal(given)


def _cell(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table)
