"""A KPI → one SELECT: its measures as CTEs, side by side by the answer's keys, then the formula over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from kpi.compile.measure import Compiled, compile_measures, zero_if_none
from kpi.compile.scope import column
from kpi.compile.shape import PERIOD, Shape, grouped
from kpi.errors import DefinitionError
from kpi.semantic.expression import Expression, Literal, Name, Operation, parse
from kpi.semantic.kpi import Definition, Measure

DefinitionOf = Callable[[str], Definition]
MOST_NESTED = 8


@dataclass(frozen=True)
class _Value:
    """A KPI's value over the measures' columns, and its two sides where it has them."""

    value: exp.Expr
    numerator: exp.Expr | None
    denominator: exp.Expr | None


def compile_kpi(
    name: str,
    definition: Definition,
    shape: Shape,
    definition_of: DefinitionOf,
    targets: Mapping[str, Sequence[float | None]],
) -> exp.Select:
    """The query for a KPI: the shape's keys, then `value`, `numerator`, `denominator`; ordered by the keys.

    value is a double where it is a quotient, and what the measure gives (decimal money, a whole count) where it is not.
    Null means no data; a zero denominator is no data. Periods and dimension values without rows are absent.
    """
    measures: dict[str, Measure] = {}
    result = _define("", definition, shape, definition_of, measures, (name,))
    if not measures:
        raise DefinitionError(
            "formula_without_kpi",
            "The formula names no KPI.",
            remedy="Write for example: revenue / customers",
            found=definition.formula,
        )
    compiled = compile_measures(measures, shape, targets)
    keys = shape.key_names()
    ctes, source = _side_by_side(compiled, measures, keys)
    query = exp.select(
        *(column(key) for key in keys),
        exp.alias_(result.value, "value", quoted=True),
        exp.alias_(result.numerator or exp.Null(), "numerator", quoted=True),
        exp.alias_(result.denominator or exp.Null(), "denominator", quoted=True),
    ).from_(exp.Table(this=column(source).this))
    for cte, select in ctes:
        query = query.with_(column(cte).this, as_=select)
    return query.order_by(*(exp.Ordered(this=column(key), nulls_first=False) for key in keys)) if keys else query


def _define(
    prefix: str,
    definition: Definition,
    shape: Shape,
    definition_of: DefinitionOf,
    measures: dict[str, Measure],
    within: tuple[str, ...],
) -> _Value:
    """Register the measures that a definition needs, and say how its value follows from them."""
    if definition.formula is not None:
        return _formula(definition.formula, shape, definition_of, measures, within)
    numerator_name, denominator_name = f"{prefix}numerator", f"{prefix}denominator"
    assert definition.numerator is not None
    measures[numerator_name] = definition.numerator
    numerator = column(numerator_name)
    if definition.denominator is None and definition.per_day:
        return _Value(_divide(numerator, _days(shape)), numerator.copy(), _days(shape))
    if definition.denominator is None:
        return _Value(numerator, None, None)
    measures[denominator_name] = definition.denominator
    denominator = column(denominator_name)
    value = _divide(numerator, denominator)
    if definition.times_days:
        value = exp.Mul(this=value, expression=_days(shape))
    return _Value(value, numerator, denominator)


def _formula(
    text: str,
    shape: Shape,
    definition_of: DefinitionOf,
    measures: dict[str, Measure],
    within: tuple[str, ...],
) -> _Value:
    """Arithmetic over KPIs; the two sides of a quotient are its numerator and denominator."""

    def build(tree: Expression) -> exp.Expr:
        if isinstance(tree, Literal) and isinstance(tree.value, Decimal):
            return exp.Literal.number(format(tree.value, "f"))
        if isinstance(tree, Name) and len(tree.parts) == 1:
            name = tree.parts[0]
            if name in within or len(within) > MOST_NESTED:
                raise DefinitionError(
                    "circular_formula", f"The formula of {within[0]!r} leads back to {name!r}.", found=text
                )
            return _define(f"{name}_", definition_of(name), shape, definition_of, measures, (*within, name)).value
        if isinstance(tree, Operation) and tree.operator in "+-*/":
            left, right = (build(operand) for operand in tree.operands)
            if tree.operator == "/":
                return _divide(left, right)
            make = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[tree.operator]
            return exp.Paren(this=make(this=left, expression=right))
        raise DefinitionError(
            "bad_formula",
            "A formula has KPI ids, numbers and + - * / only.",
            remedy="Write for example: revenue / customers",
            found=text,
        )

    tree = parse(text)
    if isinstance(tree, Operation) and tree.operator == "/":
        left, right = (build(operand) for operand in tree.operands)
        return _Value(_divide(left, right), left.copy(), right.copy())
    return _Value(build(tree), None, None)


def _divide(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    divisor = exp.func("NULLIF", right.copy(), exp.Literal.number(0))
    return exp.Div(this=exp.cast(left.copy(), "double"), expression=divisor, typed=False)


def _days(shape: Shape) -> exp.Expr:
    """How many days of each period have passed, as a number beside the period."""
    slots = shape.slots
    if shape.grain is None:
        return exp.Literal.number(slots[0].days.days)
    chosen = exp.Case()
    for slot in slots:
        day = exp.cast(exp.Literal.string(slot.start.isoformat()), "date")
        is_slot = exp.EQ(this=column(PERIOD), expression=day)
        chosen = chosen.when(is_slot, exp.Literal.number(slot.days.days))
    return chosen


def _side_by_side(
    compiled: Compiled, measures: Mapping[str, Measure], keys: list[str]
) -> tuple[list[tuple[str, exp.Select]], str]:
    """All measures' columns in one CTE. Missing counts and sums become 0, so that no data is told from none."""
    ctes = list(compiled.ctes)
    if len(compiled.blocks) == 1 and not keys:
        return ctes, compiled.blocks[0].name
    within = [block for block in compiled.blocks if not block.across]
    across = [block for block in compiled.blocks if block.across]
    if len(within) == 1 and not across:
        return ctes, within[0].name
    if not within:
        within, across = across, []
        keys = [key for key in keys if key == PERIOD]
    names = [name for block in within for name in block.columns]
    stacked = [
        exp.select(
            *(column(key) for key in keys),
            *(exp.alias_(column(name) if name in block.columns else exp.Null(), name, quoted=True) for name in names),
        ).from_(exp.Table(this=column(block.name).this))
        for block in within
    ]
    union: exp.Expr = stacked[0]
    for other in stacked[1:]:
        union = exp.Union(this=union, expression=other, distinct=False)
    together = grouped(
        exp.select(*(column(key) for key in keys), *(_merged(name, measures[name]) for name in names)).from_(
            exp.Subquery(this=union, alias=exp.TableAlias(this=column("stacked").this))
        ),
        keys,
    )
    ctes.append(("together", together))
    if not across:
        return ctes, "together"
    query = exp.select(exp.Column(this=exp.Star(), table=column("together").this))
    query = query.from_(exp.Table(this=column("together").this))
    for block in across:
        same = exp.EQ(this=column(PERIOD, "together"), expression=column(PERIOD, block.name))
        query = query.select(*(column(name, block.name) for name in block.columns)).join(
            exp.Table(this=column(block.name).this), on=same if PERIOD in keys else exp.true(), join_type="left"
        )
    ctes.append(("with_whole", query))
    return ctes, "with_whole"


def _merged(name: str, measure: Measure) -> exp.Expr:
    value: exp.Expr = exp.Max(this=column(name))
    if zero_if_none(measure):
        value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
    return exp.alias_(value, name, quoted=True)
