"""Which colours are in force? The tokens of the light or dark theme in `.streamlit/config.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from kpi.settings import PROJECT_ROOT

CONFIG = PROJECT_ROOT / ".streamlit" / "config.toml"


@dataclass(frozen=True)
class Theme:
    """One theme's colours. Status colours never stand without an icon or a word."""

    name: str  # light or dark
    accent: str
    page: str
    surface: str
    text: str
    faded: str
    line: str
    on_target: str
    at_risk: str
    off_target: str
    font: str


@lru_cache(maxsize=2)
def theme(name: str) -> Theme:
    """The theme of this name, `light` or `dark`."""
    every = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    chosen = every[name]
    return Theme(
        name=name,
        accent=chosen["primaryColor"],
        page=chosen["backgroundColor"],
        surface=chosen["secondaryBackgroundColor"],
        text=chosen["textColor"],
        faded=chosen["grayColor"],
        line=chosen["borderColor"],
        on_target=chosen["greenColor"],
        at_risk=chosen["yellowColor"],
        off_target=chosen["redColor"],
        font=every["font"],
    )


def current_theme() -> Theme:
    """The theme that the browser shows right now; light until it has said."""
    return theme("dark" if st.context.theme.type == "dark" else "light")
