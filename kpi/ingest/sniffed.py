"""What was found in a file, before anybody decides what it means. Frozen and JSON-able."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from kpi.model import FieldType


class Frozen(BaseModel):
    """A value handed from one step to the next."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedFile(Frozen):
    """A file on disk and the name the user knows it by (a member of a zip is `archive.zip/member.csv`)."""

    path: Path
    name: str


class ReadingChoice(Frozen):
    """How the user wants a file read; None leaves it to what is found. Kept, so that the file is read so again."""

    encoding: str | None = None
    delimiter: str | None = None  # " " stands for runs of blanks, "" for columns of fixed width
    header_row: int | None = None  # from 1; 0 where there is no header
    sheets: tuple[str, ...] | None = None  # of a workbook; None for every visible one
    empty_words: tuple[str, ...] | None = None  # words that stand for nothing, in place of the usual ones


class Evidence(Frozen):
    """How many of a column's values can be read in which way. Counts add up over files of the same shape."""

    filled: int = 0
    different: int = 0
    repeated: int = 0  # values that another one of the same file equals already
    longest: int = 0
    plain: int = 0  # numbers that the engine casts as they are
    dot: int = 0  # numbers with a decimal point
    comma: int = 0  # numbers with a decimal comma
    dot_only: int = 0  # numbers that can only have a decimal point: 1,234.5 or 0.25
    comma_only: int = 0  # numbers that can only have a decimal comma: 1.234,5 or 0,25
    grouped: int = 0  # numbers that can be read both ways: 1.234 or 1,234
    comma_locale: int = 0  # 1 where the rest of the file speaks for decimal commas
    whole: int = 0  # whole numbers with a decimal point; 12.0 is one
    whole_comma: int = 0  # whole numbers with a decimal comma
    point_zero: int = 0  # 17850.0
    leading_zero: int = 0  # digits that name something: zeros in front, a country's prefix, sixteen digits or more
    lettered: int = 0  # numbers with K, M or B behind them, which may also be months or metres
    money_sign: int = 0
    currencies: tuple[str, ...] = ()  # ISO codes that signs, codes and names among the numbers stand for
    percent: int = 0
    ymd: int = 0  # days that can be read in one way only: 2024-01-31, 20240131, 31 Jan 2024, 2024年1月31日
    compact: int = 0  # of those, eight digits
    ymd_clock: int = 0  # of those, with a time of day other than midnight
    dmy: int = 0
    mdy: int = 0
    yymd: int = 0
    only_dmy: int = 0  # days such as 25/03/2024, and such as 03/25/2024
    only_mdy: int = 0
    any_day: int = 0  # days in any order
    first_parts: int = 0  # different first and last numbers of days such as 24/01/05
    last_parts: int = 0
    dm_clock: int = 0
    serial: int = 0  # spreadsheet day numbers of 1990-2090
    serial_clock: int = 0  # of those, with a part of a day
    epoch_s: int = 0  # seconds since 1970 that fall in 1990-2100, and milliseconds
    epoch_ms: int = 0
    boolean: int = 0
    has: int = 0  # of those, 有
    empty: tuple[str, ...] = ()  # words of the sample that stand for nothing, in small letters

    @field_validator("currencies", mode="before")
    @classmethod
    def _sorted(cls, given: Iterable[str | None] | None) -> tuple[str, ...]:
        return tuple(sorted({code for code in given or () if code}))

    def __add__(self, other: Evidence) -> Evidence:
        mine, theirs = self.model_dump(), other.model_dump()
        added = {name: mine[name] + theirs[name] for name in mine}
        for name in ("longest", "different", "first_parts", "last_parts", "comma_locale"):
            added[name] = max(mine[name], theirs[name])
        added["empty"] = tuple(dict.fromkeys(added["empty"]))
        return Evidence(**added)


class OrderReading(Frozen):
    """What a date order makes of a column: days of its samples, as ISO text, and what speaks for the order."""

    order: str  # dmy, mdy or yymd
    days: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # as `kpi.ingest.orders` names them, the most telling first
    beats: tuple[str, ...] = ()  # orders that less speaks for

    def as_asked(self) -> OrderReading:
        """The same with the orders' names as a person is asked: a year of two digits that comes first is `ymd`."""
        beats = tuple(order.replace("yymd", "ymd") for order in self.beats)
        return self.model_copy(update={"order": self.order.replace("yymd", "ymd"), "beats": beats})


class SniffedColumn(Frozen):
    """One column as it was found. `reading` says how its values are written, as `kpi.ingest.forms` names it."""

    name: str  # as in the header, without blanks around it; empty where the file gives none
    type: FieldType
    reading: str
    evidence: Evidence
    date_order: str | None = None  # ymd, dmy, mdy, yymd or ambiguous; None for a column without days
    date_only: bool = False
    samples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # the different values found in the sample, where they are few
    currency: str | None = None  # ISO code that every sign in the values stands for; None where none or several do
    orders: tuple[OrderReading, ...] = ()  # of days whose order is open, the likeliest first
    order_samples: tuple[str, ...] = ()  # values that each order reads differently, as `orders` reads them


class Sniffed(Frozen):
    """One table found in a file."""

    file: Path
    name: str
    format: str  # csv, xlsx, xls, ods, …, parquet, json
    readable: Path  # the file itself, or a clean UTF-8 copy of it
    sheet: str | None
    encoding: str | None
    confidence: float  # of the encoding, 0-1
    delimiter: str | None  # " " stands for runs of blanks
    header_row: int | None  # number of the header's row in the file, from 1; None where there is no header
    skip: int  # rows before the first row of data
    blank_rows: tuple[int, ...] = ()  # numbers of blank rows after a sheet's header; of a text, found while it is read
    columns: tuple[SniffedColumn, ...]
    first_rows: tuple[tuple[str, ...], ...]
    row_estimate: int
    fingerprint: str  # of the header: files of one shape share it
    replaced: int = 0  # bytes that fitted no character of the encoding
    content: str = ""  # SHA-256 of the file's bytes, as hexadecimal digits
    hidden: bool = False  # a sheet that the workbook hides
    hidden_sheets: tuple[str, ...] = ()  # of the same workbook; read only where `choice.sheets` names them
    area: str | None = None  # cells of a sheet, such as A12:F40, where it holds several tables
    choice: ReadingChoice = ReadingChoice()
    rivals: tuple[tuple[str, float], ...] = ()  # other encodings that may be the right one, with confidence, best first
    aside: tuple[tuple[int, str, str], ...] = ()  # rows that a clean copy leaves blank: row, reason, text
    warnings: tuple[str, ...] = ()  # no_header, single_column, replaced_bytes, uncertain_encoding, ragged, error_cells

    @property
    def title(self) -> str:
        """What to call the table on screen: the file's name, and the sheet's and its area where it has them."""
        return " · ".join(filter(None, (self.name, self.sheet, self.area)))


def fingerprint(header: tuple[str, ...]) -> str:
    """What files of one shape share: the header's names, in order.

    >>> fingerprint(("a ", "B")) == fingerprint(("A", "b"))
    True
    """
    names = [name.strip().lower() for name in header]
    return hashlib.sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest()[:32]
