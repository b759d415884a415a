"""In how many ways can a column's values be read? One SQL statement that counts them, for a sample or a whole file.

Its columns are the fields of `Evidence`. Equal values are judged once; a value without a digit is spared all the
patterns of numbers and days.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlglot import exp

from kpi.ingest import amounts, days
from kpi.ingest.currencies import currency_of
from kpi.ingest.forms import boolean, empty_words
from kpi.ingest.sniffed import Evidence
from kpi.ingest.trees import fill, words
from kpi.ingest.workbook_parts import FAILED
from kpi.model import FieldType

_DOT_ONLY = r"\d,\d{3}\.|\.\d{1,2}\D*$|\.\d{4,}\D*$|(^|\D)0?\.\d|,\d{3},"
_COMMA_ONLY = r"\d[.]\d{3},|,\d{1,2}\D*$|,\d{4,}\D*$|(^|\D)0?,\d|\.\d{3}\."


def evidence_query(cells: exp.Expr, empty: tuple[str, ...] | None = None) -> exp.Select:
    """Count, per column, the ways in which its values can be read; `cells` has the columns `col` and `v`.

    `empty` are the words that the user takes for nothing, None for the usual ones.
    """
    v = exp.column("v")

    def with_digit(tree: exp.Expr) -> exp.Expr:
        return fill(r"CASE WHEN REGEXP_MATCHES(:v, '[0-9０-９]') THEN :r END", v=v, r=tree)

    def like_a_day(tree: exp.Expr) -> exp.Expr:
        return fill("CASE WHEN REGEXP_MATCHES(:v, :p) THEN :r END", v=v, p=exp.Literal.string(days.LIKE_A_DAY), r=tree)

    readings = {
        "dot": with_digit(amounts.number("dot", FieldType.NUMBER, v)),
        "comma": with_digit(amounts.number("comma", FieldType.NUMBER, v)),
        "ymd": like_a_day(days.local("ymd", v, "UTC")),
        "dmy": like_a_day(days.sane(days.ordered("dmy", v))),
        "mdy": like_a_day(days.sane(days.ordered("mdy", v))),
        "yymd": like_a_day(days.sane(days.ordered("yymd", v))),
        "coin": with_digit(currency_of(v)),
    }
    epoch = {"first": exp.Literal.number(days.EPOCH_FIRST), "after": exp.Literal.number(days.EPOCH_AFTER)}
    serial = {"first": exp.Literal.number(days.SERIAL_FIRST), "last": exp.Literal.number(days.SERIAL_LAST)}
    tests = {
        "plain": fill("NOT TRY_CAST(v AS DOUBLE) IS NULL AND NOT CONTAINS(v, '_')"),
        "dot": fill("NOT dot IS NULL"),
        "comma": fill("NOT comma IS NULL"),
        "dot_only": fill("REGEXP_MATCHES(v, :p)", p=exp.Literal.string(_DOT_ONLY)),
        "comma_only": fill("REGEXP_MATCHES(v, :p)", p=exp.Literal.string(_COMMA_ONLY)),
        "grouped": fill(r"REGEXP_FULL_MATCH(v, '\D*[1-9]\d{0,2}[.,]\d{3}\D*') AND NOT (dot IS NULL OR comma IS NULL)"),
        "whole": fill("dot = ROUND(dot) AND (ABS(dot) < 9e15 OR NOT TRY_CAST(v AS BIGINT) IS NULL)"),
        "whole_comma": fill("comma = ROUND(comma) AND (ABS(comma) < 9e15 OR NOT TRY_CAST(v AS BIGINT) IS NULL)"),
        "point_zero": fill(r"REGEXP_FULL_MATCH(v, '-?\d+\.0+')"),
        "leading_zero": amounts.like_a_code(v),
        "lettered": fill("REGEXP_MATCHES(UPPER(v), :p) AND NOT dot IS NULL", p=exp.Literal.string(amounts.LETTERS)),
        "money_sign": fill("NOT coin IS NULL AND NOT (dot IS NULL AND comma IS NULL)"),
        "percent": fill("REGEXP_MATCHES(v, '[%％‰]') AND NOT (dot IS NULL AND comma IS NULL)"),
        "ymd": fill("NOT ymd IS NULL"),
        "compact": fill(r"NOT ymd IS NULL AND REGEXP_FULL_MATCH(v, '(19|20)\d{6}')"),
        "ymd_clock": fill("ymd <> DATE_TRUNC('day', ymd)"),
        "dmy": fill("NOT (dmy IS NULL AND ymd IS NULL)"),
        "mdy": fill("NOT (mdy IS NULL AND ymd IS NULL)"),
        "yymd": fill("NOT (yymd IS NULL AND ymd IS NULL)"),
        "only_dmy": fill("mdy IS NULL AND ymd IS NULL AND NOT dmy IS NULL"),
        "only_mdy": fill("dmy IS NULL AND ymd IS NULL AND NOT mdy IS NULL"),
        "any_day": fill("NOT (dmy IS NULL AND mdy IS NULL AND yymd IS NULL AND ymd IS NULL)"),
        "dm_clock": fill("COALESCE(dmy, mdy, yymd, ymd) <> DATE_TRUNC('day', COALESCE(dmy, mdy, yymd, ymd))"),
        "serial": fill("dot BETWEEN :first AND :last", **serial),
        "serial_clock": fill("dot BETWEEN :first AND :last AND dot <> FLOOR(dot)", **serial),
        "epoch_s": fill("LENGTH(v) >= 9 AND dot >= :first AND dot < :after", **epoch),
        "epoch_ms": fill("LENGTH(v) >= 12 AND dot / 1000 >= :first AND dot / 1000 < :after", **epoch),
        "boolean": fill("NOT :b IS NULL", b=boolean(v)),
        "has": fill("v = '有'"),
    }
    summed = [
        exp.alias_(fill("SUM(CASE WHEN :t THEN n ELSE 0 END)", t=exp.paren(tree)), name) for name, tree in tests.items()
    ]
    counted = fill(
        """SELECT col, v, COUNT(*) AS n FROM (SELECT col, TRIM(v) AS v FROM cells) AS t
           WHERE v IS NOT NULL AND NOT LIST_CONTAINS(:empty, LOWER(v)) AND NOT ENDS_WITH(v, :mark)
           GROUP BY col, v""",
        empty=words(empty_words(empty)),
        mark=exp.Literal.string(FAILED),
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
        fill("LIST(DISTINCT CASE WHEN NOT (dot IS NULL AND comma IS NULL) THEN coin END) AS currencies"),
    ]
    return (
        exp.select(exp.column("col"), *whole, *summed)
        .with_("cells", as_=cells)
        .with_("counted", as_=counted)
        .with_("read", as_=read)
        .from_("read")
        .group_by(exp.column("col"))
    )


def evidence_of(query: exp.Select, row: Sequence[Any]) -> Evidence:
    """The evidence of one column, from its row of the query's answer."""
    names = [select.alias_or_name for select in query.selects]
    return Evidence(**dict(zip(names[1:], row[1:], strict=True)))


@lru_cache(maxsize=1)
def sample_evidence_sql() -> str:
    """The evidence query over two list parameters: column numbers and values; words for nothing are gone from them."""
    cells = fill("SELECT UNNEST(CAST($1 AS INTEGER[])) AS col, UNNEST(CAST($2 AS VARCHAR[])) AS v")
    return evidence_query(cells, ()).sql(dialect="duckdb")
