"""What lies on the desk: tables that were dropped and not loaded yet. Frozen; every change is a new desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from kpi.errors import KpiError
from kpi.ingest import ColumnMapping, LoadResult, Prepared, Sniffed
from kpi.ui.jobs import Job
from kpi.workspace import Mode


@dataclass(frozen=True)
class Draft:
    """Tables of one shape, waiting to be loaded under one mapping.

    `base` is the mapping that the grid on screen was drawn from; `mapping` has the reader's corrections on top.
    `drawn` counts how often the grid was drawn afresh.
    """

    key: str
    tokens: tuple[str, ...]  # of the uploads they came from
    tables: tuple[Sniffed, ...]
    base: ColumnMapping
    mapping: ColumnMapping
    drawn: int = 0
    mode: Mode | None = None  # how its rows meet those that are there; None for what is recommended
    load_key: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name of the first table."""
        return self.tables[0].title

    @property
    def rows(self) -> int:
        """About how many rows there are."""
        return sum(table.row_estimate for table in self.tables)

    def redrawn(self, mapping: ColumnMapping) -> Draft:
        """The draft with another mapping, its grid drawn afresh."""
        return replace(self, base=mapping, mapping=mapping, drawn=self.drawn + 1)


@dataclass(frozen=True)
class Problem:
    """A file that could not be read; the others go on."""

    token: str
    name: str
    error: KpiError


@dataclass(frozen=True)
class Found:
    """What reading some uploads has brought."""

    drafts: tuple[Draft, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Desk:
    """One workspace's desk in one browser session."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    reading: Job[Found] | None = None
    replacing: frozenset[str] = frozenset()  # drafts that what is being read will take the place of
    preparing: Job[Prepared] | None = None
    prepared: Prepared | None = None  # written aside and compared with what is there, waiting for a yes
    loading: Job[LoadResult] | None = None
    failed: Job[Found] | Job[Prepared] | Job[LoadResult] | None = None  # the last job, when it went wrong
    loaded: LoadResult | None = None
    lit_before: frozenset[str] = frozenset()  # KPIs that had their data before the last load

    @property
    def job(self) -> Job[Found] | Job[Prepared] | Job[LoadResult] | None:
        """What is being done now."""
        return self.reading or self.preparing or self.loading


def read_desk(workspace: str) -> Desk:
    """The desk of a workspace."""
    return cast(Desk, st.session_state.get(_key(workspace), Desk()))


def change_desk(workspace: str, change: Callable[[Desk], Desk]) -> Desk:
    """Put a changed desk in the place of the present one."""
    desk = change(read_desk(workspace))
    st.session_state[_key(workspace)] = desk
    return desk


def change_draft(workspace: str, changed: Draft) -> None:
    """Put a changed draft in the place of the one with its key."""
    change_desk(
        workspace,
        lambda desk: replace(
            desk, drafts=tuple(changed if draft.key == changed.key else draft for draft in desk.drafts)
        ),
    )


def drop_draft(workspace: str, key: str) -> None:
    """Take a draft off the desk."""
    change_desk(workspace, lambda desk: replace(desk, drafts=tuple(draft for draft in desk.drafts if draft.key != key)))


def _key(workspace: str) -> str:
    return f"data.desk.{workspace}"
