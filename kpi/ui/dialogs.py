"""One dialog at a time, open until it is answered or dismissed, whatever else reruns the page meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi.language import Translator
from kpi.ui.errors import boundary

OPEN_KEY = "shell.dialog"


def open_dialog(name: str) -> None:
    """Open the dialog of this name in place of any other."""
    st.session_state[OPEN_KEY] = name


def close_dialog() -> None:
    """Close whatever is open."""
    st.session_state.pop(OPEN_KEY, None)


def show_dialog(name: str, title: str, body: Callable[[], None], t: Translator) -> None:
    """Draw the dialog if it is the open one; mistakes made in it are shown in it."""

    def draw() -> None:
        with boundary(t):
            body()

    if st.session_state.get(OPEN_KEY) == name:
        st.dialog(title, on_dismiss=close_dialog)(draw)()
