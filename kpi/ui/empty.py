"""What does a page show before anything is loaded? What to do next, with the buttons that do it."""

from __future__ import annotations

from typing import cast

import streamlit as st

from kpi.demo import load_demo
from kpi.language import Translator
from kpi.ui.jobs import Job, Step, show_failure, show_progress, start_job
from kpi.ui.session import Screen, go_to
from kpi.ui.workspaces import switch_to
from kpi.workspace import Home

JOB_KEY = "empty.job"


def show_empty(screen: Screen) -> None:
    """The first run: two ways on."""
    t = screen.t
    st.title(t("From a sales export to the next move"), anchor=False)
    st.markdown(
        t(
            "Nothing is loaded in this workspace yet. Load the files that your CRM, shop or billing system exports, "
            "or look around in three demo companies first."
        )
    )
    with st.container(horizontal=True):
        if st.button(t("Load your own files"), key="empty.own", type="primary"):
            go_to("data")
        offer_demo(screen)
    show_demo_progress(screen)


def offer_demo(screen: Screen) -> None:
    """The button that loads the demo companies; out of order while they are being loaded."""
    t, running = screen.t, _job() is not None
    tip = t("Three companies, a workspace each: B2B, B2C, SaaS")
    if st.button(t("Load demo data"), key="empty.demo", help=tip, disabled=running):
        st.session_state[JOB_KEY] = start_job(t("Loading demo data"), lambda job: _load(screen.home, t, job))
        st.rerun()


def show_demo_progress(screen: Screen) -> None:
    """How far the demo companies are; goes to the first of them once they are all there."""
    job = _job()
    if job is None:
        return
    if not job.is_over:
        show_progress(job, screen.t)
        return
    del st.session_state[JOB_KEY]
    show_failure(job, screen.t)
    if job.result:
        # The demo company of the scene that this workspace is about, else the first.
        same = [name for name in job.result if name.endswith(screen.workspace.scene)]
        switch_to((same or job.result)[0])
        go_to("scorecard")


def _load(home: Home, t: Translator, job: Job[list[str]]) -> list[str]:
    return load_demo(home, None, lambda text: job.report(Step(at=text)), t.language)


def _job() -> Job[list[str]] | None:
    return cast("Job[list[str]] | None", st.session_state.get(JOB_KEY))
