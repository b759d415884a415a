"""What does somebody see when something goes wrong? A mistake says what, where and the remedy; a bug says its id."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from kpi.errors import KpiError
from kpi.language import Translator, translator
from kpi.ui.text import plain

LANGUAGE_KEY = "shell.language"  # of the session, so that an error outside a page speaks it too
_LOG = logging.getLogger("kpi.ui")


@dataclass(frozen=True)
class ErrorText:
    """An error in the user's language; `place` and `remedy` may be empty."""

    message: str
    place: str
    remedy: str


def error_text(error: KpiError, t: Translator) -> ErrorText:
    """The error's sentences by its code, or as it was raised in English where the catalogue has none."""
    where = error.where
    near = t.list(list(error.near))
    params = {**error.params, "found": error.found or "", "near": near}
    place = [
        where.file,
        where.sheet and t("sheet {name}", name=where.sheet),
        where.row is not None and t("row {number}", number=str(where.row)),
        where.column and t("column {name}", name=where.column),
    ]
    remedy = t.by_code(f"remedy.{error.code}", **params) or error.remedy
    hint = t("Did you mean {near}?", near=near) if error.near else ""
    return ErrorText(
        message=t.by_code(error.code, **params) or error.message,
        place=", ".join(part for part in place if part),
        remedy=" ".join(part for part in (hint, remedy) if part),
    )


def show_error(error: KpiError, t: Translator, about: str = "") -> None:
    """Draw a mistake that the user can mend; `about` is the file it is about, when that has to be said first."""
    text = error_text(error, t)
    lines = [f"**{plain(about)}**" if about else "", f"**{plain(text.message)}**"]
    lines += [plain(part) for part in (text.place, text.remedy) if part != about]
    st.error("  \n".join(line for line in lines if line))


def log_bug(error: Exception) -> str:
    """Write the traceback to the log under a fresh id."""
    bug_id = secrets.token_hex(4)
    _LOG.error("bug %s", bug_id, exc_info=error)
    return bug_id


def show_bug(bug_id: str, t: Translator) -> None:
    """Say that something broke, and under which id the log has it."""
    st.error(
        t(
            "Something broke that should not have. Your data is as it was. "
            "Please report it with this number: {bug_id}. The server's log has the details under it.",
            bug_id=bug_id,
        )
    )


@contextmanager
def boundary(t: Translator) -> Iterator[None]:
    """Whatever goes wrong inside is shown; the page ends there."""
    try:
        yield
    except KpiError as error:
        show_error(error, t)
    except Exception as error:
        show_bug(log_bug(error), t)


def report_uncaught(error: Exception) -> bool:
    """The boundary around callbacks and fragments, which run outside a page. True: it has been shown."""
    t = translator(st.session_state.get(LANGUAGE_KEY, "en"))
    with boundary(t):
        raise error
    return True
