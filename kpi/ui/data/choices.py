"""Read it differently: encoding, separator, header row, sheets and words for nothing, where a file was taken wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import streamlit as st

from kpi.ingest import NamedFile, ReadingChoice, Sniffed
from kpi.ingest.forms import EMPTY_WORDS, NULL_WORDS
from kpi.ingest.inspection import preview_encoding
from kpi.language import Translator, mark
from kpi.ui.data.desk import Draft, change_desk, read_desk
from kpi.ui.data.reading import read_again
from kpi.ui.jobs import start_job
from kpi.ui.session import Screen

ENCODINGS = (
    "utf-8",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "utf-16",
    "utf-32",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "latin_1",
    "mac_roman",
)
FIXED_WIDTH, OTHER = "", "other"
_DELIMITERS: Mapping[str, str] = MappingProxyType(
    {
        ",": mark("commas"),
        ";": mark("semicolons"),
        "\t": mark("tabs"),
        "|": mark("bars"),
        "||": mark("double bars"),
        " ": mark("runs of blanks"),
        FIXED_WIDTH: mark("columns of fixed width"),
        OTHER: mark("another sign …"),
    }
)
MOST_HEADER_ROW = 1000
TEXT_FORMAT = "csv"
PREVIEWED = 4  # lines that are shown in another encoding


def offer_choices(screen: Screen, draft: Draft) -> None:
    """Draw the choices that the draft's kind of file has; what is changed reads its files again."""
    t, table = screen.t, draft.tables[0]
    is_text = table.format == TEXT_FORMAT
    sheets = _sheets(screen, draft)
    if not is_text and len(sheets) < 2:
        return
    with st.expander(t("Read it differently"), key=f"data.choices.{draft.key}"):
        choice = table.choice
        if is_text:
            choice = _of_text(draft, table, t)
        if len(sheets) > 1:
            choice = choice.model_copy(update={"sheets": _choose_sheets(draft, sheets, t)})
        choice = choice.model_copy(update={"empty_words": _choose_words(draft, table, t)})
        busy = read_desk(screen.workspace.id).job is not None or choice.sheets == ()
        if st.button(t("Read again"), key=f"data.reread.{draft.key}", disabled=busy or choice == table.choice):
            _read_again(screen, draft, choice)


def _of_text(draft: Draft, table: Sniffed, t: Translator) -> ReadingChoice:
    found, key = table.choice, f"{draft.key}.{draft.drawn}"
    now = (table.encoding or "utf-8").lower()
    rivals = dict(table.rivals)
    options = list(dict.fromkeys((now, *rivals, *ENCODINGS)))
    encoding = st.selectbox(
        t("Encoding of the letters"),
        options,
        key=f"data.encoding.{key}",
        format_func=lambda name: _encoding(name, rivals, t),
    )
    if encoding != now:
        _preview(table, encoding, t)
    current = table.delimiter if table.delimiter is not None else FIXED_WIDTH
    known = list(_DELIMITERS) if current in _DELIMITERS else [current, *_DELIMITERS]
    sign = st.selectbox(
        t("Between values stand"),
        known,
        index=known.index(current),
        key=f"data.delimiter.{key}",
        format_func=lambda name: t(_DELIMITERS[name]) if name in _DELIMITERS else name,
    )
    if sign == OTHER:
        sign = st.text_input(t("The sign, or several"), key=f"data.sign.{key}", max_chars=5) or current
    row = st.number_input(
        t("Row of the header (0: there is none)"),
        0,
        MOST_HEADER_ROW,
        value=table.header_row or 0,
        key=f"data.header.{key}",
    )
    return found.model_copy(
        update={
            "encoding": encoding if encoding != now else found.encoding,
            "delimiter": sign if sign != current else found.delimiter,
            "header_row": int(row) if row != (table.header_row or 0) else found.header_row,
        }
    )


def _preview(table: Sniffed, encoding: str, t: Translator) -> None:
    """The first lines as they are read now, and as they would be."""
    file = NamedFile(path=table.file, name=table.name)
    before, after = st.columns(2)
    for place, title, name in ((before, t("Now"), table.encoding), (after, encoding.upper(), encoding)):
        with place:
            st.caption(title)
            st.code("\n".join(_lines(file, name)), language=None, wrap_lines=True)


@st.cache_data(show_spinner=False, max_entries=100, hash_funcs={NamedFile: str})
def _lines(file: NamedFile, encoding: str | None) -> tuple[str, ...]:
    return preview_encoding(file, encoding, PREVIEWED)


def _encoding(name: str, rivals: Mapping[str, float], t: Translator) -> str:
    share = rivals.get(name)
    return t("{encoding} ({share} sure)", encoding=name.upper(), share=t.percent(share, 0)) if share else name.upper()


def _sheets(screen: Screen, draft: Draft) -> dict[str, bool]:
    """The sheets of the draft's workbook, and whether each is read now."""
    table = draft.tables[0]
    drafts = read_desk(screen.workspace.id).drafts
    read = [item.sheet for other in drafts for item in other.tables if item.file == table.file and item.sheet]
    return {**dict.fromkeys(read, True), **{name: False for name in table.hidden_sheets if name not in read}}


def _choose_sheets(draft: Draft, sheets: Mapping[str, bool], t: Translator) -> tuple[str, ...] | None:
    chosen = st.multiselect(
        t("Sheets to read"),
        list(sheets),
        default=[name for name, is_read in sheets.items() if is_read],
        key=f"data.sheets.{draft.key}.{draft.drawn}",
        help=t("Hidden sheets are left out unless you choose them."),
    )
    is_same = {name for name, is_read in sheets.items() if is_read} == set(chosen)
    return draft.tables[0].choice.sheets if is_same else tuple(chosen)


def _choose_words(draft: Draft, table: Sniffed, t: Translator) -> tuple[str, ...] | None:
    usual = [word for word in dict.fromkeys((*NULL_WORDS, *EMPTY_WORDS)) if word]
    before = list(table.choice.empty_words) if table.choice.empty_words is not None else usual
    chosen = st.multiselect(
        t("Words that stand for nothing"),
        list(dict.fromkeys((*usual, *before))),
        default=before,
        key=f"data.words.{draft.key}.{draft.drawn}",
        accept_new_options=True,
        help=t("Take a word out where it means something in this file; write others in."),
    )
    return table.choice.empty_words if set(chosen) == set(before) else tuple(chosen)


def _read_again(screen: Screen, draft: Draft, choice: ReadingChoice) -> None:
    """All tables of the draft's files leave the desk, and come back as they are read now."""
    workspace = screen.workspace.id
    files = {table.file for table in draft.tables}
    leaving = [other for other in read_desk(workspace).drafts if any(table.file in files for table in other.tables)]
    tables = [table for other in leaving for table in other.tables]
    job = start_job(screen.t("Reading"), partial(read_again, screen.home, screen.dataset, tables, choice))
    change_desk(
        workspace,
        lambda desk: replace(desk, reading=job, failed=None, replacing=frozenset(other.key for other in leaving)),
    )
    st.rerun()
