"""How does it read in the user's language? Messages (gettext) and numbers, money and dates as the language writes them.

    t = translator("zh")
    t("Load {rows} rows", rows=8800)                 '载入 8,800 行'
    t.plural("{n} row", "{n} rows", 3)               '3 行'
    t.value(0.6315, "rate")                          '63.2%'
    t.compact(123000)                                '12.3万'

English is the language the messages are written in, so it has no catalogue. Chinese stands in `locale/zh/*.po`, one
file a room; `python -m kpi.language` prints what is still missing. A message that is only looked up later by a
variable is written `mark("…")` where it stands.
"""

from kpi.language.translator import LANGUAGES, Translator, choose_language, mark, translator

__all__ = ["LANGUAGES", "Translator", "choose_language", "mark", "translator"]
