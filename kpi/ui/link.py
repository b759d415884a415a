"""The link holds the view: what is chosen stands in the address bar by stable ids, whatever the language.

Streamlit's own binding writes the *label* of an option into the link, which another reader's language does not know.
Here a choice is read from the link when the link says something new (first load, a pasted link, the back button)
and written back once the widget has spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from kpi.language import Translator
from kpi.ui.text import plain

Parse = Callable[[str], Any]  # text of the link → widget value; None when it cannot be meant


def read_link(name: str, key: str, parse: Parse) -> str | None:
    """Before a widget: give it the link's value when that is news. Returns the text when it cannot be meant."""
    text = st.query_params.get(name)
    if text is None or text == st.session_state.get(_seen(name)):
        return None
    st.session_state[_seen(name)] = text
    value = parse(text)
    if value is None:
        return str(text)
    st.session_state[key] = value
    return None


def write_link(name: str, text: str | None) -> None:
    """After a widget: make the link say what is chosen; nothing takes the name out of it."""
    if not text:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
    st.session_state[_seen(name)] = text


def choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    *,
    name: str,
    key: str,
    t: Translator,
    default: str | None = None,
    show: Callable[[str], str] = str,
    **arguments: Any,
) -> str:
    """One of `options` by a selectbox, radio or segmented control, kept in the link under `name`.

    An option that the link names and that is not there is said, and the default stands in for it.
    """
    rejected = read_link(name, key, lambda text: text if text in options else None)
    if st.session_state.get(key) not in options:
        st.session_state[key] = default if default in options else options[0]
    chosen = widget(label, options, key=key, format_func=show, persist_state="session", **arguments)
    if rejected is not None:
        st.warning(t("The link asks for {found}, which is not here.", found=plain(rejected)))
    write_link(name, chosen or st.session_state[key])
    return str(chosen or st.session_state[key])


def choose_several(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    *,
    name: str,
    key: str,
    show: Callable[[str], str] = str,
    **arguments: Any,
) -> tuple[str, ...]:
    """Any number of `options` by a multiselect or pills, kept in the link separated by `~`; none is out of the link."""
    read_link(name, key, lambda text: [part for part in text.split("~") if part in options])
    st.session_state[key] = [part for part in st.session_state.get(key) or [] if part in options]
    chosen = widget(label, options, key=key, format_func=show, persist_state="session", **arguments)
    write_link(name, "~".join(chosen) or None)
    return tuple(chosen)


def _seen(name: str) -> str:
    return f"link.{name}"
