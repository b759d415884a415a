"""How is a cell's text turned into a value? One SQL expression per way of writing, used to judge and to read.

A *reading* is one of

    text       as it stands, blanks at its ends removed
    plain_id   text, where `17850.0` means 17850
    dot        numbers with a decimal point: 1234.5, 1,234.50, ￥1,234, (12.5), 12%, 3.2万
    comma      numbers with a decimal comma: 1234,5, 1.234,50 €
    words      yes and no, in many words
    has        yes and no where 无 (has not) stands beside 有 (has)
    ymd        days that can be read in one way only: 2024-01-31, 2024/1/31, 20240131, 31 Jan 2024, 2024年1月31日
    dmy, mdy   days before months, months before days; what `ymd` reads is read as well
    yymd       years of two digits first, 24/01/31; what `ymd` reads is read as well
    serial     spreadsheet day numbers
    epoch_s, epoch_ms   seconds or milliseconds since 1970

`kpi.ingest.amounts` and `kpi.ingest.days` say more. Expressions give null for what does not fit.
"""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from kpi.ingest import amounts, days
from kpi.ingest.trees import fill as fill
from kpi.ingest.trees import lazily as lazily
from kpi.ingest.trees import words as words
from kpi.ingest.workbook_parts import FAILED
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
    "0000-00-00",
    "0000-00-00 00:00:00",
)  # of values

YES = ("true", "t", "yes", "y", "1", "1.0", "on", "是", "√", "对", "有", "真", "已", "✓", "✔", "☑", "ｙ", "是的")
NO = ("false", "f", "no", "n", "0", "0.0", "off", "否", "×", "错", "没有", "假", "未", "✗", "✘", "☐", "ｎ", "不是")
HAS_NOT = "无"  # no beside 有, nothing beside any other word

TEXTS = (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)


def value(
    reading: str,
    kind: FieldType,
    cell: exp.Expr,
    zone: str,
    date_only: bool = False,
    plain: bool = False,
    *,
    strict: bool = False,
    empty: tuple[str, ...] | None = None,
    marked: bool = False,
) -> exp.Expr:
    """The value of a cell for a field of this type; null where the cell does not fit.

    `empty` are the words that the user takes for nothing, None for the usual ones. A `strict` number is none that
    `amounts.like_a_code` takes for a name. Cells of a workbook are `marked` where their formula failed.
    """
    given = cell if empty is None else fill("CASE WHEN :g THEN :v END", g=is_given(cell, empty), v=cell)
    if marked and kind in TEXTS:
        failed = fill("ENDS_WITH(:v, :mark)", v=cell, mark=exp.Literal.string(FAILED))
        given = fill("CASE WHEN NOT :f THEN :v END", f=exp.paren(failed), v=given)
    return exp.replace_placeholders(_value(reading, kind, zone, date_only, plain, strict), cell=given)


@lru_cache(maxsize=256)
def _value(reading: str, kind: FieldType, zone: str, date_only: bool, plain: bool, strict: bool) -> exp.Expr:
    """The expression over the placeholder `cell`: a file of many columns needs few different ones."""
    cell = exp.Placeholder(this="cell")
    if kind in TEXTS:
        return text(cell, reading == "plain_id")
    if kind is FieldType.BOOLEAN:
        return boolean(cell, reading == "has")
    if kind is FieldType.DATE and not date_only:
        return exp.cast(days.local(reading, cell, zone), "DATE")
    if kind.is_time and date_only:
        moment = days.local(reading, cell, zone)
        return fill("CASE WHEN :t = DATE_TRUNC('day', :t) THEN CAST(:t AS DATE) END", t=moment)
    if kind.is_time:
        return days.utc(reading, cell, zone)
    return amounts.number("comma" if reading == "comma" else "dot", kind, cell, plain, strict)


def text(cell: exp.Expr, plain_id: bool = False) -> exp.Expr:
    """Text without blanks around it; null when nothing is left."""
    trimmed = fill("NULLIF(NULLIF(TRIM(:v), ''), '#N/A')", v=cell)
    return fill(r"REGEXP_REPLACE(:v, '^(-?\d+)\.0+$', '\1')", v=trimmed) if plain_id else trimmed


def boolean(cell: exp.Expr, has: bool = False) -> exp.Expr:
    """Yes or no in many words."""
    return fill(
        """CASE WHEN LIST_CONTAINS(:yes, LOWER(TRIM(:v))) THEN TRUE
                WHEN LIST_CONTAINS(:no, LOWER(TRIM(:v))) THEN FALSE END""",
        v=cell,
        yes=words(YES),
        no=words((*NO, HAS_NOT) if has else NO),
    )


def empty_words(chosen: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """The words, in small letters, that stand for nothing among values: those chosen, or the usual ones."""
    known = (*NULL_WORDS, *EMPTY_WORDS) if chosen is None else ("", *(word.strip() for word in chosen))
    return tuple(dict.fromkeys(word.lower() for word in known))


def is_given(cell: exp.Expr, empty: tuple[str, ...] | None = None) -> exp.Expr:
    """Whether a cell says something: words such as - or 无 stand for nothing."""
    return fill("NOT LIST_CONTAINS(:empty, LOWER(TRIM(:v)))", v=cell, empty=words(empty_words(empty)))
