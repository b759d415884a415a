"""Words and numbers as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kpi.language import choose_language, translator

EN, ZH = translator("en"), translator("zh")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("zh_TW.UTF-8", "zh"), ("en-GB", "en"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_the_browsers_locale_chooses_the_language(locale: str | None, language: str) -> None:
    """Any Chinese is Chinese; whatever we do not speak is English."""
    assert choose_language(locale) == language


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (Decimal("1234.5"), "1.23k", "1,234"),
        (123_000, "123k", "12.3万"),
        (999_999, "1M", "100万"),
        (456_000_000, "456M", "4.56亿"),
        (-12_345, "-12.3k", "-1.23万"),
        (7.25, "7.2", "7.2"),
        (0, "0", "0"),
        (None, "–", "–"),
    ],
)
def test_big_numbers_are_scaled_as_the_language_counts(value: Decimal | int | None, english: str, chinese: str) -> None:
    """Thousands and millions in English, 万 and 亿 in Chinese; no data is a dash."""
    assert (EN.compact(value), ZH.compact(value)) == (english, chinese)


def test_units_are_written_beside_the_value() -> None:
    """Rates in per cent, money with its sign, days in words."""
    assert EN.value(0.6315, "rate") == "63.2%"
    assert EN.value(Decimal("10005534"), "money", "USD") == "$10,005,534"
    assert ZH.value(Decimal("12.5"), "money", "CNY") == "¥12.50"
    assert (EN.value(51.78, "days"), ZH.value(51.78, "days")) == ("51.8 days", "51.8 天")
    assert EN.value(None, "money", "USD") == "–"


def test_a_gap_always_has_its_sign() -> None:
    """Points for rates; a true minus sign; zero says so."""
    assert EN.gap(-0.032, "rate") == "−3.2 points"
    assert ZH.gap(0.032, "rate") == "+3.2 个百分点"
    assert EN.gap(0, "count") == "±0"


def test_days_and_moments_are_local() -> None:
    """The language's order of year, month and day; the workspace's clock."""
    assert (EN.date(date(2017, 3, 1)), ZH.date(date(2017, 3, 1))) == ("Mar 1, 2017", "2017年3月1日")
    assert EN.moment(datetime(2017, 3, 1, 20, tzinfo=UTC), "Asia/Shanghai") == "Mar 2, 2017 04:00"


def test_messages_are_filled_with_formatted_values() -> None:
    """Numbers and days among the values are written as the language does; a plural follows the number."""
    assert ZH.plural("{n} row", "{n} rows", 8800) == "8,800 行"
    assert EN.plural("{n} row", "{n} rows", 1) == "1 row"


def test_an_error_without_its_values_stays_english() -> None:
    """Half a sentence is worse than the other language."""
    assert ZH.by_code("workspace_exists", found="acme") == "已有编号为“acme”的工作区。"
    assert ZH.by_code("workspace_exists") is None
    assert ZH.by_code("nobody_knows_this") is None
    assert EN.by_code("workspace_exists", found="acme") is None
