"""How is a cell's text read as a number?

Read are decimal points and commas, thousands in the ways they are parted, signs and codes of currencies before or
after, minus signs on either side, accounting brackets, per cent, Chinese and letter units (3.2万, 1.5k, 2 Mio.) and
full-width digits.
"""

from __future__ import annotations

from sqlglot import exp

from kpi.ingest.currencies import SIGNS, any_of, flat
from kpi.ingest.trees import fill, lazily, numbers, words
from kpi.model import FieldType

UNITS = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "十亿": 1e9,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "亿": 1e8,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
    "BILLION": 1e9,
    "MRD.": 1e9,
    "MRD": 1e9,
    "BN": 1e9,
    "B": 1e9,
    "MILLION": 1e6,
    "MIO.": 1e6,
    "MIO": 1e6,
    "MLN": 1e6,
    "MN": 1e6,
    "MM": 1e6,
    "M": 1e6,
    "THOUSAND": 1e3,
    "TSD.": 1e3,
    "TSD": 1e3,
    "K": 1e3,
    "%": 1e-2,
    "‰": 1e-3,
}

_UNITS = any_of(UNITS)
LETTERS = r"\d\s*(?:K|M|MM|B)$"  # 12M is twelve million, or twelve months
_BEFORE = rf"(?:[-+]?\s*{SIGNS}?|{SIGNS}\s*[-+])\s*"
_AFTER = rf"\s*{_UNITS}?\s*(?:{SIGNS}\s*){{0,2}}"
_WITH_POINT = (
    r"(?:(?:\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:'\d{3})+)(?:\.\d*)?"
    r"|\d{1,3}(?: \d{3})+\.\d+|\.\d+)"
)
_WITH_COMMA = r"(?:(?:\d+|\d{1,3}(?:[. ']\d{3})+)(?:,\d*)?|,\d+)"


def _amount(digits: str) -> str:
    """The pattern of an amount: a minus on one side at most, or brackets around all of it or around the number."""
    inner = rf"{digits}(?:E[-+]?\d+)?{_AFTER}"
    return (
        rf"{_BEFORE}{inner}|{SIGNS}?\s*{inner}\s*-|\(\s*{SIGNS}?\s*{inner}\s*\)"
        rf"|{SIGNS}\s*\(\s*{inner}\s*\)|\(\s*{SIGNS}?\s*{digits}\s*\)\s*(?:{_UNITS}|{SIGNS})"
    )


_DOT, _COMMA = _amount(_WITH_POINT), _amount(_WITH_COMMA)


def number(reading: str, kind: FieldType, cell: exp.Expr, plain: bool = False, strict: bool = False) -> exp.Expr:
    """A number. Money is exact: no detour over floating point unless a unit such as 万 asks for it.

    Where the values are `plain`, the engine's own cast comes first and the rest is worked out only where that fails.
    A `strict` whole number is not written like a code: 0071 and a number of sixteen digits do not fit.
    """
    cast = _cast(reading, kind, cell)
    over = exp.column("x") if plain else cell
    rest = _decorated(reading, kind, over)
    if strict and kind is FieldType.INTEGER:
        rest = fill("CASE WHEN NOT :c THEN :r END", c=like_a_code(over), r=rest)
    return exp.Coalesce(this=cast, expressions=[lazily(cell, rest) if plain else rest])


def _cast(reading: str, kind: FieldType, cell: exp.Expr) -> exp.Expr:
    """The engine's own reading of a bare number. It would also take 1_000 and, as whole numbers, 12.7, 0x1F and 007."""
    if kind is FieldType.INTEGER:
        return fill("CASE WHEN CAST(TRY_CAST(:v AS BIGINT) AS VARCHAR) = :v THEN TRY_CAST(:v AS BIGINT) END", v=cell)
    if reading == "comma":
        cell = fill("CASE WHEN NOT CONTAINS(:v, '.') THEN REPLACE(:v, ',', '.') END", v=cell)
    cast = "TRY_CAST(:v AS DECIMAL(18, 4))" if kind is FieldType.MONEY else "TRY_CAST(:v AS DOUBLE)"
    bare = fill(f"CASE WHEN NOT CONTAINS(:v, '_') THEN {cast} END", v=cell)
    return bare if kind is FieldType.MONEY else fill("CASE WHEN ISFINITE(:d) THEN :d END", d=bare)


def like_a_code(cell: exp.Expr) -> exp.Expr:
    """Whether digits name something instead of counting it: zeros in front, a country's prefix, sixteen digits or more.

    >>> like_a_code(exp.column("v")).sql(dialect="duckdb").startswith("REGEXP_FULL_MATCH(v")
    True
    """
    return fill(r"REGEXP_FULL_MATCH(:v, '\s*(0\d+|\+\d{7,}|\d{16,})\s*')", v=cell)


def _decorated(reading: str, kind: FieldType, cell: exp.Expr) -> exp.Expr:
    """A number with anything around it that people write: separators, signs, units, brackets, full-width digits."""
    text = flat(cell)
    if reading == "comma":
        digits = fill("REPLACE(REGEXP_REPLACE(:f, '[^0-9,]', '', 'g'), ',', '.')", f=text)
    else:
        found = fill("REGEXP_EXTRACT(:f, '[0-9.][0-9.,'' ]*(E[-+]?[0-9]+)?')", f=text)
        digits = fill("REGEXP_REPLACE(:d, '[, '']', '', 'g')", d=found)
    bare = fill("REGEXP_REPLACE(:f, :signs, '', 'g')", f=text, signs=exp.Literal.string(SIGNS))
    unit = fill(
        "COALESCE(LIST_EXTRACT(:factors, LIST_POSITION(:units, REGEXP_EXTRACT(:b, :p))), 1)",
        b=bare,
        p=exp.Literal.string(_UNITS),
        units=words(list(UNITS)),
        factors=numbers(list(UNITS.values())),
    )
    sign = fill("CASE WHEN CONTAINS(REPLACE(:f, 'E-', ''), '-') OR CONTAINS(:f, '(') THEN -1 ELSE 1 END", f=text)
    result = {
        FieldType.INTEGER: "CASE WHEN :n = ROUND(:n) AND ABS(:n) < 9e15 THEN CAST(:n AS BIGINT) END",
        FieldType.MONEY: """CASE WHEN :u <> 1 THEN TRY_CAST(:n AS DECIMAL(18, 4))
                                 WHEN :s < 0 THEN -TRY_CAST(:d AS DECIMAL(18, 4))
                                 ELSE TRY_CAST(:d AS DECIMAL(18, 4)) END""",
    }.get(kind, "CASE WHEN ISFINITE(:n) THEN :n END")
    amount = fill("TRY_CAST(:d AS DOUBLE) * :u * :s", d=digits, u=unit, s=sign)
    read = fill(result, n=amount, u=unit, s=sign, d=digits)
    pattern = exp.Literal.string(_COMMA if reading == "comma" else _DOT)
    return fill("CASE WHEN REGEXP_FULL_MATCH(:f, :p) THEN :r END", f=text, p=pattern, r=read)
