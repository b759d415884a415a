"""How is a cell's text turned into a value? One SQL expression per way of writing, used to judge and to read.

A *reading* is one of

    text       as it stands, blanks at its ends removed
    plain_id   text, where `17850.0` means 17850
    dot        numbers with a decimal point: 1234.5, 1,234.50, ￥1,234, (12.5), 12%, 3.2万
    comma      numbers with a decimal comma: 1234,5, 1.234,50 €
    words      yes and no, in many words
    ymd        days that can be read in one way only: 2024-01-31, 2024/1/31, 20240131, 31 Jan 2024, 2024年1月31日
    dmy, mdy   days before months, months before days; what `ymd` reads is read as well
    yymd       years of two digits first, 24/01/31; what `ymd` reads is read as well
    serial     spreadsheet day numbers

Expressions give null for what does not fit. Times without a zone are taken to be in the workspace's own.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from kpi.model import FieldType

NULL_WORDS = ("", "NULL", "null", "\\N", "#N/A", "N/A", "n/a", "nan", "NaN", "NAN", "<NA>", "#NULL!")  # in any column
EMPTY_WORDS = (
    "-",
    "－",
    "--",
    "—",
    "——",
    "/",
    "无",
    "暂无",
    "空",
    "none",
    "na",
    "nil",
    "null",
    "n.a.",
    "?",
)  # of values

YES = ("true", "t", "yes", "y", "1", "1.0", "on", "是", "√", "对", "有", "真", "已", "✓", "✔")
NO = ("false", "f", "no", "n", "0", "0.0", "off", "否", "×", "错", "无", "没有", "假", "未", "✗", "✘")

_SIGNS = r"(?:US\$|HK\$|A\$|C\$|[¥￥$€£₩₹]|CNY|RMB|USD|EUR|GBP|HKD|JPY|元)"
_BEFORE = rf"\(?[-+−]?\s*{_SIGNS}?\s*[-+−]?"
_AFTER = rf"\s*(?:%|‰|万|亿|千|百万|千万|K|M|BN)?\s*{_SIGNS}?\)?-?"
_DOT = rf"{_BEFORE}(?:(?:\d+|\d{{1,3}}(?:,\d{{3}})+)(?:\.\d*)?|\.\d+)(?:E[-+]?\d+)?{_AFTER}"
_COMMA = rf"{_BEFORE}(?:\d+|\d{{1,3}}(?:[. '\x{{a0}}\x{{202f}}]\d{{3}})+)(?:,\d*)?{_AFTER}"

# What may be a day at all; spares other values some thirty formats.
_DAY = (
    r"^\s*(\d{1,4}\s*[-/年月 ]|\d{1,4}\.\s?\d{1,2}\.|\d{8}|\d{1,2}[-. ]?[A-Za-z]{3}"
    r"|[A-Za-z]{3,9}[ .,]*\d|[A-Z][a-z]{2} [A-Z][a-z]{2} )"
)
_LOCAL = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?\s*"
_ZONED = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}.*(Z|UTC|[+-]\d{2}(:?\d{2})?)\s*"

_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
_DAYS = ("%Y/%m/%d", "%Y%m%d", "%d/%b/%y", "%d/%b/%Y", "%d/%B/%Y", "%b/%d/%Y", "%B/%d/%Y", "%Y/%b/%d")
_ONE_WAY = (*(day + clock for day in _DAYS for clock in _CLOCKS), "%Y%m%d%H%M%S", "%a %b %d %H:%M:%S %Y")


_ORDERED = {"dmy": ("%d/%m/%y", "%d/%m/%Y"), "mdy": ("%m/%d/%y", "%m/%d/%Y"), "yymd": ("%y/%m/%d",)}


@lru_cache(maxsize=64)
def _template(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def fill(sql: str, **parts: exp.Expr) -> exp.Expr:
    """A constant piece of SQL with its `:name` placeholders replaced by trees."""
    return exp.replace_placeholders(_template(sql), **{name: part.copy() for name, part in parts.items()})


def words(values: tuple[str, ...] | list[str]) -> exp.Expr:
    """A list of strings as an array literal."""
    return exp.Array(expressions=[exp.Literal.string(value) for value in values])


def value(
    reading: str, kind: FieldType, cell: exp.Expr, zone: str, date_only: bool = False, plain: bool = False
) -> exp.Expr:
    """The value of a cell for a field of this type; null where the cell does not fit."""
    return exp.replace_placeholders(_value(reading, kind, zone, date_only, plain), cell=cell)


@lru_cache(maxsize=256)
def _value(reading: str, kind: FieldType, zone: str, date_only: bool, plain: bool) -> exp.Expr:
    """The expression over the placeholder `cell`: a file of many columns needs few different ones."""
    cell = exp.Placeholder(this="cell")
    if kind in (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY):
        return text(cell, reading == "plain_id")
    if kind is FieldType.BOOLEAN:
        return boolean(cell)
    if kind is FieldType.DATE and not date_only:
        return exp.cast(_local(reading, cell, zone), "DATE")
    if kind.is_time and date_only:
        return fill("CASE WHEN :t = DATE_TRUNC('day', :t) THEN CAST(:t AS DATE) END", t=_local(reading, cell, zone))
    if kind.is_time:
        return _utc(reading, cell, zone)
    return number("comma" if reading == "comma" else "dot", kind, cell, plain)


def text(cell: exp.Expr, plain_id: bool = False) -> exp.Expr:
    """Text without blanks around it; null when nothing is left."""
    trimmed = fill("NULLIF(NULLIF(TRIM(:v), ''), '#N/A')", v=cell)
    return fill(r"REGEXP_REPLACE(:v, '^(-?\d+)\.0+$', '\1')", v=trimmed) if plain_id else trimmed


def boolean(cell: exp.Expr) -> exp.Expr:
    """Yes or no in many words."""
    return fill(
        """CASE WHEN LIST_CONTAINS(:yes, LOWER(TRIM(:v))) THEN TRUE
                WHEN LIST_CONTAINS(:no, LOWER(TRIM(:v))) THEN FALSE END""",
        v=cell,
        yes=words(YES),
        no=words(NO),
    )


def number(reading: str, kind: FieldType, cell: exp.Expr, plain: bool = False) -> exp.Expr:
    """A number. Money is exact: no detour over floating point unless a unit such as 万 asks for it.

    Where the values are `plain`, the engine's own cast comes first and the rest is hidden in a lambda: the engine would
    otherwise work out the parts that recur in it for every row.
    """
    if reading == "comma":
        return _decorated(reading, kind, cell)
    if kind is FieldType.INTEGER:
        cast = fill("CASE WHEN NOT CONTAINS(:v, '.') THEN TRY_CAST(:v AS BIGINT) END", v=cell)
    elif kind is FieldType.MONEY:
        cast = fill("TRY_CAST(:v AS DECIMAL(18, 4))", v=cell)
    else:
        cast = fill("CASE WHEN ISFINITE(:d) THEN :d END", d=fill("TRY_CAST(:v AS DOUBLE)", v=cell))
    rest = lazily(cell, _decorated(reading, kind, exp.column("x"))) if plain else _decorated(reading, kind, cell)
    return exp.Coalesce(this=cast, expressions=[rest])


def lazily(cell: exp.Expr, tree: exp.Expr) -> exp.Expr:
    """An expression over `x`, the cell, worked out only for the rows that reach it: slow for them, free for others."""
    mapped = exp.Anonymous(
        this="LIST_TRANSFORM",
        expressions=[exp.Array(expressions=[cell.copy()]), exp.Lambda(this=tree, expressions=[exp.to_identifier("x")])],
    )
    return exp.Anonymous(this="LIST_EXTRACT", expressions=[mapped, exp.Literal.number(1)])


def _decorated(reading: str, kind: FieldType, cell: exp.Expr) -> exp.Expr:
    """A number with anything around it that people write: separators, signs, units, brackets, full-width digits."""
    flat = fill("UPPER(TRIM(TRANSLATE(:v, '０１２３４５６７８９．，％（）－＋＄', '0123456789.,%()-+$')))", v=cell)

    if reading == "comma":
        digits = fill("REPLACE(REGEXP_REPLACE(:f, '[^0-9,]', '', 'g'), ',', '.')", f=flat)
    else:
        digits = fill("REPLACE(REGEXP_EXTRACT(:f, '[0-9.][0-9.,]*(E[-+]?[0-9]+)?'), ',', '')", f=flat)
    bare = fill("REGEXP_REPLACE(:f, :signs, '')", f=flat, signs=exp.Literal.string(_SIGNS))
    unit = fill(
        """CASE WHEN CONTAINS(:b, '千万') THEN 1e7 WHEN CONTAINS(:b, '百万') THEN 1e6 WHEN CONTAINS(:b, '亿') THEN 1e8
                WHEN CONTAINS(:b, '万') THEN 1e4 WHEN CONTAINS(:b, '千') THEN 1e3 WHEN CONTAINS(:b, '%') THEN 1e-2
                WHEN CONTAINS(:b, '‰') THEN 1e-3 WHEN CONTAINS(:b, 'BN') THEN 1e9 WHEN CONTAINS(:b, 'M') THEN 1e6
                WHEN CONTAINS(:b, 'K') THEN 1e3 ELSE 1 END""",
        b=bare,
    )
    sign = fill(
        "CASE WHEN CONTAINS(REPLACE(:f, 'E-', ''), '-') OR CONTAINS(:f, '−') OR CONTAINS(:f, '(') THEN -1 ELSE 1 END",
        f=flat,
    )
    result = {
        FieldType.INTEGER: "CASE WHEN :n = ROUND(:n) AND ABS(:n) < 9e15 THEN CAST(:n AS BIGINT) END",
        FieldType.MONEY: """CASE WHEN :u <> 1 THEN TRY_CAST(:n AS DECIMAL(18, 4))
                                 WHEN :s < 0 THEN -TRY_CAST(:d AS DECIMAL(18, 4))
                                 ELSE TRY_CAST(:d AS DECIMAL(18, 4)) END""",
    }.get(kind, "CASE WHEN ISFINITE(:n) THEN :n END")
    amount = fill("TRY_CAST(:d AS DOUBLE) * :u * :s", d=digits, u=unit, s=sign)
    read = fill(result, n=amount, u=unit, s=sign, d=digits)
    pattern = exp.Literal.string(_COMMA if reading == "comma" else _DOT)
    return fill(
        "CASE WHEN REGEXP_FULL_MATCH(:f, :p) AND REGEXP_MATCHES(:f, '[0-9]') THEN :r END", f=flat, p=pattern, r=read
    )


def _one_way(cell: exp.Expr, zoned: exp.Expr) -> exp.Expr:
    """Local time of a cell that can be read in one way; `zoned` reads those that state their zone.

    Without a digit nothing is a day: the engine would take words such as `infinity` and `epoch` for moments.
    """
    flat = fill(
        r"""REGEXP_REPLACE(RTRIM(REGEXP_REPLACE(TRIM(:v), '[年月.,\s-]+|日\s*', '/', 'g'), '/'),
            '/(\d{1,2})[:时点](\d{1,2})分?', ' \1:\2')""",
        v=fill(r"REGEXP_REPLACE(:v, '秒|[TZ]$', '')", v=cell),
    )
    return fill(
        r"""CASE WHEN SUBSTRING(:v, 5, 1) IN ('-', '/')
                      AND (LENGTH(:v) <= 10 OR (LENGTH(:v) = 19 AND SUBSTRING(:v, 17, 1) = ':'))
                 THEN TRY_CAST(:v AS TIMESTAMP)
                 WHEN REGEXP_FULL_MATCH(:v, :local)
                 THEN TRY_CAST(REPLACE(TRIM(:v), ',', '.') AS TIMESTAMP)
                 WHEN REGEXP_FULL_MATCH(:v, :stated)
                 THEN :zoned
                 WHEN REGEXP_MATCHES(:v, '[0-9]')
                 THEN TRY_STRPTIME(:flat, :formats) END""",
        v=cell,
        local=exp.Literal.string(_LOCAL),
        stated=exp.Literal.string(_ZONED),
        zoned=zoned,
        flat=flat,
        formats=words(_ONE_WAY),
    )


def _naive(reading: str, cell: exp.Expr, zoned: exp.Expr) -> exp.Expr:
    if reading == "serial":
        day = fill("TRY_CAST(:v AS DOUBLE)", v=cell)
        return fill(
            """CASE WHEN :d BETWEEN 1 AND 2958465 THEN
                    TIMESTAMP '1899-12-30 00:00:00' + TO_MILLISECONDS(CAST(ROUND(:d * 86400) * 1000 AS BIGINT)) END""",
            d=day,
        )
    one_way = _one_way(cell, zoned)
    return exp.Coalesce(this=_ordered(reading, cell), expressions=[one_way]) if reading in _ORDERED else one_way


def _ordered(reading: str, cell: exp.Expr) -> exp.Expr:
    """The local time of a cell whose day and month are told apart by their order alone."""
    flat = fill(r"REGEXP_REPLACE(TRIM(:v), '^(\d{1,2})[-.](\d{1,2})[-.]', '\1/\2/')", v=cell)
    formats = words([day + clock for clock in _CLOCKS for day in _ORDERED[reading]])
    start = exp.Literal.string(r"^\s*\d{2}[-/.]\d{1,2}[-/.]\d{2}(\D|$)" if reading == "yymd" else r"^\s*\d")
    return fill(
        "CASE WHEN REGEXP_MATCHES(:v, :start) THEN TRY_STRPTIME(:f, :formats) END",
        v=cell,
        start=start,
        f=flat,
        formats=formats,
    )


def _local(reading: str, cell: exp.Expr, zone: str) -> exp.Expr:
    """The moment a cell names, in the workspace's own time."""
    zoned = fill(
        "TRY_CAST(REPLACE(TRIM(:v), 'UTC', 'Z') AS TIMESTAMPTZ) AT TIME ZONE :z", v=cell, z=exp.Literal.string(zone)
    )
    return _sane(_naive(reading, cell, zoned))


