"""Accepting an issue: recorded with author, reason and date; it can be taken back."""

from __future__ import annotations

import pytest

from kpi.errors import QueryError
from kpi.quality import IssueKey, accept, accepted, take_back
from kpi.workspace import Home
from tests.given import given_workspace

KEY = IssueKey("opportunities", "closed_at", "undated")


def test_who_accepted_what_and_why_is_kept(home: Home) -> None:
    """Until it is taken back, and again afterwards."""
    workspace = given_workspace(home, {})
    accept(home, workspace, KEY, author="ann", reason="closed by phone", rows=4)
    (found,) = accepted(home, workspace).values()
    assert (found.key, found.author, found.reason, found.rows) == (KEY, "ann", "closed by phone", 4)
    take_back(home, workspace, KEY, author="bo")
    assert accepted(home, workspace) == {}
    accept(home, workspace, KEY, author="bo", reason="looked again")
    assert accepted(home, workspace)[KEY].author == "bo"


def test_single_rows_are_told_apart(home: Home) -> None:
    """An issue of one row of a file is not that of another, nor of the whole column."""
    workspace = given_workspace(home, {})
    row = IssueKey("opportunities", "amount", "not_an_amount", file="a.csv", row=6)
    accept(home, workspace, row, author="ann", reason="known")
    assert set(accepted(home, workspace)) == {row}
    with pytest.raises(QueryError, match="not been accepted"):
        take_back(
            home, workspace, IssueKey("opportunities", "amount", "not_an_amount", file="a.csv", row=7), author="x"
        )


def test_a_reason_is_needed(home: Home) -> None:
    """Nothing is accepted without a word."""
    workspace = given_workspace(home, {})
    with pytest.raises(QueryError) as caught:
        accept(home, workspace, KEY, author="ann", reason="  ")
    assert caught.value.code == "reason_missing"
