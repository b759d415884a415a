"""What takes a while to work out about the data: worked out once, beside the page, and only where somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar, cast

import streamlit as st

from kpi.errors import QueryError
from kpi.evaluate import Context
from kpi.ingest.issues import IssueKind, count_issues
from kpi.quality import Consequence, IssueKey, Join, consequences, read_joins
from kpi.semantic.kpi import Kpi
from kpi.ui.answers import lit_kpis
from kpi.ui.jobs import Job, Step, show_failure, show_progress, start_job
from kpi.ui.session import Screen
from kpi.workspace import Dataset

T = TypeVar("T")
MOST_KPIS = 2_000  # answers kept, one for each KPI of each state of the data


def issue_kinds(screen: Screen) -> tuple[IssueKind, ...]:
    """What did not fit, counted by kind."""
    return _kinds(repr((str(screen.home.folder), screen.context.key)), screen.dataset)


def meaning(screen: Screen, accepted: Collection[IssueKey]) -> tuple[Consequence, ...] | None:
    """What missing values do to the KPIs; None while that is being worked out, which is then shown."""
    lit = lit_kpis(screen)
    kpis = [kpi for name, kpi in screen.context.definitions.kpis.items() if name in lit]
    state = repr((str(screen.home.folder), screen.context.key))
    work = partial(_consequences, state, screen.context, kpis, frozenset(accepted), screen.t.language)
    key = repr((state, sorted(accepted, key=repr)))
    title = screen.t("Working out what that does to the KPIs")
    return _worked_out(screen, "meaning", key, title, work, cancel="data.meaning.cancel")


def joins(screen: Screen) -> tuple[Join, ...] | None:
    """How the tables meet; None while that is being worked out, which is then shown."""
    key = repr((str(screen.home.folder), screen.context.key))
    return _worked_out(
        screen, "joins", key, screen.t("Comparing the keys of the tables"), lambda job: _joins(key, screen.context)
    )


def _worked_out(
    screen: Screen, what: str, key: str, title: str, work: Callable[[Job[T]], T], cancel: str | None = None
) -> T | None:
    """The result of the work that belongs to this state of the data; begun where it has not been."""
    place = f"data.{what}.{screen.workspace.id}"
    known = cast("tuple[str, Job[T]] | None", st.session_state.get(place))
    if known is None or known[0] != key:
        if known is not None:
            known[1].cancel.set()  # what it would say is out of date
        known = (key, start_job(title, work))
        st.session_state[place] = known
    job = known[1]
    if not job.is_over:
        show_progress(job, screen.t, cancel)
        return None
    if job.cancel.is_set():
        st.caption(screen.t("Stopped before its end."))
        if st.button(screen.t("Work it out"), key=f"{place}.again"):
            del st.session_state[place]
            st.rerun()
        return None
    show_failure(job, screen.t)
    return job.result


def _consequences(
    state: str, context: Context, kpis: list[Kpi], accepted: frozenset[IssueKey], language: str, job: Job[object]
) -> tuple[Consequence, ...]:
    """KPI by KPI, each kept by itself: what is accepted changes only the KPIs that it is about."""
    found = []
    for done, kpi in enumerate(kpis):
        if job.cancel.is_set():
            break
        job.report(Step(done, len(kpis), kpi.names.in_language(language)))
        made = _of_kpi(repr((state, kpi.id, None)), kpi, context, frozenset())
        settled = {effect.key for effect in made.effects} & accepted if made else set()
        if settled:
            made = _of_kpi(repr((state, kpi.id, sorted(settled, key=repr))), kpi, context, frozenset(settled))
        found += [made] if made else []
    return tuple(found)


@st.cache_data(show_spinner=False, max_entries=MOST_KPIS)
def _of_kpi(key: str, _kpi: Kpi, _context: Context, _accepted: frozenset[IssueKey]) -> Consequence | None:
    try:
        found = consequences([_kpi], _context, accepted=_accepted)
    except QueryError:  # its page says why it has no value; here, nothing follows for it
        return None
    return found[0] if found else None


@st.cache_data(show_spinner=False, max_entries=20)
def _joins(key: str, _context: Context) -> tuple[Join, ...]:
    return tuple(read_joins(_context))


@st.cache_data(show_spinner=False, max_entries=100)
def _kinds(key: str, _dataset: Dataset) -> tuple[IssueKind, ...]:
    return count_issues(_dataset)
