"""A message and its values → a sentence in one of the two languages."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from babel import Locale

from kpi.language import formats
from kpi.language.catalogue import read_catalogue

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "zh": "简体中文"})
NO_DATA = "–"
Number = int | float | Decimal


def mark(message: str) -> str:
    """The message itself, marked so that it gets a translation; it is translated where it is shown."""
    return message


def choose_language(wanted: str | None) -> str:
    """Which of our languages fits a browser's or system's locale? English where none does.

    >>> choose_language("zh-TW"), choose_language("fr"), choose_language(None)
    ('zh', 'en', 'en')
    """
    return "zh" if (wanted or "").lower().startswith("zh") else "en"


@dataclass(frozen=True)
class Translator:
    """Everything that is written differently in another language. Cheap to pass around; equal for equal languages."""

    language: str
    locale: Locale = field(compare=False, repr=False)
    _messages: gettext.NullTranslations = field(compare=False, repr=False)
    _errors: Mapping[str, str] = field(compare=False, repr=False)

    def __call__(self, message: str, /, **params: Any) -> str:
        """The message in this language; whole numbers among `params` are grouped, dates written out."""
        return self._fill(self._messages.gettext(message), params)

    def plural(self, one: str, many: str, n: int, /, **params: Any) -> str:
        """`one` or `many` as the language's grammar asks for this `n`; both may hold `{n}`."""
        return self._fill(self._messages.ngettext(one, many, n), {"n": n, **params})

    def by_code(self, code: str, **params: Any) -> str | None:
        """An error's sentence by its stable code (`remedy.<code>` for the remedy).

        None where there is none, or a value that it needs is not among `params`: the English text stands in.
        """
        template = self._errors.get(code)
        if template is None or not formats.placeholders(template) <= params.keys():
            return None
        return self._fill(template, params)

    @property
    def html_language(self) -> str:
        """The language as HTML and HTTP name it."""
        return "zh-CN" if self.language == "zh" else "en"

    def number(self, value: Number | None, digits: int = 1) -> str:
        """At most so many decimals, grouped: 1,234.5."""
        return NO_DATA if value is None else formats.decimal(value, digits, self.locale)

    def compact(self, value: Number | None) -> str:
        """Three figures and a scale word: 12.3k, 4.56M; 1.23万, 4.56亿. Small numbers stay as they are."""
        return NO_DATA if value is None else formats.compact(value, self.locale)

    def percent(self, value: Number | None, digits: int = 1) -> str:
        """A rate of 0-1 in per cent: 63.2%."""
        return NO_DATA if value is None else formats.percent(value, digits, self.locale)

    def money(self, value: Number | None, currency: str | None, *, compact: bool = False) -> str:
        """An amount with its currency's sign; without a currency, the bare number."""
        return NO_DATA if value is None else formats.money(value, currency, self.locale, scaled=compact)

    def date(self, day: date | None) -> str:
        """A day: 1 Mar 2017 → Mar 1, 2017 · 2017年3月1日. A datetime shows its day."""
        return NO_DATA if day is None else formats.day(day, self.locale)

    def moment(self, at: datetime | None, time_zone: str = "UTC") -> str:
        """A point in time on the clock of a time zone."""
        return NO_DATA if at is None else formats.moment(at, time_zone, self.locale)

    def value(self, value: Number | None, unit: str, currency: str | None = None, *, compact: bool = False) -> str:
        """A KPI's value as its unit is written (`rate`, `count`, `money`, `days`, `hours`, `score`, `number`)."""
        if value is None:
            return NO_DATA
        if unit == "rate":
            return self.percent(value)
        if unit == "money":
            return self.money(value, currency, compact=compact)
        shown = self.compact(value) if compact else self.number(value, 0 if unit == "count" else 1)
        if unit == "days":
            return self(mark("{number} days"), number=shown)
        if unit == "hours":
            return self(mark("{number} h"), number=shown)
        return shown

    def gap(self, value: Number | None, unit: str, currency: str | None = None, *, compact: bool = False) -> str:
        """A difference of two values, always with its sign; of rates in percentage points: +3.2 points."""
        if value is None:
            return NO_DATA
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        size = -value if value < 0 else value
        if unit == "rate":
            return sign + self(mark("{number} points"), number=self.number(size * 100))
        return sign + self.value(size, unit, currency, compact=compact)

    def list(self, items: list[str] | tuple[str, ...]) -> str:
        """Several things in a row: a, b and c · a、b和c."""
        return formats.listed(items, self.locale)

    def _fill(self, template: str, params: Mapping[str, Any]) -> str:
        return template.format(**{name: self._shown(value) for name, value in params.items()}) if params else template

    def _shown(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        if isinstance(value, date):
            return self.date(value)
        return str(value)


@lru_cache(maxsize=4)
def translator(language: str) -> Translator:
    """The translator of a language code; `zh_CN`, `zh-Hans` and the like mean Chinese, anything unknown English."""
    chosen = choose_language(language)
    if chosen == "en":
        return Translator("en", Locale("en"), gettext.NullTranslations(), MappingProxyType({}))
    catalogue = read_catalogue(chosen)
    return Translator(chosen, Locale.parse("zh_CN"), catalogue.messages, catalogue.errors)
