"""The data as it was: an earlier state that the link asks for, said on every page until the reader comes back."""

from __future__ import annotations

import streamlit as st

from kpi.errors import KpiError
from kpi.language import Translator
from kpi.ui.errors import show_error
from kpi.ui.link import read_link, write_link
from kpi.workspace import Home, Workspace, list_versions, read_as_of, version_at

LINK = "as_of"


def past_key(workspace: str) -> str:
    """Where the session keeps what the reader looks back to: a load's number, a day or a moment; None for today."""
    return f"shell.past.{workspace}"


def choose_past(home: Home, workspace: Workspace, t: Translator) -> int | None:
    """The version of the data that is on screen; None for the newest. What cannot be meant is said, and not obeyed."""
    key = past_key(workspace.id)
    read_link(LINK, key, str)
    asked = st.session_state.get(key)
    version = None
    if asked:
        try:
            version = version_at(home, workspace.id, read_as_of(asked))
        except KpiError as error:
            show_error(error, t)
            st.session_state[key] = asked = None
    write_link(LINK, asked)
    return version


def tell_past(home: Home, workspace: Workspace, version: int, t: Translator) -> None:
    """Say which state is on screen, with the way back."""
    made = next((item for item in list_versions(home, workspace.id) if item.version == version), None)
    with st.container(horizontal=True, vertical_alignment="center", key="shell-past"):
        if made is None:
            words = t("You see the data as it was before the first load.")
        else:
            words = t("You see the data as it was on {moment}.", moment=t.moment(made.made_at, workspace.time_zone))
        st.info(words, icon=":material/history:")
        if st.button(t("Back to today's data"), key="shell.present", width="content"):
            st.session_state[past_key(workspace.id)] = None
            write_link(LINK, None)
            st.rerun()
