"""What there is to decide: issues and gaps of one place together, each with the KPIs that rest on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.evaluate import Access, Context, open_context
from kpi.ingest import NamedFile, guess, inspect, load, plan, read_issues
from kpi.ingest.issues import IssueKind, Scope, count_issues
from kpi.ingest.lines import cut_line, line_columns
from kpi.quality import accept, accepted, consequences
from kpi.quality.matters import Group, Matter, matters
from kpi.workspace import Home, ensure_local, read_dataset

DEALS = "Deal ID;Account;Create date;Close date;Stage;Amount\n" + "".join(
    f"D-{at};A{at};2024-01-{at:02d};{'soon' if at == 4 else '' if at == 5 else f'2024-03-{at:02d}'};Won;{amount}\n"
    for at in range(1, 21)
    for amount in ("many" if at == 9 else at * 100,)
)
ASIDE = 'D-21;"A; 21";2024-01-21;2024-03-21;Won;2100;left over\nTotal;;;;;21000\n'


@pytest.fixture
def context(home: Home, tmp_path: Path) -> Context:
    """Deals with a day and an amount that are none, a day that is missing, a line too long, and a total."""
    ensure_local(home)
    path = tmp_path / "deals.csv"
    path.write_text(DEALS + ASIDE, encoding="utf-8")
    (found,) = inspect([NamedFile(path=path, name=path.name)], home)
    load(home, "local", [plan(guess(found, read_dataset(home, "local")).accept())])
    return open_context(home, "local", access=Access.everything())


def listed(context: Context, home: Home, *kpis: str) -> dict[str, Matter]:
    """The matters by name."""
    known = accepted(home, "local")
    found = consequences(kpis, context, accepted=known)
    return {matter.name: matter for matter in matters(count_issues(context.dataset), found, known)}


def test_issues_are_counted_by_kind(context: Context) -> None:
    """By table, reason and column; cells, lines and files apart; and read one kind at a time."""
    kinds = count_issues(context.dataset)
    assert set(kinds) == {
        IssueKind("opportunities", "not_a_date", Scope.CELL, "closed_at", "Close date", 1),
        IssueKind("opportunities", "not_an_amount", Scope.CELL, "amount", "Amount", 1),
        IssueKind("opportunities", "too_many_cells", Scope.LINE, None, None, 1),
        IssueKind("opportunities", "totals_row", Scope.LINE, None, None, 1),
    }
    values = {kind.reason: list(read_issues(context.dataset, kind=kind)["value"]) for kind in kinds}
    assert values["not_a_date"] == ["soon"]
    assert values["not_an_amount"] == ["many"]
    assert values["too_many_cells"][0].startswith("D-21")


def test_a_line_is_cut_into_the_columns_of_its_file(context: Context, home: Home) -> None:
    """At the file's own sign, quotes obeyed; what is too much is left out."""
    table = context.dataset.tables["opportunities"]
    columns = line_columns(home, "local", table, 1)
    assert [column.name for column in columns if column.label][:2] == ["opportunity_id", "account"]
    (text,) = read_issues(context.dataset, kind=count_issues(context.dataset)[2])["value"]
    cells = cut_line(text, columns)
    assert (cells["account"], cells["closed_at"], cells["amount"]) == ("A; 21", "2024-03-21", "2100")
    assert "status" not in cells


def test_a_column_is_one_matter_with_all_it_does(context: Context, home: Home) -> None:
    """The day that is none and the day that is missing are decided together, with the KPIs between two values."""
    found = listed(context, home, "deals", "revenue")
    matter = found["cells.opportunities.closed_at"]
    assert (matter.group, matter.count) == (Group.CELLS, 1)
    assert [(item.kpi.id, effect.rows) for item, effect in matter.effects] == [("deals", 2), ("revenue", 2)]
    assert {key.reason: rows for key, rows in matter.keys.items()} == {"not_a_date": 1, "undated": 2}
    assert [item.kpi.id for item, _ in found["cells.opportunities.amount"].effects] == ["revenue"]
    assert [effect.lack.value for _, effect in found["lines.opportunities"].effects] == ["set_aside"] * 2
    assert not found["no_rows.opportunities"].effects


def test_a_gap_without_an_issue_is_a_matter_too(context: Context, home: Home) -> None:
    """Where nothing stood, nothing failed to fit; the KPIs lack it all the same."""
    found = matters((), consequences(["deals"], context), {})
    assert {matter.name for matter in found} >= {"gap.opportunities.closed_at.undated"}


def test_a_matter_is_settled_once_all_of_it_is_accepted(context: Context, home: Home) -> None:
    """Accepted matters come last, and say by how much they have grown since."""
    matter = listed(context, home, "deals")["cells.opportunities.closed_at"]
    *first, last = matter.keys
    for key in first:
        accept(home, "local", key, author="ann", reason="known", rows=1)
    assert not listed(context, home, "deals")[matter.name].accepted
    accept(home, "local", last, author="ann", reason="known", rows=1)
    after = listed(context, home, "deals")
    assert list(after)[-1] == matter.name
    assert {item.author for item in after[matter.name].accepted} == {"ann"}
    assert after[matter.name].more == 1
