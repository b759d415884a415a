"""Which company's data are on screen? The sidebar's switch, and the dialogs that make and wipe a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import available_timezones

import streamlit as st

from kpi.language import Translator, mark
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.link import choose
from kpi.ui.text import plain
from kpi.workspace import (
    LOCAL,
    SCENES,
    Home,
    Workspace,
    create_workspace,
    ensure_local,
    list_workspaces,
    wipe_workspace,
)

CREATE, WIPE = "create_workspace", "wipe_workspace"
KEY = "shell.workspace"
NEXT_KEY = "shell.next_workspace"  # to switch to in the next run: a widget's own value cannot change once it is drawn
SCENE_NAMES: Mapping[str, str] = MappingProxyType(
    {"b2b": mark("B2B: key accounts"), "b2c": mark("B2C: shop and retail"), "saas": mark("SaaS: subscriptions")}
)
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "KRW", "INR", "AUD", "CAD", "CHF", "BRL")


def choose_workspace(home: Home, t: Translator) -> Workspace:
    """Draw the switch and its two buttons; returns the workspace that the link or the reader chose."""
    ensure_local(home)
    known = {item.id: item for item in list_workspaces(home)}
    if NEXT_KEY in st.session_state:
        st.session_state[KEY] = st.session_state.pop(NEXT_KEY)
    chosen = choose(
        st.selectbox,
        t("Workspace"),
        tuple(known),
        name="workspace",
        key=KEY,
        t=t,
        default=LOCAL,
        show=lambda name: workspace_name(known[name], t) if name in known else name,
        help=t("One company or client: its own data, KPIs, currency and time zone."),
    )
    with st.container(horizontal=True, gap="small"):
        if st.button(t("New"), key="shell.new_workspace", help=t("Make a workspace for another company")):
            open_dialog(CREATE)
        if st.button(t("Wipe"), key="shell.wipe_workspace", help=t("Delete this workspace with everything in it")):
            open_dialog(WIPE)
    show_dialog(CREATE, t("New workspace"), lambda: _create(home, t), t)
    show_dialog(WIPE, t("Wipe workspace"), lambda: _wipe(home, known[chosen], t), t)
    return known[chosen]


def workspace_name(workspace: Workspace, t: Translator) -> str:
    """The name as people see it; the one that is there from the start speaks the reader's language."""
    return t("My company") if workspace.id == LOCAL and workspace.name == "My company" else workspace.name


def switch_to(workspace: str) -> None:
    """Show this workspace from the next run on."""
    st.session_state[NEXT_KEY] = workspace


def _create(home: Home, t: Translator) -> None:
    with st.form("shell.create", border=False):
        name = st.text_input(t("Name"), key="shell.create_name", placeholder=t("Example Ltd"), max_chars=80)
        scene = st.selectbox(
            t("Scene"),
            SCENES,
            key="shell.create_scene",
            format_func=lambda scene: t(SCENE_NAMES[scene]),
            help=t("Whose KPIs and funnel the workspace opens with"),
        )
        currency = st.selectbox(
            t("Currency"),
            CURRENCIES,
            index=0 if t.language == "zh" else 1,
            key="shell.create_currency",
            accept_new_options=True,
        )
        zones = sorted(available_timezones())
        here = st.context.timezone or "UTC"
        zone = st.selectbox(
            t("Time zone"),
            zones,
            index=zones.index(here) if here in zones else zones.index("UTC"),
            key="shell.create_time_zone",
            help=t("In which a day begins and ends"),
        )
        asked = st.form_submit_button(t("Create workspace"), type="primary", key="shell.create_do")
    if asked and not name.strip():
        st.error(t("Give the workspace a name."))
    elif asked:
        made = create_workspace(home, name, scene=scene, currency=currency, time_zone=zone)
        switch_to(made.id)
        close_dialog()
        st.rerun()


def _wipe(home: Home, workspace: Workspace, t: Translator) -> None:
    name = workspace_name(workspace, t)
    st.markdown(
        t(
            "This deletes **{name}** with its data, KPIs and settings, for everybody. It cannot be undone.",
            name=plain(name),
        )
    )
    typed = st.text_input(t("Type the name of the workspace to confirm"), key="shell.wipe_name", placeholder=name)
    ready = typed.strip() == name
    if st.button(t("Wipe workspace"), key="shell.wipe_do", type="primary", disabled=not ready):
        wipe_workspace(home, workspace.id)
        switch_to(LOCAL)
        close_dialog()
        st.rerun()
    if not ready:
        st.caption(t("The button wakes up once the name is typed; press Enter after it."))
