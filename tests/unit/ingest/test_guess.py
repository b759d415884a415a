"""What a table is taken for: entity and fields with a score, reasons, and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.ingest import ColumnMapping, NamedFile, guess, inspect
from kpi.ingest.names import find_fields
from kpi.ingest.needs import fed_kpis
from kpi.ingest.reasons import because
from kpi.model import entities
from kpi.workspace import Home

DEALS = """Deal ID,Sales rep,Create date,Progress,Amount,Currency,Notes
D-1,Ann,2024-01-02,Closed Won,1200.50,EUR,ok
D-2,Bob,2024-01-03,Closed Lost,500,EUR,late
D-3,Ann,2024-01-14,Negotiation,800,USD,soon
D-4,Eve,2024-02-05,Proposal,90,USD,new
D-5,Eve,2024-02-06,Closed Won,75,USD,new
"""


def mapped(home: Home, folder: Path, text: str, name: str = "deals.csv") -> ColumnMapping:
    """What is guessed for a file of this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (found,) = inspect([NamedFile(path=path, name=name)], home)
    return guess(found)


def test_reasons_of_columns(home: Home, tmp_path: Path) -> None:
    """Every column says how surely it feeds its field, and why: its name, its values, or that it keeps its own name."""
    mapping = mapped(home, tmp_path, DEALS)
    found = {column.source: (column.field, column.reasons) for column in mapping.columns}
    assert found["Deal ID"] == ("opportunity_id", (because("synonym", name="deal id"), because("different")))
    assert found["Amount"] == ("amount", (because("name"), because("fits", share=1.0)))
    assert found["Currency"] == ("currency", (because("name"), because("pattern", share=1.0)))
    assert found["Notes"] == (None, (because("own"),))
    assert all(0 < column.score <= 1 for column in mapping.columns if column.field)


def test_values_speak_where_the_header_does_not(home: Home, tmp_path: Path) -> None:
    """A column of stage words feeds the stage whatever it is called, with less certainty than a name gives."""
    column = mapped(home, tmp_path, DEALS).column("Progress")
    assert (column.field, column.reasons) == ("stage", (because("words", known=4, of=4),))
    assert column.score < 0.7


def test_an_address_is_known_by_its_pattern(home: Home, tmp_path: Path) -> None:
    """Values of a field's pattern feed it without its name."""
    rows = "".join(f"P-{at},Name {at},North,someone.{at}@example.com\n" for at in range(6))
    mapping = mapped(home, tmp_path, "employee,full name,team,reach\n" + rows, "people.csv")
    assert mapping.entity == "people"
    assert mapping.column("reach").field == "email"
    assert mapping.column("reach").reasons == (because("pattern", share=1.0),)


def test_a_second_column_of_one_meaning_says_which_is_taken(home: Home, tmp_path: Path) -> None:
    """Of two columns that mean one field, the other keeps its name and says which one feeds it."""
    text = "Order ID,Order date,Amount,Total amount\n" + "".join(f"{at},2024-01-0{at},5,5\n" for at in range(1, 8))
    mapping = mapped(home, tmp_path, text, "orders.csv")
    own = next(column for column in mapping.columns if column.field is None)
    assert own.reasons == (because("taken", column="Amount"),)


def test_reasons_of_the_entity(home: Home, tmp_path: Path) -> None:
    """The entity says how many columns it explains, which names its rows and when they are, and the file's name."""
    mapping = mapped(home, tmp_path, DEALS)
    assert mapping.entity == "opportunities"
    assert {reason.code for reason in mapping.reasons} == {"columns", "file_name", "column_words", "time", "key"}
    assert mapping.reasons[0] == because("columns", fed=6, of=7)
    assert mapping.reasons == mapping.guesses[0].reasons


def test_what_feeds_more_kpis_is_preferred() -> None:
    """The catalogue knows what a table's fields are good for; a derived category counts with its base."""
    few = fed_kpis("opportunities", {"opportunity_id", "created_at"})
    more = fed_kpis("opportunities", {"opportunity_id", "created_at", "stage", "closed_at", "amount"})
    assert set(few) < set(more)
    assert "win_rate" in more


@pytest.mark.parametrize(
    ("header", "entity", "field", "how"),
    [
        ("Amount", "opportunities", "amount", "name"),
        ("deal value", "opportunities", "amount", "synonym"),
        ("Discount__c", "order_lines", "discount", "name"),
        ("opportunty id", "opportunities", "opportunity_id", "near_name"),
        ("Order Region", "orders", "region", "near_name"),
        ("线索创建日期", "leads", "created_at", "near_name"),
        ("客户名称（必填）", "opportunities", "account", "synonym"),
    ],
)
def test_names(header: str, entity: str, field: str, how: str) -> None:
    """Headers are known by name, by synonym, as CRM systems mark them, misspelt, and after the word for the rows."""
    met = [match for match in find_fields(header) if match.entity == entity]
    assert [(match.field, match.how) for match in met] == [(field, how)]


def test_every_entity_says_what_makes_it() -> None:
    """A table is taken for an entity only with the columns of its signature, which the entity's data names."""
    assert [item.id for item in entities().values() if not item.signature] == []


def test_the_entity_s_key_comes_first(home: Home, tmp_path: Path) -> None:
    """The entity's own key is suggested with the reason that nothing in it repeats."""
    key = mapped(home, tmp_path, DEALS).keys[0]
    assert (key.columns, key.reasons) == (("opportunity_id",), (because("entity_key"), because("unique")))


def test_fields_name_a_row_together(home: Home, tmp_path: Path) -> None:
    """Order lines without a line number are named by order and product; an order number alone repeats."""
    rows = "".join(f"O-{at // 2},P-{at % 4},3,9.5\n" for at in range(12))
    mapping = mapped(home, tmp_path, "Order ID,Product ID,Quantity,Unit price\n" + rows, "order lines.csv")
    assert mapping.entity == "order_lines"
    assert mapping.keys[0].columns == ("order_id", "product")


def test_a_repeating_key_is_not_the_first_choice(home: Home, tmp_path: Path) -> None:
    """Where line numbers begin anew with each order, order and line name a row."""
    rows = "".join(f"{at % 3},O-{at // 3},P-{at % 3},3,9.5\n" for at in range(12))
    mapping = mapped(home, tmp_path, "Line ID,Order ID,Product ID,Quantity,Unit price\n" + rows, "order lines.csv")
    assert mapping.keys[0].columns == ("order_id", "line_id")


def test_keys_of_a_table_of_its_own(home: Home, tmp_path: Path) -> None:
    """Without an entity, an id that never repeats is suggested; without one, the pair that tells rows apart."""
    rows = "".join(f"K{at},{at % 3},{at}\n" for at in range(9))
    assert mapped(home, tmp_path, "thing_id,grade,weight\n" + rows, "things.csv").keys[0].columns == ("thing_id",)
    pairs = "".join(f"{'ABC'[at % 3]},{'xyz'[at // 3]},1.5\n" for at in range(9))
    assert mapped(home, tmp_path, "shelf,side,weight\n" + pairs, "shelves.csv").keys[0].columns == ("shelf", "side")
    same = "a,b,1\n" * 9
    assert mapped(home, tmp_path, "shelf,side,weight\n" + same, "same.csv").keys == ()
