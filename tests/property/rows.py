"""Made-up rows for property tests: deals and events of a few weeks, with gaps, ties and repeats."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kpi.evaluate import Access, Context, open_context
from kpi.workspace import Home
from tests.given import Rows, given_workspace

FIRST = date(2024, 1, 1)
_numbers = itertools.count()

# Every example writes a small workspace, so there are few; all may share one home.
few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
days = st.integers(0, 75).map(lambda number: FIRST + timedelta(days=number))
maybe_days = st.none() | days
regions = st.sampled_from(["East", "West", "北区", "", None])


@st.composite
def deals(draw: st.DrawFn, least: int = 1, most: int = 12) -> list[dict[str, Any]]:
    """Opportunities, some of them without region, amount or dates."""
    return [
        {
            "opportunity_id": f"o{number}",
            "created_at": str(draw(days)),
            "first_visit_at": _text(draw(maybe_days)),
            "need_confirmed_at": _text(draw(maybe_days)),
            "proposal_at": _text(draw(maybe_days)),
            "decision_maker_at": _text(draw(maybe_days)),
            "closed_at": _text(draw(maybe_days)),
            "collected_at": _text(draw(maybe_days)),
            "status": draw(st.sampled_from(["open", "won", "lost"])),
            "amount": draw(st.integers(0, 10**6)) / 100,
            "region": draw(regions),
        }
        for number in range(draw(st.integers(least, most)))
    ]


@st.composite
def visits(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of a few visitors, many of them at the same hour."""
    return [
        {
            "event_id": str(number),
            "visitor": draw(st.sampled_from(["ann", "bob", "cid"])),
            "occurred_at": str(datetime(2024, 1, 1) + timedelta(hours=12 * draw(st.integers(0, 20)))),
            "event": draw(st.sampled_from(["visit", "cart", "order"])),
            "channel": draw(st.sampled_from(["web", "app"])),
        }
        for number in range(draw(st.integers(1, 15)))
    ]


def context_of(home: Home, **tables: Rows) -> Context:
    """A context over a workspace of its own with these rows."""
    name = f"w{next(_numbers)}"
    workspace = given_workspace(home, tables, workspace=name)
    return open_context(home, workspace, access=Access.everything(), now=date(2024, 4, 1))


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)
