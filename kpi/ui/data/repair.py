"""What is being mended right now: the matter that is open, what has been typed, and the work under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

import streamlit as st

from kpi.errors import KpiError
from kpi.ui.data.desk import change_desk
from kpi.ui.jobs import Job, show_failure, show_progress, start_job
from kpi.ui.session import Screen
from kpi.ui.text import plain

SETTLES_SECONDS = 0.4  # a grid sends what was typed a moment later than a button sends its click


@dataclass(frozen=True)
class Repair:
    """One workspace's mending in one browser session. The job gives the sentence that says what it has done.

    `typed` holds the texts that were typed into cells by their rows' ids, so that a refusal loses none of them;
    `drawn` counts how often the grid was drawn afresh.
    """

    open: str | None = None  # the name of a matter, or of what else is mended
    typed: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    drawn: int = 0
    asked: tuple[str, float] | None = None  # which matter is to be saved, and since when
    job: Job[str] | None = None
    failed: Job[str] | None = None
    told: str = ""

    @property
    def mistake(self) -> KpiError | None:
        """What was wrong with what was typed last."""
        return self.failed.mistake if self.failed is not None else None


def read_repair(workspace: str) -> Repair:
    """The state of a workspace's mending."""
    return cast(Repair, st.session_state.get(_key(workspace), Repair()))


def change_repair(workspace: str, change: Callable[[Repair], Repair]) -> None:
    """Put a changed state in the place of the present one."""
    st.session_state[_key(workspace)] = change(read_repair(workspace))


def open_repair(workspace: str, name: str | None) -> None:
    """Begin to mend a matter, or leave it."""
    change_repair(workspace, lambda repair: Repair(open=name, drawn=repair.drawn + 1))
    st.rerun()


def is_time_to_save(screen: Screen, name: str, *, clicked: bool) -> bool:
    """Whether what stands in a grid is to be saved now: a moment after the click, when the last cell has arrived."""
    workspace = screen.workspace.id
    if clicked:
        change_repair(workspace, lambda repair: replace(repair, asked=(name, time.monotonic())))
    asked = read_repair(workspace).asked
    if asked is None or asked[0] != name:
        return False
    if time.monotonic() - asked[1] >= SETTLES_SECONDS:
        return True
    _wait_until(asked[1] + SETTLES_SECONDS)
    return False


@st.fragment(run_every=SETTLES_SECONDS / 2)
def _wait_until(moment: float) -> None:
    """Rerun the page once the moment has come."""
    if time.monotonic() >= moment:
        st.rerun()


def start_repair(
    screen: Screen, name: str, title: str, work: Callable[[Job[str]], str], typed: Mapping[int, str] | None = None
) -> None:
    """Begin to save what was typed."""
    job = start_job(title, work)
    change_repair(
        screen.workspace.id,
        lambda repair: replace(
            repair, open=name, typed=typed or {}, drawn=repair.drawn + 1, asked=None, job=job, failed=None, told=""
        ),
    )
    st.rerun()


def show_repair(screen: Screen) -> Repair:
    """Draw what is being saved, or what has come of it; the state as it then is."""
    workspace = screen.workspace.id
    repair = read_repair(workspace)
    if repair.job is not None and repair.job.is_over:
        job = repair.job
        if job.result is not None:
            told = job.result
            change_repair(workspace, lambda repair: Repair(drawn=repair.drawn + 1, told=told))
            change_desk(workspace, lambda desk: replace(desk, loaded=None))  # what it said is no longer true
            st.rerun()  # with the new version of the data
        change_repair(workspace, lambda repair: replace(repair, job=None, failed=job))
        repair = read_repair(workspace)
    if repair.job is not None:
        show_progress(repair.job, screen.t, "data.repair.cancel")
    if repair.told:
        st.success(plain(repair.told))
    return repair


def show_refusal(screen: Screen, repair: Repair, name: str) -> None:
    """Why what was typed into this matter was not taken; nothing where it was not refused."""
    if repair.open == name and repair.failed is not None:
        show_failure(repair.failed, screen.t)


def _key(workspace: str) -> str:
    return f"data.repair.{workspace}"
