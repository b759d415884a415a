"""Which damaged rows are saved, and what is never guessed."""

from __future__ import annotations

from pathlib import Path

from kpi.ingest.damage import is_damaged, plan_mending
from kpi.ingest.dialect import find_dialect
from kpi.ingest.mend import Outcome, Plan, mend, write_copy
from kpi.ingest.rejoin import learn, rejoin

GOOD = [
    [f"A{at:03}", f"2024-01-{at + 10}", f"text {at}", "paid" if at % 2 else "open", str(at * 7)] for at in range(12)
]
LINES = ["id,day,note,state,amount", *(",".join(row) for row in GOOD)]


def planned(lines: list[str]) -> Plan:
    """How the mender sees a text."""
    text = "\n".join(lines)
    dialect = find_dialect(text)
    assert dialect is not None
    return plan_mending(text, dialect)


def mended(lines: list[str]) -> tuple[list[list[str]], Outcome]:
    """The records of a text after mending, header included."""
    outcome = Outcome()
    return list(mend(iter(lines), planned(lines), outcome)), outcome


def test_sound_rows_pass_through() -> None:
    """A sound text needs no copy, and its records are as they were."""
    rows, outcome = mended(LINES)
    assert rows[1:] == GOOD
    assert not outcome.is_worth_a_copy()


def test_one_way_of_joining_is_taken() -> None:
    """Types and shapes of the neighbours leave one way only."""
    habits = learn(GOOD, 5)
    row = ["A900", "2024-01-30", "one", "two", "three", "paid", "8"]
    assert rejoin(row, habits, ",") == ["A900", "2024-01-30", "one,two,three", "paid", "8"]


def test_several_ways_of_joining_are_none() -> None:
    """Where two texts stand side by side, nothing says which of them was cut."""
    rows = [[f"A{at:03}", "plain " * at + "word", "any " * (at % 3) + "thing", str(at)] for at in range(8)]
    assert rejoin(["A900", "one", "two", "three", "4"], learn(rows, 4), ",") is None


def test_blank_behind_a_delimiter_tells() -> None:
    """A cell that begins with a blank, as none else does, goes on from the one before."""
    rows = [[f"A{at:03}", "plain " * at + "word", "any " * (at % 3) + "thing", str(at)] for at in range(8)]
    assert rejoin(["A900", "one", " two", "three", "4"], learn(rows, 4), ",") == ["A900", "one, two", "three", "4"]


def test_nothing_is_joined_without_experience() -> None:
    """A handful of rows teaches nothing."""
    assert rejoin(["A900", "one", "two", "4"], learn(GOOD[:2], 5)[:3], ",") is None


def test_unclosed_quote_costs_one_line() -> None:
    """Reading goes on at the next line that is a row; the damaged one is kept only where it fits as it stands."""
    rows, outcome = mended([*LINES[:6], 'A777,2024-02-02,"never closed,paid', *LINES[6:]])
    assert [row for row in rows[1:] if row] == GOOD
    assert [(line, reason) for line, reason, _ in outcome.aside] == [(7, "broken_quotes")]
    rows, outcome = mended([*LINES[:6], 'A777,2024-02-02,"never closed,paid,5', *LINES[6:]])
    assert rows[6] == ["A777", "2024-02-02", '"never closed', "paid", "5"]
    assert outcome.aside == []


def test_line_breaks_inside_quotes_are_no_damage() -> None:
    """A quote that closes further down, with the right number of cells, was meant."""
    rows, outcome = mended([*LINES[:6], 'A777,2024-02-02,"first', "", "a, b and c", 'last",paid,5', *LINES[6:]])
    assert rows[6] == ["A777", "2024-02-02", "first\n\na, b and c\nlast", "paid", "5"]
    assert not outcome.is_worth_a_copy("broken_quotes")


def test_row_numbers_stay(tmp_path: Path) -> None:
    """Rows set aside and second halves of rows become blank lines, so that the others keep their numbers."""
    lines = [*LINES[:4], "too,short", LINES[4], "A800,2024-03-01,cut", "in two,open,9", *LINES[5:]]
    path, copy = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    outcome = write_copy(path, copy, planned(lines))
    out = copy.read_text(encoding="utf-8").split("\n")
    assert outcome.aside == [(5, "too_few_cells", "too,short")]
    assert (out[4], out[5]) == ("", LINES[4])
    assert out[6:9] == ['A800,2024-03-01,"cut', 'in two",open,9', ""]
    assert outcome.records == len(lines) - 1


def test_quotes_left_open_far_down_are_found(tmp_path: Path) -> None:
    """Two quotes that are never closed, far from each other, would swallow all rows between them."""
    body = [",".join([f"A{at:03}", "2024-01-10", "plain words here", "paid", "5"]) for at in range(20_000)]
    body[15_000] = 'A1,2024-01-10,"open,paid,5'
    body[18_000] = 'A2,2024-01-10,"open,paid,5'
    lines = [LINES[0], *body]
    path = tmp_path / "long.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    head = "\n".join(lines[:10_000])
    plan = plan_mending(head, find_dialect(head))  # type: ignore[arg-type]
    assert is_damaged(path, head, [], plan, quoted=True)
    outcome = write_copy(path, tmp_path / "copy.csv", plan)
    assert (outcome.records, outcome.aside) == (20_000, [])


def test_another_table_is_not_mended_away() -> None:
    """Where most rows do not fit, they are told as what they are: too long or too short."""
    _, outcome = mended(["a,b,c", "1,2,3", "1,2", "1,2,3,4,5,6,7,8,9", "4,5,6"])
    assert [reason for _, reason, _ in outcome.aside] == ["too_few_cells", "too_many_cells"]
