"""The frame around every page: language, workspace, navigation, and the screen that pages read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from kpi.language import LANGUAGES, Translator, choose_language, mark, translator
from kpi.settings import load_settings
from kpi.ui.browser import show_logo, tell_browser
from kpi.ui.errors import LANGUAGE_KEY, boundary
from kpi.ui.link import choose, read_link
from kpi.ui.past import choose_past, tell_past
from kpi.ui.server.paths import base_path
from kpi.ui.session import SCREEN_KEY, Screen, opened_home, page_file
from kpi.ui.theme import current_theme
from kpi.ui.workspaces import choose_workspace

HOME_PAGE = "scorecard"
TODAYS_PAGE = "data"  # always shows what is loaded now: there loads are made and taken away
PAGES: Mapping[str, str] = MappingProxyType(
    {
        HOME_PAGE: mark("Scorecard"),
        "kpis": mark("KPIs"),
        "b2b": mark("B2B"),
        "b2c": mark("B2C"),
        "saas": mark("SaaS"),
        "data": mark("Data"),
    }
)


def show() -> None:
    """Draw one rerun: the sidebar, then the page that the reader is on."""
    read_link("lang", LANGUAGE_KEY, choose_language)
    t = translator(st.session_state.get(LANGUAGE_KEY) or choose_language(st.context.locale))
    st.set_page_config(page_title="Waymark", layout="wide")
    with boundary(t):
        here = st.navigation([page_of(name, t) for name in PAGES])
        with st.sidebar:
            home = opened_home()
            workspace = choose_workspace(home, t)
            _choose_language(t)
            _sign_out(t)
        theme = current_theme()
        show_logo(theme)
        tell_browser(t, theme)
        version = choose_past(home, workspace, t)
        if here.url_path == TODAYS_PAGE:
            version = None
        elif version is not None:
            tell_past(home, workspace, version, t)
        st.session_state[SCREEN_KEY] = Screen(home, workspace, t, theme, version)
        here.run()


def page_of(name: str, t: Translator) -> st.Page:
    """The page of this name, for the navigation and for links to it."""
    return st.Page(page_file(name), title=t(PAGES[name]), url_path=name, default=name == HOME_PAGE)


def _choose_language(t: Translator) -> None:
    choose(
        st.segmented_control,
        t("Language"),
        tuple(LANGUAGES),
        name="lang",
        key=LANGUAGE_KEY,
        t=t,
        default=t.language,
        show=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
    )


def _sign_out(t: Translator) -> None:
    if load_settings().password is not None:
        st.html(f'<a href="{base_path()}/logout" target="_self">{t("Sign out")}</a>')
