"""What has been chosen in the guided builder so far, and the KPI definition that it means. No widgets here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from kpi.errors import DefinitionError
from kpi.semantic.expression import Expression, Literal, Name, Operation, parse
from kpi.semantic.kpi import Aggregate, Definition, Measure, RowMeasure

MEASURE, RATIO, FORMULA, KEPT = "measure", "ratio", "formula", "kept"
WITHOUT_VALUE = ("is_null", "is_not_null")
OPERATORS = ("=", "<>", "in", "contains", ">=", "<=", ">", "<", *WITHOUT_VALUE)


@dataclass(frozen=True)
class Condition:
    """One row of the filter: a field, an operator, and the values it is held against."""

    field: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """A measure in the making. `extra` is what of a filter the rows of conditions cannot say."""

    entity: str
    aggregate: Aggregate = Aggregate.COUNT
    field: str | None = None
    date: str | None = None
    conditions: tuple[Condition, ...] = ()
    extra: str = ""

    def where(self, numbers: Collection[str] = ()) -> str | None:
        """The filter as an expression; values of the fields in `numbers` are numbers."""
        parts = [condition_text(item, item.field in numbers) for item in self.conditions]
        if self.extra.strip():
            parts.append(f"({self.extra.strip()})" if parts else self.extra.strip())
        return " and ".join(parts) or None

    def body(self, numbers: Collection[str] = ()) -> dict[str, Any]:
        """The measure as plain values."""
        return {
            "kind": "rows",
            "entity": self.entity,
            "aggregate": self.aggregate.value,
            "value": None if self.aggregate is Aggregate.COUNT or not self.field else quoted_field(self.field),
            "where": self.where(numbers),
            "date": self.date,
        }


@dataclass(frozen=True)
class Draft:
    """The definition in the making: one measure, one over another, a formula over KPIs, or a KPI's own as it is."""

    way: str
    numerator: Side | None = None
    denominator: Side | None = None
    formula: str = ""


def can_build(definition: Definition) -> bool:
    """Whether the builder can show a definition without losing anything of it."""
    if definition.times_days or definition.per_day or definition.window_days is not None:
        return False
    return all(_is_plain(measure) for measure in definition.measures)


def draft_of(definition: Definition) -> Draft:
    """The draft that means a definition which `can_build`."""
    if definition.formula is not None:
        return Draft(FORMULA, formula=definition.formula)
    sides = [side_of(measure) for measure in definition.measures if isinstance(measure, RowMeasure)]
    return Draft(RATIO, sides[0], sides[1]) if len(sides) == 2 else Draft(MEASURE, sides[0])


def side_of(measure: RowMeasure) -> Side:
    """The choices that mean a measure; a filter of plain comparisons becomes rows of conditions."""
    conditions: tuple[Condition, ...] = ()
    extra = ""
    if measure.where is not None:
        read = _conditions(parse(measure.where))
        conditions, extra = (read, "") if read is not None else ((), measure.where)
    field = _field(parse(measure.value)) if measure.value else None
    return Side(measure.entity, measure.aggregate, field, measure.date, conditions, extra)


def condition_text(condition: Condition, is_number: bool) -> str:
    """One condition in the language of filters. `DefinitionError` where a value is missing or is no number.

    >>> condition_text(Condition("region", "in", ("East", "O'Hara")), False)
    "region in ('East', 'O''Hara')"
    """
    field, operator = quoted_field(condition.field), condition.operator
    if operator in WITHOUT_VALUE:
        return f"{field} {operator.replace('_', ' ')}"
    if not condition.values:
        raise DefinitionError(
            "condition_without_value",
            f"The condition on {condition.field} needs a value.",
            remedy="Choose a value, or take the condition away.",
            found=condition.field,
        )
    values = [_literal(value, is_number, condition.field) for value in condition.values]
    if operator == "in":
        return f"{field} in ({', '.join(values)})"
    if operator == "contains":
        return f"contains({field}, {_literal(condition.values[0], False, condition.field)})"
    return f"{field} {operator} {values[0]}"


def quoted_field(name: str) -> str:
    """A field as expressions write it; one with blanks or signs in backticks."""
    return ".".join(part if re.fullmatch(r"(?!\d)\w+", part) else f"`{part}`" for part in name.split("."))


def id_from(name: str, taken: Iterable[str]) -> str:
    """A readable id that nobody has yet, made from the English name.

    >>> id_from("Big deals won", {"big_deals_won"})
    'big_deals_won_2'
    """
    known = set(taken)
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50]
    base = plain if re.match(r"[a-z]", plain) and len(plain) > 1 else f"kpi_{plain}".rstrip("_")
    number = 1
    found = base
    while found in known:
        number += 1
        found = f"{base}_{number}"
    return found


def _is_plain(measure: Measure) -> bool:
    if not isinstance(measure, RowMeasure):
        return False
    special = measure.per or measure.first or measure.trailing_days or measure.across_dimensions
    return not special and (measure.value is None or _field(parse(measure.value)) is not None)


def _field(tree: Expression) -> str | None:
    return ".".join(tree.parts) if isinstance(tree, Name) else None


def _conditions(tree: Expression) -> tuple[Condition, ...] | None:
    """The conditions that a filter is the conjunction of; None when it is more than that."""
    if isinstance(tree, Operation) and tree.operator == "and":
        parts = [_conditions(operand) for operand in tree.operands]
        return None if None in parts else tuple(item for part in parts for item in part or ())
    found = _condition(tree)
    return None if found is None else (found,)


def _condition(tree: Expression) -> Condition | None:
    if not isinstance(tree, Operation):
        return None
    if tree.operator == "not" and isinstance(tree.operands[0], Operation):
        inner = _condition(tree.operands[0])
        return Condition(inner.field, "is_not_null") if inner and inner.operator == "is_null" else None
    field = _field(tree.operands[0])
    values = [_text(operand) for operand in tree.operands[1:]]
    if field is None or None in values or tree.operator not in OPERATORS:
        return None
    return Condition(field, tree.operator, tuple(value for value in values if value is not None))


def _text(tree: Expression) -> str | None:
    if not isinstance(tree, Literal):
        return None
    return ("true" if tree.value else "false") if isinstance(tree.value, bool) else str(tree.value)


def _literal(value: str, is_number: bool, field: str) -> str:
    if value in ("true", "false"):
        return value
    if not is_number:
        return "'" + value.replace("'", "''") + "'"
    cleaned = value.replace(",", "").strip()
    if not re.fullmatch(r"-?\d+(\.\d+)?", cleaned):
        raise DefinitionError(
            "not_a_number",
            f"{field} is a number, and {value!r} is none.",
            remedy="Write digits, such as 1000 or 0.5.",
            found=value,
        )
    return cleaned
