"""A filter or row value in words: `status = 'won'` → Status is won · 状态为赢单."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from kpi.language import Translator, mark
from kpi.model import entities
from kpi.narrate.words import entity_name, field_name, field_of, value_name
from kpi.semantic.expression import Call, Expression, Literal, Name, Operation, parse

_COMPARED = MappingProxyType(
    {
        "=": mark("{left} is {right}"),
        "<>": mark("{left} is not {right}"),
        "<": mark("{left} is under {right}"),
        "<=": mark("{left} is at most {right}"),
        ">": mark("{left} is over {right}"),
        ">=": mark("{left} is at least {right}"),
    }
)
_COMPARED_TIMES = MappingProxyType(
    {
        "=": mark("{left} is {right}"),
        "<>": mark("{left} is not {right}"),
        "<": mark("{left} is before {right}"),
        "<=": mark("{left} is not after {right}"),
        ">": mark("{left} is after {right}"),
        ">=": mark("{left} is not before {right}"),
    }
)
_REACHES = {"-": "−", "*": "×", "/": "÷", "+": "+"}


def describe_filter(text: str, entity: str, t: Translator) -> str:
    """An expression over rows of an entity, in words."""
    return _words(parse(text), entity, t)


def _words(node: Expression, entity: str, t: Translator) -> str:
    if isinstance(node, Name):
        return f"“{field_name(entity, '.'.join(node.parts), t)}”"
    if isinstance(node, Literal):
        return _literal(node.value, t)
    if isinstance(node, Call):
        return _call(node, entity, t)
    return _operation(node, entity, t)


def _operation(node: Operation, entity: str, t: Translator) -> str:
    operator, operands = node.operator, node.operands
    if operator in ("and", "or"):
        joined = t(mark(" and ")) if operator == "and" else t(mark(" or "))
        return joined.join(_grouped(item, entity, t, operator) for item in operands)
    if operator == "not":
        return _negated(operands[0], entity, t)
    if operator == "is_null":
        return t("{field} is empty", field=_words(operands[0], entity, t))
    if operator == "in":
        field, *values = operands
        named = [_value(value, field, entity, t) for value in values]
        return t("{field} is one of {values}", field=_words(field, entity, t), values=t.list(named))
    if operator in _COMPARED:
        return _compared(operator, operands[0], operands[1], entity, t)
    left, right = (_words(item, entity, t) for item in operands)
    return f"{left} {_REACHES.get(operator, operator)} {right}"


def _compared(operator: str, left: Expression, right: Expression, entity: str, t: Translator) -> str:
    if isinstance(right, Literal) and isinstance(right.value, bool) and operator in ("=", "<>"):
        yes = right.value is (operator == "=")
        name = _words(left, entity, t)
        return t("{field} is yes", field=name) if yes else t("{field} is no", field=name)
    templates = _COMPARED_TIMES if _is_time(left, entity) else _COMPARED
    return t(templates[operator], left=_words(left, entity, t), right=_value(right, left, entity, t))


def _negated(inner: Expression, entity: str, t: Translator) -> str:
    if isinstance(inner, Operation) and inner.operator == "is_null":
        return t("{field} is filled in", field=_words(inner.operands[0], entity, t))
    return t("not ({condition})", condition=_words(inner, entity, t))


def _grouped(item: Expression, entity: str, t: Translator, outer: str) -> str:
    """An alternative inside a conjunction stands in brackets."""
    text = _words(item, entity, t)
    inside = isinstance(item, Operation) and item.operator in ("and", "or") and item.operator != outer
    return f"({text})" if inside else text


def _call(node: Call, entity: str, t: Translator) -> str:
    function, arguments = node.function, node.arguments
    if function in ("exists", "count"):
        child = arguments[0].parts[0] if isinstance(arguments[0], Name) else ""
        rows = entity_name(child, t)
        if len(arguments) == 1:
            return t("there are {rows}", rows=rows) if function == "exists" else t("the number of {rows}", rows=rows)
        condition = _words(arguments[1], child, t)
        if function == "exists":
            return t("there are {rows} where {condition}", rows=rows, condition=condition)
        return t("the number of {rows} where {condition}", rows=rows, condition=condition)
    inner = [_words(argument, entity, t) for argument in arguments]
    if function == "days":
        return t("{number} days", number=inner[0])
    if function == "days_between":
        return t("days from {first} to {last}", first=inner[0], last=inner[1])
    if function == "hours_between":
        return t("hours from {first} to {last}", first=inner[0], last=inner[1])
    if function == "coalesce":
        return t("{first} (or {other} where empty)", first=inner[0], other=inner[1])
    if function == "contains":
        return t("{text} contains {part}", text=inner[0], part=inner[1])
    if function == "abs":
        return t("{value} without its sign", value=inner[0])
    return inner[0]


def _value(value: Expression, field: Expression, entity: str, t: Translator) -> str:
    """The right side of a comparison; a category's value by its word."""
    if isinstance(value, Literal) and isinstance(value.value, str) and isinstance(field, Name):
        *through, last = field.parts
        return _quoted(value_name(through[-1] if through else entity, last, value.value, t))
    return _words(value, entity, t)


def _literal(value: str | Decimal | bool, t: Translator) -> str:
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    return _quoted(value) if isinstance(value, str) else t.number(value, 4)


def _quoted(text: str) -> str:
    return f"‘{text}’"


def _is_time(node: Expression, entity: str) -> bool:
    if not isinstance(node, Name):
        return False
    *through, last = node.parts
    field = field_of(through[-1] if through and through[-1] in entities() else entity, last)
    return field is not None and field.type.is_time
