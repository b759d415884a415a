"""The small language of filters and row values: text → a frozen tree. Nothing here is, or becomes, SQL text.

    status = 'won' and amount > 1000
    region in ('East', '华东') or owner is null
    paid_at <= trial_started_at + days(30)
    exists(activities, kind = 'visit' and finished = true)

A name is a field of the row's own entity, or `entity.field` reached by a declared many-to-one join. A name with blanks
or signs stands in backticks. Text stands in single or double quotes, doubled inside to escape. Whatever is not in
`FUNCTIONS` does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from kpi.errors import DefinitionError, Where, near_names

GRAMMAR = r"""
    ?start: condition
    ?condition: conjunction ("or"i conjunction)*        -> any_of
    ?conjunction: negation ("and"i negation)*           -> all_of
    ?negation: "not"i negation                          -> negate
             | comparison
    ?comparison: value OPERATOR value                   -> compare
               | value "in"i "(" literals ")"           -> member
               | value "not"i "in"i "(" literals ")"    -> not_member
               | value "is"i "null"i                    -> is_null
               | value "is"i "not"i "null"i             -> is_not_null
               | value
    ?value: term (SIGN term)*                           -> chain
    ?term: factor (FACTOR_SIGN factor)*                 -> chain
    ?factor: "-" factor                                 -> minus
           | "(" condition ")"
           | literal
           | call
           | path                                       -> name
    call: WORD "(" [condition ("," condition)*] ")"
    path: (WORD | QUOTED) ("." (WORD | QUOTED))*
    literals: listed ("," listed)*
    ?listed: literal
           | "-" NUMBER                                 -> negative
    ?literal: NUMBER                                    -> number
            | TEXT                                      -> text
            | "true"i                                   -> true
            | "false"i                                  -> false
    OPERATOR: "<=" | ">=" | "<>" | "!=" | "=" | "<" | ">"
    SIGN: "+" | "-"
    FACTOR_SIGN: "*" | "/"
    NUMBER: /\d+(\.\d+)?/
    TEXT: /'(?:[^']|'')*'/ | /"(?:[^"]|"")*"/
    QUOTED: /`[^`]+`/
    WORD: /(?!\d)(?!(?:and|or|not|in|is|null|true|false)\b)\w+/i
    %ignore /\s+/
"""

MOST_CHARACTERS = 4000
MOST_DEPTH = 100
MOST_DIGITS = 15  # more cannot be told apart by a double, nor held by money
FUNCTIONS = {
    "days": (1, 1),  # a span of that many times 24 hours, to add to or take from a time
    "days_between": (2, 2),  # days from the first time to the second, with fractions
    "hours_between": (2, 2),
    "coalesce": (2, 2),
    "contains": (2, 2),  # text in text, letter case ignored
    "abs": (1, 1),
    "lower": (1, 1),
    "exists": (1, 2),  # an entity whose rows reference this row, and a condition on them
    "count": (1, 2),  # how many such rows
}


@dataclass(frozen=True)
class Name:
    """A field; more than one part when it is reached through joins."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """A value typed by the user."""

    value: str | Decimal | bool


@dataclass(frozen=True)
class Operation:
    """`and or not = <> < <= > >= + - * / in is_null`, over expressions."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Call:
    """One of `FUNCTIONS`."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Name | Literal | Operation | Call


class _Build(Transformer[Token, Expression]):
    """Parse tree → expression tree."""

    def any_of(self, items: list[Any]) -> Expression:
        return items[0] if len(items) == 1 else Operation("or", tuple(items))

    def all_of(self, items: list[Any]) -> Expression:
        return items[0] if len(items) == 1 else Operation("and", tuple(items))

    def negate(self, items: list[Any]) -> Expression:
        return Operation("not", tuple(items))

    def compare(self, items: list[Any]) -> Expression:
        left, operator, right = items
        return Operation("<>" if operator == "!=" else str(operator), (left, right))

    def member(self, items: list[Any]) -> Expression:
        return Operation("in", (items[0], *items[1]))

    def not_member(self, items: list[Any]) -> Expression:
        return Operation("not", (self.member(items),))

    def literals(self, items: list[Any]) -> list[Any]:
        return items

    def is_null(self, items: list[Any]) -> Expression:
        return Operation("is_null", tuple(items))

    def is_not_null(self, items: list[Any]) -> Expression:
        return Operation("not", (Operation("is_null", tuple(items)),))

    def chain(self, items: list[Any]) -> Expression:
        result: Expression = items[0]
        for sign, right in zip(items[1::2], items[2::2], strict=True):
            result = Operation(str(sign), (result, right))
        return result

    def minus(self, items: list[Any]) -> Expression:
        return Operation("-", (Literal(Decimal(0)), items[0]))

    def number(self, items: list[Any]) -> Expression:
        digits = str(items[0])
        if len(digits.replace(".", "")) > MOST_DIGITS:
            raise DefinitionError(
                "number_too_long", f"A number may have {MOST_DIGITS} digits, not more.", found=digits[:40]
            )
        return Literal(Decimal(digits))

    def negative(self, items: list[Any]) -> Expression:
        found = self.number(items)
        assert isinstance(found, Literal)
        assert isinstance(found.value, Decimal)
        return Literal(-found.value)

    def text(self, items: list[Any]) -> Expression:
        raw = str(items[0])
        return Literal(raw[1:-1].replace(raw[0] * 2, raw[0]))

    def true(self, items: list[Any]) -> Expression:
        return Literal(True)

    def false(self, items: list[Any]) -> Expression:
        return Literal(False)

    def path(self, items: list[Any]) -> tuple[str, ...]:
        return tuple(str(item)[1:-1] if item.type == "QUOTED" else str(item) for item in items)

    def name(self, items: list[Any]) -> Expression:
        return Name(items[0])

    def call(self, items: list[Any]) -> Expression:
        function = str(items[0]).lower()
        arguments = tuple(item for item in items[1:] if item is not None)
        if function not in FUNCTIONS:
            raise DefinitionError(
                "unknown_function",
                f"There is no function {function!r}.",
                remedy=f"Use one of: {', '.join(FUNCTIONS)}.",
                found=function,
                near=near_names(function, list(FUNCTIONS)),
            )
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            takes = str(least) if least == most else f"{least} to {most}"
            raise DefinitionError(
                "wrong_argument_count",
                f"{function}() takes {takes} arguments, not {len(arguments)}.",
                found=function,
            )
        return Call(function, arguments)


_PARSER = Lark(GRAMMAR, parser="lalr")


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of an expression. `DefinitionError` names the position of what cannot be read.

    >>> parse("status = 'won'")
    Operation(operator='=', operands=(Name(parts=('status',)), Literal(value='won')))
    """
    if len(text) > MOST_CHARACTERS:
        raise DefinitionError("expression_too_long", f"The expression is longer than {MOST_CHARACTERS} characters.")
    try:
        tree: Expression = _Build().transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        column = max(getattr(error, "column", 1), 1)
        position = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        found = text[position : position + 12] or "it ends too soon"
        raise DefinitionError(
            "bad_expression",
            f"The expression cannot be read at character {position + 1}: {found!r}.",
            remedy="Write for example: status = 'won' and amount > 1000. Text stands in quotes.",
            where=Where(row=1, column=str(column)),
            found=text,
        ) from None
    except VisitError as error:
        if isinstance(error.orig_exc, DefinitionError):
            raise error.orig_exc from None
        raise
    except RecursionError:
        raise _too_deep() from None
    if _depth(tree) > MOST_DEPTH:
        raise _too_deep()
    return tree


def _too_deep() -> DefinitionError:
    return DefinitionError("expression_too_deep", "The expression is nested too deeply.")


def _depth(tree: Expression) -> int:
    """How many operations stand inside each other; walked without recursion, since that is what is to be bounded."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = node.operands if isinstance(node, Operation) else node.arguments if isinstance(node, Call) else ()
        waiting += [(item, depth + 1) for item in inner]
    return deepest


def names_in(expression: Expression) -> tuple[tuple[str, ...], ...]:
    """Every field the expression reads of its own row, in order, once each; fields inside `exists` are not its own."""
    found: dict[tuple[str, ...], None] = {}

    def walk(node: Expression) -> None:
        if isinstance(node, Name):
            found[node.parts] = None
        elif isinstance(node, Operation):
            for operand in node.operands:
                walk(operand)
        elif isinstance(node, Call) and node.function not in ("exists", "count"):
            for argument in node.arguments:
                walk(argument)

    walk(expression)
    return tuple(found)


def children_in(expression: Expression) -> tuple[tuple[str, Expression | None], ...]:
    """Every `(entity, condition)` that an `exists` or `count` inside the expression asks for."""
    found: list[tuple[str, Expression | None]] = []

    def walk(node: Expression) -> None:
        if isinstance(node, Operation):
            for operand in node.operands:
                walk(operand)
        elif isinstance(node, Call):
            if node.function in ("exists", "count"):
                child = node.arguments[0]
                if not (isinstance(child, Name) and len(child.parts) == 1):
                    raise DefinitionError("bad_expression", f"{node.function}() needs the name of an entity first.")
                found.append((child.parts[0], node.arguments[1] if len(node.arguments) > 1 else None))
            else:
                for argument in node.arguments:
                    walk(argument)

    walk(expression)
    return tuple(found)
