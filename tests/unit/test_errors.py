"""Errors say what, where and the remedy."""

from __future__ import annotations

import json

from kpi.errors import FileError, KpiError, QueryError, Where, near_names


def test_an_error_reads_as_a_sentence() -> None:
    """Message, place, near names and remedy stand in this order, each only where there is one."""
    error = FileError("bad", "It is bad.", remedy="Mend it.", where=Where("a.csv", "S", 3, "C"), near=("good", "fair"))
    assert str(error) == "It is bad. (a.csv, S, row 3, C) Did you mean good or fair? Mend it."
    assert str(QueryError("bad", "It is bad.")) == "It is bad."


def test_an_error_is_json() -> None:
    """What is unknown of the place is left out; everything else is always there."""
    error = QueryError("bad", "It is bad.", where=Where(row=3), found="x", near=["y"], value=5)
    assert json.loads(json.dumps(error.to_dict())) == {
        "error": "QueryError",
        "code": "bad",
        "message": "It is bad.",
        "remedy": "",
        "where": {"row": 3},
        "found": "x",
        "near": ["y"],
    }
    assert error.params == {"value": 5}


def test_the_tree_is_drawn_as_it_is() -> None:
    """Every error of the module stands in the drawing at its top, and none else."""
    import kpi.errors

    drawn = {line.split()[1] for line in (kpi.errors.__doc__ or "").splitlines() if "──" in line}
    assert drawn == {kind.__name__ for kind in KpiError.__subclasses__() if kind.__module__ == "kpi.errors"}


def test_near_names_are_near() -> None:
    """The best come first, and nothing far comes at all."""
    assert near_names("win_rat", ["orders", "win_rate", "win_rates"])[0] in ("win_rate", "win_rates")
    assert near_names("zzz", ["orders"]) == ()
