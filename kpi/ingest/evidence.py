"""What do a column's values say they are? Counts of readings in, a type and a reading out."""

from __future__ import annotations

import re

from kpi.ingest.forms import HAS_NOT
from kpi.ingest.sniffed import Evidence
from kpi.model import FieldType

ENOUGH = 0.99  # share of values that must fit before a column of one's own is given a type
NEARLY = 0.95  # share in a part of a column from which all of it is looked at
LIKELY = 0.8  # share that must fit before a column may feed a field of that type
HALF = 0.5  # share that is enough where the column has the very name of the field
FEW = 60  # different values up to which a text is a category

AMBIGUOUS = "ambiguous"
ORDERS = ("ymd", "dmy", "mdy", "yymd")
SPREAD = 20  # different numbers in a column of days from which they are days, and a third of it years, not the reverse

_ID_NAME = re.compile(
    r"(^|[ _\-])(id|no|nr|code|key|sku|uuid|number|phone|zip|postal)s?$|(编号|编码|单号|号码|号|代码|ID|id|电话|邮编)$",
    re.I,
)
_MONEY_NAME = re.compile(
    r"amount|price|revenue|cost|salary|budget|\bmrr\b|\barr\b|profit|spend|sales$|_usd|\busd\b|\bfee\b|金额|价格|单价|总价|费用|成本|销售额|货款|应收|实收|预算",
    re.I,
)
_NO_NAME = re.compile(r"(column \d+)?")  # what a column is called for want of a name
_DAY_NAME = re.compile(r"date|day|time|_at$|_on$|日期|时间|日$", re.I)
_MOMENT_NAME = re.compile(
    r"date|timestamp|epoch|_at$|_on$|_ts$|^ts$|日期|时间戳|时间$", re.I
)  # of counts that may be days
_COUNTED_DAYS = ("serial", "epoch_s", "epoch_ms")


def date_order(evidence: Evidence) -> str | None:
    """In which order do days, months and years stand? `ambiguous` where they could change places.

    >>> date_order(Evidence(dmy=3, yymd=3)), date_order(Evidence(dmy=90, yymd=90, first_parts=31, last_parts=2))
    ('ambiguous', 'dmy')
    """
    orders = possible_orders(evidence)
    return (orders[0] if len(orders) == 1 else AMBIGUOUS) if orders else None


def possible_orders(evidence: Evidence) -> tuple[str, ...]:
    """The orders in which most days can be read. Of years with two digits, many rows tell which number is the year."""
    counts = {"dmy": evidence.dmy, "mdy": evidence.mdy, "yymd": evidence.yymd}
    most = best_days(evidence)
    if not most:
        return ()
    if evidence.ymd >= most:
        return ("ymd",)
    possible = [order for order, count in counts.items() if count == most]
    if "yymd" in possible and len(possible) > 1:
        if evidence.first_parts >= max(SPREAD, 3 * evidence.last_parts):
            possible.remove("yymd")
        elif evidence.last_parts >= max(SPREAD, 3 * evidence.first_parts):
            return ("yymd",)
    return tuple(possible)


def open_orders(evidence: Evidence) -> tuple[str, ...]:
    """The orders between which a person decides."""
    possible = possible_orders(evidence)
    return possible if len(possible) > 1 else ("dmy", "mdy")


def best_days(evidence: Evidence) -> int:
    """How many values are days in the order that fits most of them."""
    return max(evidence.ymd, evidence.dmy, evidence.mdy, evidence.yymd)


def infer(name: str, evidence: Evidence) -> tuple[FieldType, str]:
    """Type and reading of a column that feeds no field.

    >>> infer("qty", Evidence(filled=3, dot=3, comma=3, whole=3, different=3))
    (<FieldType.INTEGER: 'integer'>, 'dot')
    """
    filled = evidence.filled
    if not filled:
        return FieldType.TEXT, "text"
    enough = ENOUGH * filled
    order = date_order(evidence)
    days = best_days(evidence)
    named = _NO_NAME.fullmatch(name) is not None or _DAY_NAME.search(name) is not None
    if days >= enough and order is not None and (evidence.compact < days or named):
        clock = evidence.ymd_clock if order == "ymd" else evidence.dm_clock
        return (FieldType.TIMESTAMP if clock else FieldType.DATE), order
    counted = counted_days(evidence)
    if counted is not None and getattr(evidence, counted) >= filled and _MOMENT_NAME.search(name):
        return (FieldType.DATE if is_date_only(evidence, counted) else FieldType.TIMESTAMP), counted
    reading = number_reading(evidence)
    numbers = evidence.comma if reading == "comma" else evidence.dot
    if evidence.boolean >= filled and numbers < filled:
        return FieldType.BOOLEAN, _words(evidence)
    if numbers >= enough and not _may_be_sizes(name, evidence):
        whole = whole_numbers(evidence)
        if evidence.leading_zero or (_ID_NAME.search(name) and whole >= enough):
            return FieldType.ID, "plain_id" if _were_numbers(evidence) else "text"
        if evidence.percent:
            return FieldType.RATE, reading
        if evidence.money_sign >= 0.5 * filled or _MONEY_NAME.search(name):
            return FieldType.MONEY, reading
        return (FieldType.INTEGER if whole >= numbers else FieldType.NUMBER), reading
    if _ID_NAME.search(name):
        return FieldType.ID, "text"
    few = (
        evidence.different <= FEW
        and evidence.different <= max(2, filled / 3)
        and evidence.different < filled
        and evidence.longest <= 60
    )
    return (FieldType.CATEGORY if few else FieldType.TEXT), "text"


