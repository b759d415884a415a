"""Corrections of keys: proposed, approved, in force for rows that are loaded and for files to come, withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.errors import QueryError
from kpi.evaluate import Access, Context, KpiQuery, evaluate, open_context
from kpi.ingest import guess, inspect, load, plan
from kpi.ingest.sniffed import NamedFile
from kpi.quality import Correction, approve, propose_corrections, read_corrections, read_joins, withdraw
from kpi.workspace import Home, read_dataset
from tests.given import given_workspace

HEADER = "Deal ID,Account,Product,Create date,Close date,Stage,Amount\n"
FIRST = HEADER + "D-1,Acme,GTXPro,2024-01-02,2024-01-20,Won,100\nD-2,Bolt,GTX Pro,2024-01-03,2024-02-10,Won,50\n"
LATER = HEADER + "D-3,Cargo,GTXPro,2024-03-02,2024-03-20,Won,10\nD-4,Delta,MG Spezial,2024-03-03,2024-03-21,Won,5\n"
GTX = Correction("opportunities", "product", "GTXPro", "GTX Pro")


def add(home: Home, folder: Path, name: str, text: str) -> Context:
    """Load a file as it is guessed."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    dataset = read_dataset(home, "w")
    load(
        home,
        "w",
        [plan(guess(sniffed, dataset).accept()) for sniffed in inspect([NamedFile(path=path, name=name)], home)],
    )
    return opened(home)


def opened(home: Home) -> Context:
    """The workspace as it is now."""
    return open_context(home, "w", access=Access.everything())


def by_product(context: Context) -> dict[str, float]:
    """Won amounts by product."""
    frame = evaluate(KpiQuery("revenue", dimensions=("product",)), context).frame
    return {name: float(value) for name, value in zip(frame["product"], frame["value"], strict=True)}


@pytest.fixture
def context(home: Home, tmp_path: Path) -> Context:
    """Two deals and the products; one deal spells its product otherwise."""
    given_workspace(home, {"products": [{"product": "GTX Pro", "price": 100}, {"product": "MG Special", "price": 5}]})
    return add(home, tmp_path, "deals.csv", FIRST)


def test_near_matches_are_proposed(context: Context) -> None:
    """With the number of rows; what has been approved is not proposed again."""
    joins = read_joins(context)
    (proposal,) = propose_corrections(joins)
    assert (proposal.correction, proposal.rows) == (GTX, 1)
    assert propose_corrections(joins, [GTX]) == []


def test_an_approved_correction_changes_loaded_rows_and_later_files(
    home: Home, tmp_path: Path, context: Context
) -> None:
    """Both spellings are one product from then on, whatever the next file says."""
    (applied,) = approve(home, "w", [GTX], context, author="ann", reason="one product")
    assert applied.rows == 1
    assert by_product(opened(home)) == {"GTX Pro": 150}
    assert by_product(add(home, tmp_path, "later.csv", LATER)) == {"GTX Pro": 160, "MG Spezial": 5}
    (document,) = read_corrections(home, "w").values()
    assert (document.author, document.reason) == ("ann", "one product")


def test_a_withdrawn_correction_meets_no_later_file(home: Home, tmp_path: Path, context: Context) -> None:
    """Rows that were corrected stay so; new ones come as they are spelt."""
    approve(home, "w", [GTX], context)
    withdraw(home, "w", GTX)
    assert read_corrections(home, "w") == {}
    assert by_product(add(home, tmp_path, "later.csv", LATER)) == {"GTX Pro": 150, "GTXPro": 10, "MG Spezial": 5}
    with pytest.raises(QueryError, match="not corrected"):
        withdraw(home, "w", GTX)


@pytest.mark.parametrize(
    ("correction", "code"),
    [
        (Correction("opportunities", "amount", "100", "200"), "not_correctable"),
        (Correction("opportunities", "product", "GTXPro", "GTXPro"), "empty_correction"),
        (Correction("opportunities", "product", "GTXPro", " "), "empty_correction"),
        (Correction("opportunities", "prodct", "a", "b"), "unknown_field"),
        (Correction("deals", "product", "a", "b"), "unknown_table"),
    ],
)
def test_what_cannot_be_corrected_is_refused(home: Home, correction: Correction, code: str) -> None:
    """And nothing is recorded."""
    given_workspace(home, {"opportunities": [{"opportunity_id": "1", "product": "GTXPro", "amount": 100}]})
    with pytest.raises(QueryError) as caught:
        approve(home, "w", [correction], opened(home))
    assert caught.value.code == code
    assert read_corrections(home, "w") == {}
