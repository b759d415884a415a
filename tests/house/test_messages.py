"""Every word on screen exists in both languages."""

from __future__ import annotations

from kpi.language.source import all_messages, messages_in, problems


def test_chinese_catalogue_is_complete() -> None:
    """No message or error is missing in Chinese, empty, said in two ways, left over, or has other placeholders."""
    assert problems("zh") == []


def test_messages_are_found_where_they_are_said() -> None:
    """The search that the promise above rests on sees plain messages, marked ones and plurals."""
    text = 't("One")\nscreen.t("Two", n=1)\nlabel = mark("Three")\nt.plural("{n} row", "{n} rows", n)\nt(label)'
    assert [item.message for item in messages_in(text, "page.py")] == [
        ("One",),
        ("Two",),
        ("Three",),
        ("{n} row", "{n} rows"),
    ]


def test_the_product_has_messages() -> None:
    """An empty search would make the promise hollow."""
    assert len(all_messages()) > 20
