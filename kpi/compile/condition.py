"""Expression tree → SQLGlot tree, in the scope of one table, with types checked before any engine sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from kpi.compile.clock import as_utc, date_literal, local_time, timestamp_literal, utc_bound
from kpi.compile.relations import relation_to
from kpi.compile.scope import Scope, column
from kpi.errors import DefinitionError, QueryError, near_names
from kpi.model import FieldType
from kpi.semantic.expression import Call, Expression, Literal, Name, Operation

MONEY = "DECIMAL(18, 4)"
COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
SPAN = "span"
MOST_DAYS = 100_000
Kind = FieldType | str  # a field's type, or SPAN: a length of time


@dataclass(frozen=True)
class Typed:
    """A piece of SQL and what its value is."""

    sql: exp.Expr
    kind: Kind

    @property
    def family(self) -> str:
        """text, number, time, boolean or span: what it can be compared and reckoned with."""
        if isinstance(self.kind, FieldType):
            if self.kind.is_number:
                return "number"
            if self.kind.is_time:
                return "time"
            return "boolean" if self.kind is FieldType.BOOLEAN else "text"
        return self.kind


def condition(tree: Expression, scope: Scope) -> exp.Expr:
    """A filter. `DefinitionError` when the expression is not a yes-or-no question."""
    typed = compile_expression(tree, scope)
    if typed.family != "boolean":
        raise DefinitionError("not_a_condition", "The filter is a value, not a condition.", remedy="Compare it: … = …")
    return typed.sql


def compile_expression(tree: Expression, scope: Scope) -> Typed:
    """Any expression over a row. `QueryError`: a name is not there. `DefinitionError`: types do not fit."""
    if isinstance(tree, Name):
        sql, kind = scope.resolve(tree.parts)
        return Typed(sql, kind)
    if isinstance(tree, Literal):
        return _literal(tree)
    if isinstance(tree, Call):
        return _call(tree, scope)
    return _operation(tree, scope)


def _literal(tree: Literal) -> Typed:
    if isinstance(tree.value, bool):
        return Typed(exp.Boolean(this=tree.value), FieldType.BOOLEAN)
    if isinstance(tree.value, Decimal):
        return Typed(_number(tree.value), FieldType.NUMBER)
    return Typed(exp.Literal.string(tree.value), FieldType.TEXT)


def _number(value: Decimal) -> exp.Expr:
    literal = exp.Literal.number(format(abs(value), "f"))
    return exp.Neg(this=literal) if value < 0 else literal


def _operation(tree: Operation, scope: Scope) -> Typed:
    operator = tree.operator
    if operator in ("and", "or", "not"):
        parts = [condition(operand, scope) for operand in tree.operands]
        joined = (
            exp.Not(this=exp.Paren(this=parts[0]))
            if operator == "not"
            else (exp.and_ if operator == "and" else exp.or_)(*parts)
        )
        return Typed(exp.Paren(this=joined) if operator == "or" else joined, FieldType.BOOLEAN)
    if operator == "is_null":
        value = _bracketed(compile_expression(tree.operands[0], scope))
        return Typed(exp.Is(this=value.sql, expression=exp.Null()), FieldType.BOOLEAN)
    operands = [_bracketed(compile_expression(operand, scope)) for operand in tree.operands]
    if operator == "in":
        first, *others = operands
        members = [_fit(other, first, scope) for other in others]
        for member in members:
            if member.family != first.family:
                raise _mismatch(first, member, operator)
        return Typed(exp.In(this=first.sql, expressions=[member.sql for member in members]), FieldType.BOOLEAN)
    left, right = operands
    if operator in COMPARISONS:
        left, right = _fit(left, right, scope), _fit(right, left, scope)
        if left.family != right.family:
            raise _mismatch(left, right, operator)
        return Typed(COMPARISONS[operator](this=left.sql, expression=right.sql), FieldType.BOOLEAN)
    return _arithmetic(operator, left, right)


def _bracketed(value: Typed) -> Typed:
    """A condition that stands inside another operation keeps its own brackets."""
    if isinstance(value.sql, exp.Binary | exp.Not | exp.In | exp.Connector):
        return Typed(exp.Paren(this=value.sql), value.kind)
    return value


def _arithmetic(operator: str, left: Typed, right: Typed) -> Typed:
    """Money times a number stays money, rounded to its four decimals; every division is a double, by zero no data."""
    if left.family == "time" and right.family == SPAN and operator in "+-":
        make = exp.Add if operator == "+" else exp.Sub
        moment = exp.cast(left.sql, "timestamp") if left.kind is FieldType.DATE else left.sql
        return Typed(make(this=moment, expression=right.sql), FieldType.TIMESTAMP)
    if left.family != "number" or right.family != "number":
        raise _mismatch(left, right, operator)
    money = FieldType.MONEY in (left.kind, right.kind)
    if operator == "/":
        divisor = exp.func("NULLIF", right.sql, exp.Literal.number(0))
        return Typed(exp.Div(this=exp.cast(left.sql, "double"), expression=divisor, typed=False), FieldType.NUMBER)
    if money:
        left, right = (
            side if side.kind is FieldType.MONEY else Typed(exp.cast(side.sql, MONEY), FieldType.MONEY)
            for side in (left, right)
        )
    make_number = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[operator]
    result = exp.Paren(this=make_number(this=left.sql, expression=right.sql))
    if money:
        return Typed(exp.cast(result.this, MONEY) if operator == "*" else result, FieldType.MONEY)
    both_whole = left.kind is FieldType.INTEGER and right.kind is FieldType.INTEGER
    return Typed(result, FieldType.INTEGER if both_whole else FieldType.NUMBER)


def _call(tree: Call, scope: Scope) -> Typed:
    if tree.function in ("exists", "count"):
        return _children(tree, scope)
    arguments = [compile_expression(argument, scope) for argument in tree.arguments]
    first = arguments[0]
    if tree.function == "days":
        if not isinstance(tree.arguments[0], Literal) or first.family != "number":
            raise DefinitionError("bad_argument", "days() takes a number, such as days(30).")
        days = Decimal(str(tree.arguments[0].value))
        if abs(days) > MOST_DAYS:
            raise DefinitionError("bad_argument", f"days() takes at most {MOST_DAYS:,}.", found=str(days))
        seconds = int(days * 86400)
        return Typed(exp.Interval(this=exp.Literal.string(str(seconds)), unit=exp.var("SECOND")), SPAN)
    if tree.function in ("days_between", "hours_between"):
        return _between(tree.function, first, arguments[1], scope)
    if tree.function == "coalesce":
        other = _fit(arguments[1], first, scope)
        if other.family != first.family:
            raise _mismatch(first, other, "coalesce")
        return Typed(exp.Coalesce(this=first.sql, expressions=[other.sql]), first.kind)
    if tree.function == "contains":
        if {first.family, arguments[1].family} != {"text"}:
            raise _mismatch(first, arguments[1], "contains")
        found = exp.func("STRPOS", exp.Lower(this=first.sql), exp.Lower(this=arguments[1].sql))
        return Typed(exp.GT(this=found, expression=exp.Literal.number(0)), FieldType.BOOLEAN)
    wanted = "number" if tree.function == "abs" else "text"
    if first.family != wanted:
        raise DefinitionError("bad_argument", f"{tree.function}() takes a {wanted}.", found=tree.function)
    make = exp.Abs if tree.function == "abs" else exp.Lower
    return Typed(make(this=first.sql), first.kind)


def _between(function: str, start: Typed, end: Typed, scope: Scope) -> Typed:
    """Whole days between two dates; else the exact time between, dates meaning the midnight that begins them."""
    if start.family != "time" or end.family != "time":
        raise _mismatch(start, end, function)
    if start.kind is FieldType.DATE and end.kind is FieldType.DATE:
        days = exp.DateDiff(this=end.sql, expression=start.sql, unit=exp.var("DAY"))
        return Typed(
            days if function == "days_between" else exp.Mul(this=days, expression=exp.Literal.number(24)),
            FieldType.INTEGER,
        )
    zone = scope.dataset.time_zone
    start_at, end_at = (
        exp.cast(
            local_time(side.sql, FieldType(side.kind), zone, None)
            if FieldType.DATE in (start.kind, end.kind)
            else side.sql,
            "timestamp",
        )
        for side in (start, end)
    )
    micros = exp.DateDiff(this=end_at, expression=start_at, unit=exp.var("MICROSECOND"))
    per_unit = 86_400_000_000 if function == "days_between" else 3_600_000_000
    return Typed(
        exp.Div(this=exp.cast(micros, "double"), expression=exp.Literal.number(per_unit), typed=False), FieldType.NUMBER
    )


def _children(tree: Call, scope: Scope) -> Typed:
    """Whether (how many) rows of another table belong to this row and satisfy the condition."""
    name = tree.arguments[0]
    if not (isinstance(name, Name) and len(name.parts) == 1):
        raise DefinitionError("bad_argument", f"{tree.function}() needs the name of a table first.")
    child = scope.dataset.tables.get(name.parts[0])
    if child is None:
        raise QueryError(
            "table_not_loaded",
            f"No {name.parts[0]} are loaded.",
            found=name.parts[0],
            near=near_names(name.parts[0], list(scope.dataset.tables)),
        )
    relation = relation_to(scope.dataset, child, scope.table)
    inner = scope.nested(child)
    belongs = exp.EQ(this=column(relation.column, inner.alias), expression=column(relation.key, scope.alias))
    wanted = condition(tree.arguments[1], inner) if len(tree.arguments) > 1 else None
    what = exp.Literal.number(1) if tree.function == "exists" else exp.Count(this=exp.Star())
    rows = inner.select([what], [belongs, *([wanted] if wanted is not None else [])])
    if tree.function == "exists":
        return Typed(exp.Exists(this=rows), FieldType.BOOLEAN)
    return Typed(rows.subquery(), FieldType.INTEGER)


def _fit(value: Typed, other: Typed, scope: Scope) -> Typed:
    """A text literal beside a time becomes that moment, in the workspace's zone; `'true'` is no boolean."""
    if other.family != "time" or not (isinstance(value.sql, exp.Literal) and value.sql.is_string):
        return value
    text = value.sql.this
    try:
        if len(text) <= 10:
            day = date.fromisoformat(text)
            return Typed(utc_bound(day, FieldType(other.kind), scope.dataset.time_zone), other.kind)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DefinitionError(
            "bad_date", f"{text!r} is not a date.", remedy="Write dates like '2024-03-05'.", found=text
        ) from None
    if other.kind is FieldType.DATE:
        return Typed(date_literal(moment.date()), other.kind)
    return Typed(timestamp_literal(as_utc(moment, scope.dataset.time_zone)), other.kind)


def _mismatch(left: Typed, right: Typed, operator: str) -> DefinitionError:
    hint = "Put text in quotes, and numbers without." if "text" in (left.family, right.family) else ""
    return DefinitionError(
        "types_do_not_fit",
        f"{operator} cannot be used between a {left.family} and a {right.family}.",
        remedy=hint,
        found=operator,
    )
