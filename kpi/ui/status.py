"""A status as a badge: colour, icon and word together."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import streamlit as st

from kpi.evaluate import Status
from kpi.language import Translator
from kpi.narrate import status_icon, status_name

_COLOURS: MappingProxyType[Status, Any] = MappingProxyType(
    {
        Status.ON_TARGET: "green",
        Status.AT_RISK: "yellow",
        Status.OFF_TARGET: "red",
        Status.NO_TARGET: "gray",
        Status.NO_DATA: "gray",
    }
)


def show_status(status: Status, t: Translator, *, count: int | None = None) -> None:
    """One badge; with a count, how many have this status."""
    words = f"{status_icon(status)} {status_name(status, t)}"
    st.badge(words if count is None else f"{count} {words}", color=_COLOURS[status])
