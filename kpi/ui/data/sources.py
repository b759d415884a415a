"""Places that files come from again: listed with their last run, refreshed by a click, added, paused and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType

import streamlit as st

from kpi.language import Translator, mark
from kpi.model import entities
from kpi.refresh import (
    Kind,
    Outcome,
    Run,
    Source,
    last_runs,
    make_source,
    next_times,
    read_sources,
    refresh,
    remove_source,
    save_source,
)
from kpi.refresh.folder import check_allowed
from kpi.settings import load_settings
from kpi.ui.data.found import OWN_TABLE, entity_name
from kpi.ui.data.modes import MODES
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.errors import show_error
from kpi.ui.jobs import Job, show_failure, show_progress, start_job
from kpi.ui.session import Screen
from kpi.ui.text import plain
from kpi.workspace import Home, Mode

ADD = "add_source"
KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.FOLDER: mark("Folder"),
        Kind.FILE: mark("File"),
        Kind.URL: mark("https address"),
        Kind.DATABASE: mark("Database query"),
    }
)
_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.RUNNING: mark("running"),
        Outcome.LOADED: mark("loaded"),
        Outcome.UNCHANGED: mark("nothing new"),
        Outcome.WAITING: mark("waits for a decision"),
        Outcome.FAILED: mark("failed"),
        Outcome.INTERRUPTED: mark("interrupted"),
    }
)


def show_sources(screen: Screen) -> None:
    """Every source of the workspace, and the way to a new one."""
    t, workspace = screen.t, screen.workspace
    known = read_sources(screen.home, workspace.id)
    runs = last_runs(screen.home, workspace.id)
    next_ = next_times(screen.home, workspace.id, workspace.time_zone)
    with st.expander(t("Sources"), key="data.sources"):
        st.caption(t("Where files come from again: refreshed by hand, or on schedule while the app runs."))
        _settle(screen)
        for source in known.values():
            _show(screen, source, runs.get(source.name), next_.get(source.name))
        if st.button(t("Add a source"), key="data.source_add"):
            open_dialog(ADD)
    show_dialog(ADD, t("Add a source"), partial(_add, screen), t)


def _show(screen: Screen, source: Source, run: Run | None, next_: datetime | None) -> None:
    t, zone = screen.t, screen.workspace.time_zone
    with st.container(border=True, key=f"data-source-{source.name}"):
        st.markdown(f"**{plain(source.name)}** · {t(KINDS[source.kind])} · {plain(source.shown)}")
        parts = [t(MODES[source.mode])]
        if run is not None:
            parts.append(f"{t.moment(run.started_at, zone)}: {t(_OUTCOMES[run.outcome])}")
            if run.outcome is Outcome.LOADED:
                parts.append(t.plural("{n} row", "{n} rows", run.rows))
        if not source.enabled:
            parts.append(t("paused"))
        elif next_ is not None:
            parts.append(t("next: {moment}", moment=t.moment(next_, zone)))
        st.caption(plain(" · ".join(parts)))
        if run is not None and run.mistake is not None:
            show_error(run.mistake.again(), t)
        with st.container(horizontal=True, gap="small"):
            busy = _job(screen) is not None
            if st.button(t("Refresh now"), key=f"data.refresh.{source.name}", disabled=busy):
                _start(screen, source, confirmed=run is not None and run.outcome is Outcome.WAITING)
            turn = t("Pause") if source.enabled else t("Resume")
            if st.button(turn, key=f"data.pause.{source.name}", type="tertiary"):
                changed = source.model_copy(update={"enabled": not source.enabled})
                save_source(screen.home, screen.workspace.id, changed)
                st.rerun()
            if st.button(t("Forget"), key=f"data.forget.{source.name}", type="tertiary", help=t("Its data stays.")):
                remove_source(screen.home, screen.workspace.id, source.name)
                st.rerun()


def _start(screen: Screen, source: Source, *, confirmed: bool) -> None:
    work = partial(_refresh, screen.home, screen.workspace.id, source.name, confirmed)
    st.session_state[_key(screen)] = start_job(screen.t("Refreshing"), work)
    st.rerun()


def _refresh(home: Home, workspace: str, name: str, confirmed: bool, job: Job[Run]) -> Run:
    return refresh(home, workspace, name, confirmed=confirmed, cancel=job.cancel)


def _settle(screen: Screen) -> None:
    """Show the refresh that is going on; once it is over, draw the page on what it has brought."""
    job = _job(screen)
    if job is None:
        return
    if not job.is_over:
        show_progress(job, screen.t, "data.refresh_cancel")
        return
    st.session_state.pop(_key(screen))
    if job.result is None:
        show_failure(job, screen.t)
    else:
        st.rerun()


def _job(screen: Screen) -> Job[Run] | None:
    found: Job[Run] | None = st.session_state.get(_key(screen))
    return found


def _key(screen: Screen) -> str:
    return f"data.refreshing.{screen.workspace.id}"


def _add(screen: Screen) -> None:
    t = screen.t
    kind = st.selectbox(t("Where from"), list(KINDS), format_func=lambda item: t(KINDS[item]), key="data.source_kind")
    with st.form("data.source_form", border=False):
        name = st.text_input(t("Name"), max_chars=60)
        given = _place(kind, t)
        options = [OWN_TABLE, *entities()]
        entity = st.selectbox(t("Each row is one of these"), options, format_func=lambda item: entity_name(item, t))
        likely = Mode.APPEND if kind is Kind.FOLDER else Mode.REPLACE
        mode = st.selectbox(
            t("Its rows meet those that are there"),
            list(MODES),
            index=list(MODES).index(likely),
            format_func=lambda item: t(MODES[item]),
        )
        schedule = st.text_input(t("Schedule"), placeholder="every 15m · daily · 0 6 * * 1", help=t("Empty: by hand."))
        if st.form_submit_button(t("Remember it"), type="primary"):
            about = {"name": name.strip(), "kind": kind, "entity": entity or None, "mode": mode}
            made = make_source(**about, schedule=schedule.strip() or None, **given)
            if made.place is not None and made.kind is not Kind.URL:
                check_allowed(made.place, screen.home, load_settings().refresh)
            save_source(screen.home, screen.workspace.id, made, new=True)
            close_dialog()
            st.rerun()


def _place(kind: Kind, t: Translator) -> dict[str, str]:
    """What tells where the files of this kind are."""
    if kind is Kind.FOLDER:
        folder = st.text_input(t("Folder on the server"), help=t("Within the folders that its owner has allowed."))
        return {"place": folder.strip(), "pattern": st.text_input(t("Files"), "*").strip() or "*"}
    if kind is Kind.FILE:
        help_ = t("Within the folders that its owner has allowed.")
        return {"place": st.text_input(t("File on the server"), help=help_).strip()}
    if kind is Kind.URL:
        return {"place": st.text_input(t("Address"), placeholder="https://").strip()}
    secret = st.text_input(t("Name of the secret with the database's URL"), help=t("Its owner keeps secrets apart."))
    return {"secret": secret.strip(), "query": st.text_area(t("Query"), placeholder="SELECT …").strip()}