def number_reading(evidence: Evidence) -> str:
    """Is the decimal sign a point or a comma? A point, unless values can only be read the other way.

    Values such as 1.234 leave it open; then the rest of the file decides.
    """
    if evidence.comma_locale and evidence.comma >= evidence.dot and not evidence.dot_only:
        return "comma"
    return "comma" if evidence.comma > evidence.dot and evidence.comma_only >= evidence.dot_only else "dot"


def whole_numbers(evidence: Evidence) -> int:
    """How many values are whole numbers, as the column's decimal sign has them."""
    return evidence.whole_comma if number_reading(evidence) == "comma" else evidence.whole


def counted_days(evidence: Evidence) -> str | None:
    """The reading by which most values are days counted from a fixed one; None where none is."""
    best = max(_COUNTED_DAYS, key=lambda reading: int(getattr(evidence, reading)))
    return best if getattr(evidence, best) > 0 else None


def reading_for(kind: FieldType, evidence: Evidence) -> str:
    """The reading by which most values fit a field of this type; `ambiguous` where only a person can tell."""
    if kind is FieldType.ID:
        return "plain_id" if _were_numbers(evidence) else "text"
    if kind in (FieldType.TEXT, FieldType.CATEGORY):
        return "text"
    if kind is FieldType.BOOLEAN:
        return _words(evidence)
    if kind.is_time:
        counted = counted_days(evidence)
        if counted is not None and getattr(evidence, counted) >= max(LIKELY * evidence.filled, best_days(evidence) + 1):
            return counted
        return date_order(evidence) or "ymd"
    return number_reading(evidence)


def fits(kind: FieldType, evidence: Evidence) -> float:
    """Which share of the values can feed a field of this type? An empty column fits everything."""
    if not evidence.filled or kind in (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY):
        return 1.0
    if kind is FieldType.BOOLEAN:
        return evidence.boolean / evidence.filled
    if kind.is_time:
        counted = counted_days(evidence)
        return max(best_days(evidence), int(getattr(evidence, counted)) if counted else 0) / evidence.filled
    if kind is FieldType.INTEGER:
        return whole_numbers(evidence) / evidence.filled
    return max(evidence.dot, evidence.comma) / evidence.filled


def fits_name(kind: FieldType, evidence: Evidence) -> bool:
    """Can a column that is called like a field of this type feed it? Half the values are enough: the rest are issues.

    Days in different orders are not: some of them would be read wrong.
    """
    share = fits(kind, evidence)
    counted = counted_days(evidence)
    is_counted = counted is not None and getattr(evidence, counted) >= LIKELY * evidence.filled
    mixed = kind.is_time and evidence.any_day > best_days(evidence) and not is_counted
    return share >= (LIKELY if mixed else HALF)


def reread(name: str, field_type: FieldType | None, reading: str, evidence: Evidence) -> tuple[FieldType, str, bool]:
    """Type, reading and whether only days are given, of a field (or, without one, a column of its own).

    A date order that has been chosen is kept where the values themselves leave it open.
    """
    kind, found = (field_type, reading_for(field_type, evidence)) if field_type else infer(name, evidence)
    if kind.is_time and (found == AMBIGUOUS or (reading in ORDERS and found not in ORDERS)) and reading in ORDERS:
        found = reading
    only = evidence.filled > 0 and is_date_only(evidence, found)
    return kind, found, only and (kind is FieldType.TIMESTAMP or (kind is FieldType.DATE and field_type is None))


def is_date_only(evidence: Evidence, reading: str) -> bool:
    """Whether no value has a time of day: then days are stored, not moments."""
    if reading in _COUNTED_DAYS:
        return reading == "serial" and not evidence.serial_clock
    return not (evidence.ymd_clock if reading == "ymd" else evidence.dm_clock)


def is_plain(evidence: Evidence) -> bool:
    """Whether nearly all numbers are written without separators, signs or units."""
    return evidence.plain >= ENOUGH * evidence.dot


def speaks_otherwise(kind: FieldType, reading: str, lost: Evidence) -> bool:
    """Whether cells that did not fit a reading fit the one it is easily taken for: then others were read wrong."""
    if kind.is_time:
        return bool({"dmy": lost.only_mdy, "mdy": lost.only_dmy}.get(reading, 0))
    if kind.is_number:
        return lost.dot > 0 if reading == "comma" else lost.comma > 0
    return False


def may_be_typed(evidence: Evidence) -> bool:
    """Whether nearly all values of a text are numbers, days or yes and no."""
    return max(evidence.dot, evidence.comma, best_days(evidence), evidence.boolean) >= NEARLY * max(1, evidence.filled)


def _words(evidence: Evidence) -> str:
    """The words for no have 无 among them where 有 is the word for yes."""
    return "has" if evidence.has and HAS_NOT in evidence.empty else "words"


def _may_be_sizes(name: str, evidence: Evidence) -> bool:
    """Whether 12M and 24M may be months or metres: nothing speaks of money, and no value has a decimal sign."""
    return evidence.lettered > 0 and not (evidence.money_sign or _MONEY_NAME.search(name) or evidence.dot_only)


def _were_numbers(evidence: Evidence) -> bool:
    """Whether ids have been through a floating point number: some end in `.0`, and no number has another fraction."""
    return evidence.point_zero > 0 and evidence.whole >= evidence.dot
