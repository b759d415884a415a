"""Text from data or users, made safe to stand in Markdown: no links, images, colours, icons or formulas."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$<>:&])")


def plain(text: object) -> str:
    r"""The text as itself: every sign that Markdown reads is escaped, line breaks become spaces.

    >>> plain("![x](http://e.vil/p.png) $5")
    '\\!\\[x\\]\\(http\\://e\\.vil/p\\.png\\) \\$5'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
