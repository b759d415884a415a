"""From dropped files to loaded rows: what starts when, and what is on screen meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from kpi.ingest import LoadPlan, LoadResult, Progress
from kpi.ingest.guessing import guess
from kpi.ingest.loading import load
from kpi.ingest.plans import plan
from kpi.ui.answers import lit_kpis
from kpi.ui.data.desk import Desk, Draft, Problem, change_desk, read_desk
from kpi.ui.data.mapping import show_draft
from kpi.ui.data.reading import read_uploads
from kpi.ui.dropzone import drop_files
from kpi.ui.errors import show_error
from kpi.ui.jobs import Job, Step, show_failure, show_progress, start_job
from kpi.ui.server.upload import forget_upload
from kpi.ui.session import Screen
from kpi.workspace import Home

UPLOADS_KEY = "data.uploads"  # tokens of uploads that came in by another way than the drop zone
MOST_WIDE = 2  # drafts up to which every card is drawn with its columns
SEEN_KEY = "data.seen"  # tokens that have been read, or are being read, in this browser session


def show_desk(screen: Screen) -> None:
    """The drop zone, and under it whatever the dropped files ask for next."""
    tokens = (*drop_files(screen.home, screen.t, "data.drop"), *st.session_state.get(UPLOADS_KEY, ()))
    _begin_reading(screen, tokens)
    desk = _settle(screen, read_desk(screen.workspace.id))
    job = desk.reading or desk.loading
    if job is not None:
        show_progress(job, screen.t, "data.cancel")
    if desk.failed is not None:
        show_failure(desk.failed, screen.t)
    for problem in desk.problems:
        _show_problem(screen, problem)
    for draft in desk.drafts:
        show_draft(screen, draft, wide=len(desk.drafts) <= MOST_WIDE or bool(draft.mapping.questions))
    if desk.drafts:
        _offer_load(screen, desk)


def _begin_reading(screen: Screen, tokens: Sequence[str]) -> None:
    seen: frozenset[str] = st.session_state.get(SEEN_KEY, frozenset())
    new = [token for token in dict.fromkeys(tokens) if token not in seen]
    desk = read_desk(screen.workspace.id)
    if not new or desk.reading is not None or desk.loading is not None:
        return
    st.session_state[SEEN_KEY] = seen | set(new)
    work = partial(read_uploads, screen.home, screen.dataset, new)
    job = start_job(screen.t("Reading"), work)
    change_desk(screen.workspace.id, lambda desk: replace(desk, reading=job, failed=None, loaded=None))


def _settle(screen: Screen, desk: Desk) -> Desk:
    """Take over what a job that is over has brought."""
    workspace = screen.workspace.id
    if desk.reading is not None and desk.reading.is_over:
        job = desk.reading
        if job.result is None:
            return change_desk(workspace, lambda desk: replace(desk, reading=None, failed=job))
        found = job.result
        keys = {draft.key for draft in desk.drafts}
        fresh = tuple(draft for draft in found.drafts if draft.key not in keys)
        return change_desk(
            workspace,
            lambda desk: replace(
                desk, reading=None, drafts=(*desk.drafts, *fresh), problems=(*desk.problems, *found.problems)
            ),
        )
    if desk.loading is not None and desk.loading.is_over:
        loaded = desk.loading
        if loaded.result is None:
            return change_desk(workspace, lambda desk: replace(desk, loading=None, failed=loaded))
        for token in {token for draft in desk.drafts for token in draft.tokens}:
            forget_upload(screen.home, token)
        change_desk(workspace, lambda desk: replace(desk, loading=None, drafts=(), loaded=loaded.result))
        st.rerun()  # with the new version of the data
    return desk


def _offer_load(screen: Screen, desk: Desk) -> None:
    t = screen.t
    rows = sum(draft.rows for draft in desk.drafts)
    questions = sum(len(draft.mapping.questions) for draft in desk.drafts)
    if questions:
        st.info(t.plural("{n} question above is still open.", "{n} questions above are still open.", questions))
    busy = desk.loading is not None or desk.reading is not None
    label = t.plural("Load {n} row", "Load {n} rows", rows)
    if st.button(label, key="data.load", type="primary", disabled=bool(questions) or busy):
        plans = [item for draft in desk.drafts for item in plans_of(screen, draft)]
        lit = lit_kpis(screen)
        job = start_job(t("Loading"), partial(_load, screen.home, screen.workspace.id, plans))
        change_desk(
            screen.workspace.id, lambda desk: replace(desk, loading=job, failed=None, loaded=None, lit_before=lit)
        )
        st.rerun()


def plans_of(screen: Screen, draft: Draft) -> list[LoadPlan]:
    """A plan for each of the draft's tables, all as the first one was mapped."""
    memory = draft.mapping.to_memory()
    return [plan(draft.mapping), *(plan(guess(table, screen.dataset, memory)) for table in draft.tables[1:])]


def _load(home: Home, workspace: str, plans: Sequence[LoadPlan], job: Job[LoadResult]) -> LoadResult:
    def told(progress: Progress) -> None:
        job.report(Step(progress.share, 1, progress.file))

    return load(home, workspace, plans, told, job.cancel)


def _show_problem(screen: Screen, problem: Problem) -> None:
    show_error(problem.error, screen.t, about=problem.name)
    if st.button(screen.t("Dismiss"), key=f"data.dismiss.{problem.token}.{problem.name}", type="tertiary"):
        change_desk(
            screen.workspace.id,
            lambda desk: replace(desk, problems=tuple(other for other in desk.problems if other != problem)),
        )
        st.rerun()
