"""From dropped files to loaded rows: what starts when, and what is on screen meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from kpi.ingest import LoadPlan, LoadResult, Prepared, Progress, commit, discard, guess, load, plan, prepare
from kpi.ui.answers import lit_kpis
from kpi.ui.data.compare import show_difference
from kpi.ui.data.desk import Desk, Draft, Found, Problem, change_desk, read_desk
from kpi.ui.data.mapping import show_draft
from kpi.ui.data.modes import meets_rows, with_mode
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
    if desk.job is not None:
        show_progress(desk.job, screen.t, "data.cancel")
    if desk.failed is not None:
        show_failure(desk.failed, screen.t)
        _offer_again(screen, desk)
    for problem in desk.problems:
        _show_problem(screen, problem)
    if desk.prepared is not None:
        _confirm(screen, desk, desk.prepared)
        return
    for draft in desk.drafts:
        show_draft(screen, draft, wide=len(desk.drafts) <= MOST_WIDE or bool(draft.mapping.questions))
    if desk.drafts:
        _offer_load(screen, desk)


def _begin_reading(screen: Screen, tokens: Sequence[str]) -> None:
    seen: frozenset[str] = st.session_state.get(SEEN_KEY, frozenset())
    new = [token for token in dict.fromkeys(tokens) if token not in seen]
    desk = read_desk(screen.workspace.id)
    if not new or desk.job is not None or desk.prepared is not None:
        return
    st.session_state[SEEN_KEY] = seen | set(new)
    work = partial(read_uploads, screen.home, screen.dataset, new)
    job = start_job(screen.t("Reading"), work)
    change_desk(screen.workspace.id, lambda desk: replace(desk, reading=job, failed=None, loaded=None))


def _settle(screen: Screen, desk: Desk) -> Desk:
    """Take over what a job that is over has brought."""
    workspace = screen.workspace.id
    job = desk.job
    if job is None or not job.is_over:
        return desk
    if job.result is None:
        return change_desk(
            workspace, lambda desk: replace(desk, reading=None, preparing=None, loading=None, failed=job)
        )
    if desk.reading is not None and desk.reading.result is not None:
        found = desk.reading.result
        return change_desk(workspace, lambda desk: _with_found(desk, found))
    if desk.preparing is not None and desk.preparing.result is not None:
        prepared = desk.preparing.result
        return change_desk(workspace, lambda desk: replace(desk, preparing=None, prepared=prepared))
    if desk.loading is not None and desk.loading.result is not None:
        loaded = desk.loading.result
        for token in {token for draft in desk.drafts for token in draft.tokens}:
            forget_upload(screen.home, token)
        change_desk(workspace, lambda desk: replace(desk, loading=None, prepared=None, drafts=(), loaded=loaded))
        st.rerun()  # with the new version of the data
    return desk


def _with_found(desk: Desk, found: Found) -> Desk:
    """The desk with what has been read; where nothing could be read anew, what was there stays."""
    leaving = desk.replacing if found.drafts else frozenset()
    kept = tuple(draft for draft in desk.drafts if draft.key not in leaving)
    drawn = {draft.key: draft.drawn for draft in desk.drafts if draft.key in leaving}
    keys = {draft.key for draft in kept}
    fresh = tuple(replace(draft, drawn=drawn.get(draft.key, -1) + 1) for draft in found.drafts if draft.key not in keys)
    problems = (*desk.problems, *found.problems)
    return replace(desk, reading=None, replacing=frozenset(), drafts=(*kept, *fresh), problems=problems)


def _offer_load(screen: Screen, desk: Desk) -> None:
    t = screen.t
    rows = sum(draft.rows for draft in desk.drafts)
    questions = sum(len(draft.mapping.questions) for draft in desk.drafts)
    if questions:
        st.info(t.plural("{n} question above is still open.", "{n} questions above are still open.", questions))
    compared = any(meets_rows(screen, draft) for draft in desk.drafts)
    compare, at_once = (
        t.plural("Compare {n} row", "Compare {n} rows", rows),
        t.plural("Load {n} row", "Load {n} rows", rows),
    )
    busy = bool(questions) or desk.job is not None
    if st.button(compare if compared else at_once, key="data.load", type="primary", disabled=busy):
        _start(screen, [item for draft in desk.drafts for item in plans_of(screen, draft)], compared=compared)


def _start(screen: Screen, plans: Sequence[LoadPlan], *, compared: bool, again: bool = False) -> None:
    """Load at once what is all new; what meets rows that are there is compared first."""
    t, home, workspace = screen.t, screen.home, screen.workspace.id
    lit = lit_kpis(screen)
    if compared:
        preparing = start_job(t("Comparing"), partial(_prepare, home, workspace, plans, again))
        change_desk(
            workspace, lambda desk: replace(desk, preparing=preparing, failed=None, loaded=None, lit_before=lit)
        )
    else:
        loading = start_job(t("Loading"), partial(_load, home, workspace, plans))
        change_desk(workspace, lambda desk: replace(desk, loading=loading, failed=None, loaded=None, lit_before=lit))
    st.rerun()


def _offer_again(screen: Screen, desk: Desk) -> None:
    """A file that is there already may be loaded once more, if somebody says so."""
    mistake = desk.failed.mistake if desk.failed is not None else None
    if mistake is None or mistake.code != "same_file" or desk.job is not None:
        return
    if st.button(screen.t("Load it once more all the same"), key="data.again"):
        plans = [item for draft in desk.drafts for item in plans_of(screen, draft)]
        _start(screen, plans, compared=True, again=True)


def _confirm(screen: Screen, desk: Desk, prepared: Prepared) -> None:
    """The difference, and the choice to load it or to go back to the files."""
    t, workspace = screen.t, screen.workspace.id
    show_difference(screen, prepared)
    with st.container(horizontal=True):
        if st.button(t("Load it"), key="data.commit", type="primary", disabled=desk.job is not None):
            job = start_job(t("Loading"), partial(_commit, screen.home, prepared))
            change_desk(workspace, lambda desk: replace(desk, loading=job, failed=None))
            st.rerun()
        if st.button(t("Back to the files"), key="data.discard", disabled=desk.job is not None):
            discard(screen.home, prepared)
            change_desk(workspace, lambda desk: replace(desk, prepared=None, failed=None))
            st.rerun()


def plans_of(screen: Screen, draft: Draft) -> list[LoadPlan]:
    """A plan for each of the draft's tables, all as the first one was mapped."""
    memory = draft.mapping.to_memory()
    plans = [plan(draft.mapping), *(plan(guess(table, screen.dataset, memory)) for table in draft.tables[1:])]
    return with_mode(screen, draft, plans)


def _load(home: Home, workspace: str, plans: Sequence[LoadPlan], job: Job[LoadResult]) -> LoadResult:
    return load(home, workspace, plans, partial(_told, job), job.cancel)


def _prepare(home: Home, workspace: str, plans: Sequence[LoadPlan], again: bool, job: Job[Prepared]) -> Prepared:
    return prepare(home, workspace, plans, partial(_told, job), job.cancel, again=again)


def _commit(home: Home, prepared: Prepared, job: Job[LoadResult]) -> LoadResult:
    return commit(home, prepared, partial(_told, job), job.cancel)


def _told(job: Job[Any], progress: Progress) -> None:
    job.report(Step(progress.share, 1, progress.file))


def _show_problem(screen: Screen, problem: Problem) -> None:
    show_error(problem.error, screen.t, about=problem.name)
    if st.button(screen.t("Dismiss"), key=f"data.dismiss.{problem.token}.{problem.name}", type="tertiary"):
        change_desk(
            screen.workspace.id,
            lambda desk: replace(desk, problems=tuple(other for other in desk.problems if other != problem)),
        )
        st.rerun()
