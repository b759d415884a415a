"""Long work that a rerun does not stop: a thread, its progress, and a way to cancel it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

from kpi.errors import KpiError
from kpi.language import Translator
from kpi.ui.errors import log_bug, show_bug, show_error
from kpi.ui.text import plain

T = TypeVar("T")
QUICK_SECONDS = 0.7  # work that ends within this never shows a progress bar
POLL_SECONDS = 0.4


@dataclass(frozen=True)
class Step:
    """How far the work is: `done` of `of` (0 when nobody knows), and what it is at."""

    done: float = 0
    of: float = 0
    at: str = ""


@dataclass
class Job(Generic[T]):
    """One piece of work. `result` is there once it `is_over` and neither `mistake` nor `bug_id` is."""

    title: str
    cancel: threading.Event = field(default_factory=threading.Event)
    step: Step = field(default_factory=Step)
    result: T | None = None
    mistake: KpiError | None = None
    bug_id: str | None = None
    thread: threading.Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether the thread has ended."""
        return self.thread is not None and not self.thread.is_alive()

    def report(self, step: Step) -> None:
        """What the work calls to say how far it is."""
        self.step = step


def start_job(title: str, work: Callable[[Job[T]], T]) -> Job[T]:
    """Begin the work on a thread of its own. Returns at once when it is long, and after it when it is quick."""
    job: Job[T] = Job(title)

    def run() -> None:
        try:
            job.result = work(job)
        except KpiError as error:
            job.mistake = error
        except Exception as error:  # the session that waits for the job shows the id
            job.bug_id = log_bug(error)

    job.thread = threading.Thread(target=run, name=f"job: {title}", daemon=True)
    job.thread.start()
    job.thread.join(QUICK_SECONDS)
    return job


@st.fragment(run_every=POLL_SECONDS)
def show_progress(job: Job[Any], t: Translator, cancel_key: str | None = None) -> None:
    """How far the job is, with a button that cancels it where it can be; reruns the page when it is over."""
    if job.is_over:
        st.rerun()
    step = job.step
    words = " · ".join(part for part in (job.title, plain(step.at)) if part)
    if step.of:
        share = min(1.0, step.done / step.of)
        st.progress(share, f"{words} · {t.percent(share, 0)}")
    else:
        st.status(words, state="running")
    if job.cancel.is_set():
        st.caption(t("Stopping …"))
    elif cancel_key is not None and st.button(t("Cancel"), key=cancel_key):
        job.cancel.set()
        st.rerun(scope="fragment")


def show_failure(job: Job[Any], t: Translator) -> None:
    """What went wrong in a job that is over; nothing when it went well or was cancelled."""
    if job.bug_id is not None:
        show_bug(job.bug_id, t)
    elif job.mistake is not None and not job.cancel.is_set():
        show_error(job.mistake, t)
