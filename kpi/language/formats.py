"""How does a locale write numbers, money, days and lists? Plain functions over Babel."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

Number = int | float | Decimal
_SCALES = {
    "en": ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k")),
    "zh": ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
}
_SIGNIFICANT = 3


def decimal(value: Number, digits: int, locale: Locale) -> str:
    """Grouped, with at most `digits` decimals; trailing zeros fall away.

    >>> decimal(1234.5, 1, Locale("en"))
    '1,234.5'
    """
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return str(format_decimal(value, format=pattern, locale=locale))


def compact(value: Number, locale: Locale) -> str:
    """Three significant figures and a scale word; below the first scale at most one decimal.

    >>> compact(123456, Locale("en")), compact(123456, Locale.parse("zh_CN")), compact(999999, Locale("en"))
    ('123k', '12.3万', '1M')
    """
    exact = Decimal(str(value))
    for scale, word in _SCALES[locale.language]:
        scaled = _significant(exact / scale)
        if abs(scaled) >= 1:
            return decimal(scaled, _SIGNIFICANT - 1, locale) + word
    return decimal(exact, 0 if abs(exact) >= 100 else 1, locale)


def percent(value: Number, digits: int, locale: Locale) -> str:
    """A rate of 0-1 in per cent, always with `digits` decimals, so that figures in a column line up."""
    pattern = "#,##0." + "0" * digits + "%" if digits else "#,##0%"
    return str(format_percent(value, format=pattern, locale=locale))


def money(value: Number, currency: str | None, locale: Locale, *, scaled: bool = False) -> str:
    """An amount with its currency's sign; whole units from 1,000 up, where cents are noise."""
    if currency is None:
        return compact(value, locale) if scaled else decimal(value, 2, locale)
    if scaled:
        sign = "-" if value < 0 else ""
        return sign + get_currency_symbol(currency, locale=locale) + compact(-value if value < 0 else value, locale)
    digits = 0 if value >= 1000 or value <= -1000 else get_currency_precision(currency)
    pattern = "¤#,##0." + "0" * digits if digits else "¤#,##0"
    return str(format_currency(value, currency, format=pattern, locale=locale, currency_digits=False))


def day(value: date, locale: Locale) -> str:
    """A calendar day in the locale's medium form."""
    return str(format_date(value, format="medium", locale=locale))


def moment(at: datetime, time_zone: str, locale: Locale) -> str:
    """A point in time, to the minute, on the clock of `time_zone`."""
    date_part = str(format_date(at.astimezone(ZoneInfo(time_zone)), format="medium", locale=locale))
    return f"{date_part} {format_datetime(at, 'HH:mm', tzinfo=ZoneInfo(time_zone), locale=locale)}"


def listed(items: Sequence[str], locale: Locale) -> str:
    """Several things in one phrase."""
    return str(format_list(list(items), locale=locale)) if items else ""


def placeholders(template: str) -> set[str]:
    """The names in braces.

    >>> sorted(placeholders("{n} of {all} rows"))
    ['all', 'n']
    """
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _significant(value: Decimal) -> Decimal:
    """Rounded to three significant figures, whole figures kept."""
    if not value:
        return value
    decimals = max(0, _SIGNIFICANT - 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
