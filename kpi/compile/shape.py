"""The shape of an answer: over which periods, by which dimensions, of which rows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from kpi.compile.clock import bucket, date_literal, in_period, local_day
from kpi.compile.condition import condition
from kpi.compile.relations import can_reach
from kpi.compile.scope import Scope, column, identifier
from kpi.errors import QueryError, near_names
from kpi.model import FieldType, entities
from kpi.period import Period, TimeGrain, split
from kpi.semantic.expression import Expression
from kpi.workspace import Dataset, Table

PERIOD = "period"
KPI_COLUMNS = frozenset({"period", "value", "numerator", "denominator", "partial"})
FUNNEL_COLUMNS = frozenset({"step", "position", "count", "step_rate", "overall_rate", "lost", "amount"})
MOST_PERIODS = 4_000  # ten years of days


def by(dimension: str) -> str:
    """Under which name a dimension stands in SQL: one with a blank, which no column of the query itself has."""
    return f"by {dimension}"


@dataclass(frozen=True)
class Slot:
    """One time period of the answer: the day it is named by, and the days of it that are asked for and have passed."""

    start: date
    days: Period


@dataclass(frozen=True)
class Shape:
    """What every part of one answer has in common.

    `period` is None when all rows are asked for, dated or not. `horizon` is the last day that data reaches: levels at
    the close of a period that has not ended are taken there.
    """

    dataset: Dataset
    period: Period | None
    grain: TimeGrain | None
    dimensions: tuple[str, ...]
    where: Expression | None
    extent: Period  # the days data reaches over, for what must be asked at a moment
    horizon: date

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The periods of the answer, oldest first."""
        asked = self.period or self.extent
        if self.grain is None:
            return (Slot(asked.start, self._passed(asked)),)
        parts = list(itertools.islice(split(asked, self.grain), MOST_PERIODS + 1))
        if len(parts) > MOST_PERIODS:
            raise QueryError(
                "too_many_periods",
                f"That is more than {MOST_PERIODS:,} periods.",
                remedy="Ask for fewer years, or for longer periods.",
                found=self.grain.value,
            )
        if self.period is None:  # the first and last period are whole as far as data goes
            return tuple(Slot(part.start, self._passed(part)) for part in parts)
        clipped = ((part.start, Period(max(part.start, asked.start), min(part.end, asked.end))) for part in parts)
        return tuple(Slot(start, self._passed(days)) for start, days in clipped)

    def _passed(self, days: Period) -> Period:
        end = min(days.end, self.horizon + timedelta(days=1))
        return Period(days.start, max(end, days.start + timedelta(days=1)))

    def table(self, name: str) -> Table:
        """The loaded table of this name; `QueryError` where nothing is loaded."""
        if name not in self.dataset.tables:
            known = list(self.dataset.tables)
            raise QueryError(
                "table_not_loaded",
                f"No {name} are loaded.",
                remedy="Load a file with them on the page Data.",
                found=name,
                near=near_names(name, known),
            )
        return self.dataset.tables[name]

    def date_of(self, table: Table, named: str | None) -> str | None:
        """The field that places a row in a period: as named, or the default one; None where the table has none."""
        return named if named is not None else default_date(self.dataset, table)

    def key_names(self, *, with_dimensions: bool = True) -> list[str]:
        """The columns by which parts of the answer are told apart."""
        return ([PERIOD] if self.grain else []) + ([by(name) for name in self.dimensions] if with_dimensions else [])

    def labels(self, *, with_period: bool = True) -> list[str]:
        """The keys as the answer names them: dimensions as asked, unless an answer's own column has that name."""
        names = [by(name) if name in KPI_COLUMNS | FUNNEL_COLUMNS else name for name in self.dimensions]
        return ([PERIOD] if self.grain and with_period else []) + names

    def dimension_columns(self, scope: Scope) -> list[exp.Expr]:
        """The dimensions of a row, named as asked."""
        return [exp.alias_(scope.resolve(name.split("."))[0], by(name), quoted=True) for name in self.dimensions]

    def filters(self, scope: Scope) -> list[exp.Expr]:
        """The asker's own filter on the rows of a scope."""
        return [condition(self.where, scope)] if self.where is not None else []

    def time(self, scope: Scope, named: str | None) -> tuple[exp.Expr, FieldType, tuple[date, date] | None]:
        """The time column that places a row, its type, and the days it reaches over if known."""
        name = self.date_of(scope.table, named)
        if name is None:
            raise QueryError("no_date", f"Rows of {scope.table.name} have no date.", found=scope.table.name)
        sql, kind = scope.resolve(name.split("."))
        if not kind.is_time:
            raise QueryError("not_a_date", f"{scope.table.name}.{name} is not a date.", found=name)
        return sql, kind, scope.span(name)

    def dated(self, scope: Scope, named: str | None) -> list[exp.Expr]:
        """The predicate that a row falls in the asked period; none where all rows are asked for."""
        asked = self.period or (self.extent if self.grain else None)
        if asked is None:
            return []
        sql, kind, _ = self.time(scope, named)
        return [in_period(sql, kind, self.dataset.time_zone, asked)]

    def bucketed(self, scope: Scope, named: str | None) -> list[exp.Expr]:
        """The period that a row falls in, as a column; none without a grain."""
        if self.grain is None:
            return []
        sql, kind, span = self.time(scope, named)
        return [exp.alias_(bucket(sql, kind, self.dataset.time_zone, self.grain, span), PERIOD, quoted=True)]

    def day(self, scope: Scope, named: str | None) -> exp.Expr:
        """A time column as a calendar day."""
        sql, kind, span = self.time(scope, named)
        return local_day(sql, kind, self.dataset.time_zone, span)

    def slot_table(self, alias: str = "slot") -> exp.Expr:
        """The periods as rows: `period`, its first day `opens`, its last day `closes`."""
        rows = [
            exp.Tuple(
                expressions=[date_literal(slot.start), date_literal(slot.days.start), date_literal(slot.days.last)]
            )
            for slot in self.slots
        ]
        names = [identifier(name) for name in (PERIOD, "opens", "closes")]
        return exp.Values(expressions=rows, alias=exp.TableAlias(this=identifier(alias), columns=names))

    def slot_period(self, alias: str = "slot") -> list[exp.Expr]:
        """The slot's period as a column; none without a grain."""
        return [exp.alias_(column(PERIOD, alias), PERIOD, quoted=True)] if self.grain else []


def default_date(dataset: Dataset, table: Table) -> str | None:
    """The entity's own time, where it is loaded or joined; for a table that fits no entity, its first time column."""
    entity = entities().get(table.entity or "")
    if entity is None:
        return next((item.name for item in table.columns if item.type.is_time), None)
    if entity.time is None or not can_reach(dataset, table, (entity.time,)):
        return None
    return entity.time


def grouped(query: exp.Select, keys: Sequence[str]) -> exp.Select:
    """The query, grouped by key columns; without keys it stays one row."""
    return query.group_by(*(column(name) for name in keys)) if keys else query