def _utc(reading: str, cell: exp.Expr, zone: str) -> exp.Expr:
    """The moment a cell names, in UTC."""
    local = _local(reading, cell, zone)
    if zone == "UTC":
        return local
    return fill("(:t AT TIME ZONE :z) AT TIME ZONE 'UTC'", t=local, z=exp.Literal.string(zone))


def _sane(moment: exp.Expr) -> exp.Expr:
    """Years of one to three digits come from misread text."""
    return fill("CASE WHEN :t >= TIMESTAMP '1000-01-01 00:00:00' THEN :t END", t=moment)


def is_given(cell: exp.Expr) -> exp.Expr:
    """Whether a cell says something: words such as - or 无 stand for nothing."""
    return fill("NOT LIST_CONTAINS(:empty, LOWER(TRIM(:v)))", v=cell, empty=words(("", *EMPTY_WORDS)))


def evidence_query(cells: exp.Expr) -> exp.Select:
    """Count, per column, the ways in which its values can be read; `cells` has the columns `col` and `v`.

    Equal values are judged once. A value without a digit is spared all the patterns of numbers and days.
    """
    v = exp.column("v")

    def with_digit(tree: exp.Expr) -> exp.Expr:
        return fill(r"CASE WHEN REGEXP_MATCHES(:v, '[0-9０-９]') THEN :r END", v=v, r=tree)

    def like_a_day(tree: exp.Expr) -> exp.Expr:
        return fill("CASE WHEN REGEXP_MATCHES(:v, :p) THEN :r END", v=v, p=exp.Literal.string(_DAY), r=tree)

    readings = {
        "dot": with_digit(number("dot", FieldType.NUMBER, v)),
        "comma": with_digit(number("comma", FieldType.NUMBER, v)),
        "whole": with_digit(number("dot", FieldType.INTEGER, v)),
        "ymd": like_a_day(_local("ymd", v, "UTC")),
        "dmy": like_a_day(_sane(_ordered("dmy", v))),
        "mdy": like_a_day(_sane(_ordered("mdy", v))),
        "yymd": like_a_day(_sane(_ordered("yymd", v))),
    }
    signs = exp.Literal.string(_SIGNS)
    tests = {
        "plain": fill("NOT TRY_CAST(:v AS DOUBLE) IS NULL", v=v),
        "dot": fill("NOT dot IS NULL"),
        "comma": fill("NOT comma IS NULL"),
        "dot_only": fill(r"REGEXP_MATCHES(:v, '\d,\d{3}\.|\.\d{1,2}\D*$|\.\d{4,}\D*$|(^|\D)0?\.\d|,\d{3},')", v=v),
        "comma_only": fill(r"REGEXP_MATCHES(:v, '\d[.]\d{3},|,\d{1,2}\D*$|,\d{4,}\D*$|(^|\D)0?,\d|\.\d{3}\.')", v=v),
        "grouped": fill(
            r"REGEXP_FULL_MATCH(:v, '\D*[1-9]\d{0,2}[.,]\d{3}\D*') AND NOT (dot IS NULL OR comma IS NULL)", v=v
        ),
        "whole": fill("NOT whole IS NULL"),
        "point_zero": fill(r"REGEXP_FULL_MATCH(:v, '-?\d+\.0+')", v=v),
        "leading_zero": fill(r"REGEXP_FULL_MATCH(:v, '0\d+')", v=v),
        "money_sign": fill("REGEXP_MATCHES(:v, :signs) AND NOT (dot IS NULL AND comma IS NULL)", v=v, signs=signs),
        "percent": fill("CONTAINS(:v, '%')", v=v),
        "ymd": fill("NOT ymd IS NULL"),
        "compact": fill(r"NOT ymd IS NULL AND REGEXP_FULL_MATCH(:v, '(19|20)\d{6}')", v=v),
        "ymd_clock": fill("ymd <> DATE_TRUNC('day', ymd)"),
        "dmy": fill("NOT (dmy IS NULL AND ymd IS NULL)"),
        "mdy": fill("NOT (mdy IS NULL AND ymd IS NULL)"),
        "yymd": fill("NOT (yymd IS NULL AND ymd IS NULL)"),
        "any_day": fill("NOT (dmy IS NULL AND mdy IS NULL AND yymd IS NULL AND ymd IS NULL)"),
        "dm_clock": fill("COALESCE(dmy, mdy, yymd, ymd) <> DATE_TRUNC('day', COALESCE(dmy, mdy, yymd, ymd))"),
        "serial": fill("dot BETWEEN 32874 AND 69396"),
        "boolean": fill("NOT :b IS NULL", b=boolean(v)),
    }
    summed = [
        exp.alias_(fill("SUM(CASE WHEN :t THEN n ELSE 0 END)", t=exp.paren(tree)), name) for name, tree in tests.items()
    ]
    given = fill(
        "v IS NOT NULL AND NOT LIST_CONTAINS(:empty, LOWER(v))",
        empty=words(("", *(word.lower() for word in NULL_WORDS), *EMPTY_WORDS)),
    )
    counted = fill(
        "SELECT col, v, COUNT(*) AS n FROM (SELECT col, TRIM(v) AS v FROM cells) AS t WHERE :g GROUP BY col, v", g=given
    )
    read = exp.select("col", "v", "n", *(exp.alias_(tree, name) for name, tree in readings.items())).from_("counted")
    whole = [
        fill("SUM(n) AS filled"),
        fill("COUNT(*) AS different"),
        fill("SUM(n) - COUNT(*) AS repeated"),
        fill("MAX(LENGTH(v)) AS longest"),
        fill("COUNT(DISTINCT CASE WHEN NOT yymd IS NULL THEN LEFT(v, 2) END) AS first_parts"),
        fill(
            r"""COUNT(DISTINCT CASE WHEN NOT yymd IS NULL THEN REGEXP_EXTRACT(v, '^\d+\D\d+\D(\d+)', 1) END)
                AS last_parts"""
        ),
    ]
    return (
        exp.select(exp.column("col"), *whole, *summed)
        .with_("cells", as_=cells)
        .with_("counted", as_=counted)
        .with_("read", as_=read)
        .from_("read")
        .group_by(exp.column("col"))
    )


@lru_cache(maxsize=1)
def sample_evidence_sql() -> str:
    """The evidence query over two list parameters: column numbers and values."""
    cells = fill("SELECT UNNEST(CAST($1 AS INTEGER[])) AS col, UNNEST(CAST($2 AS VARCHAR[])) AS v")
    return evidence_query(cells).sql(dialect="duckdb")
