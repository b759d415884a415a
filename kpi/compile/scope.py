"""The rows of one table as a query sees them: names resolved to columns, joins gathered as they are needed.

A scope is built up while expressions are compiled and ends in one SELECT. Left joins keep every row, and a target with
several rows per key is reduced to one (its newest load's) first, so that no join can double a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlglot import exp

from kpi.compile.relations import Reached, Relation, days_of, reach
from kpi.model import FieldType
from kpi.workspace import Dataset, Table

SCHEMA = "loaded"  # the engine offers every table of the dataset under this schema


def identifier(name: str) -> exp.Identifier:
    """A quoted identifier; nothing that a user names is ever spliced."""
    return exp.to_identifier(name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def loaded(table: str, alias: str) -> exp.Table:
    """A loaded table, under an alias."""
    return exp.Table(this=identifier(table), db=identifier(SCHEMA), alias=exp.TableAlias(this=identifier(alias)))


class Scope:
    """One table in one SELECT. `alias` must differ between scopes that are nested in each other."""

    def __init__(self, dataset: Dataset, table: Table, alias: str | None = None) -> None:
        self.dataset, self.table = dataset, table
        self.alias = alias or table.name
        self._prefix = f"{alias}_" if alias else ""  # a nested scope's joins must not hide the outer row
        self._joins: dict[tuple[Relation, ...], tuple[str, set[str]]] = {}

    def resolve(self, parts: Sequence[str]) -> tuple[exp.Expr, FieldType]:
        """The column that a name means, and its type; joins are added as needed. Raises as `reach` does."""
        reached = reach(self.dataset, self.table, parts)
        return self._at(reached), reached.column.type

    def nested(self, child: Table) -> Scope:
        """A scope over rows of `child` that belong to a row of this one, for a SELECT inside this scope's SELECT."""
        return Scope(self.dataset, child, f"{self.alias}_{child.name}")

    def span(self, name: str) -> tuple[date, date] | None:
        """The first and last day of a time field, from the manifest."""
        return days_of(self.dataset, self.table, name)

    def select(self, columns: Sequence[exp.Expr], where: Sequence[exp.Expr] = ()) -> exp.Select:
        """SELECT the columns FROM the table and every join that columns and predicates needed so far."""
        query = exp.select(*columns).from_(loaded(self.table.name, self.alias))
        for path, (alias, needed) in self._joins.items():
            relation = path[-1]
            source = self.alias if len(path) == 1 else self._joins[path[:-1]][0]
            query = query.join(
                self._target(relation, alias, needed),
                on=exp.EQ(this=column(relation.column, source), expression=column(relation.key, alias)),
                join_type="left",
            )
        return query.where(*where) if where else query

    def _at(self, reached: Reached) -> exp.Expr:
        if not reached.path:
            return column(reached.column.name, self.alias)
        for length in range(1, len(reached.path) + 1):
            path = reached.path[:length]
            if path not in self._joins:
                self._joins[path] = (self._new_alias(path[-1].target), {path[-1].key})
            if length < len(reached.path):
                self._joins[path][1].add(reached.path[length].column)
        alias, needed = self._joins[reached.path]
        needed.add(reached.column.name)
        return column(reached.column.name, alias)

    def _new_alias(self, name: str) -> str:
        taken = {self.alias, *(alias for alias, _ in self._joins.values())}
        wanted = self._prefix + name
        return wanted if wanted not in taken else f"{wanted}_{len(taken)}"

    def _target(self, relation: Relation, alias: str, needed: set[str]) -> exp.Expr:
        if self.dataset.tables[relation.target].is_unique(relation.key):
            return loaded(relation.target, alias)
        ranked = (
            exp.select(*(column(name) for name in sorted(needed)))
            .select(
                exp.alias_(
                    exp.Window(
                        this=exp.RowNumber(),
                        partition_by=[column(relation.key)],
                        order=exp.Order(expressions=[exp.Ordered(this=column("_row_id"), desc=True)]),
                    ),
                    "rank",
                    quoted=True,
                )
            )
            .from_(loaded(relation.target, relation.target))
        )
        one_each = (
            exp.select(*(column(name) for name in sorted(needed)))
            .from_(ranked.subquery("ranked"))
            .where(exp.EQ(this=column("rank"), expression=exp.Literal.number(1)))
        )
        return one_each.subquery(identifier(alias))
