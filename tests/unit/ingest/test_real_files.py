"""Real exports, loaded: row counts, entities and sums that are known for them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi.ingest import ColumnMapping, LoadPlan, LoadResult, NamedFile, expand, guess, inspect, load, plan
from kpi.workspace import DataFile, Home, Table, ensure_local, find_mapping, read_dataset

ENTITIES = {
    "b2b_crm_opportunities/sales_pipeline.csv": "opportunities",
    "b2b_crm_opportunities/sales_teams.csv": "people",
    "b2b_crm_opportunities/accounts.csv": "accounts",
    "b2b_crm_opportunities/products.csv": "products",
    "b2b_northwind/orders.csv": "orders",
    "b2b_northwind/order-details.csv": "order_lines",
    "b2b_northwind/customers.csv": "accounts",
    "b2b_northwind/products.csv": "products",
    "b2b_northwind/employee-territories.csv": None,
    "b2c_tmall_orders_cn/tmall_order_report.csv": "orders",
    "b2c_tmall_orders_cn/derived/tmall_order_report_gbk.csv": "orders",
    "b2c_cdnow/CDNOW_master.txt": "orders",
    "b2c_online_retail_uci/derived/online_retail_all.csv.gz": "order_lines",
    "b2c_superstore_2024/Sample - Superstore.csv": "order_lines",
    "b2c_funnel_pages/home_page_table.csv": None,
    "b2c_funnel_pages/payment_confirmation_table.csv": None,
    "b2c_funnel_pages/user_table.csv": None,
    "saas_aws_sales/SaaS-Sales.csv": "order_lines",
    "saas_mrr_playbook/subscription_periods.csv": "subscriptions",
    "saas_ravenstack/ravenstack_accounts.csv": "accounts",
    "saas_ravenstack/ravenstack_subscriptions.csv": "subscriptions",
    "saas_ravenstack/ravenstack_feature_usage.csv": "usage",
    "saas_ravenstack/ravenstack_support_tickets.csv": "tickets",
    "saas_ravenstack/ravenstack_churn_events.csv": None,
}


def look(home: Home, *paths: Path) -> list[ColumnMapping]:
    """What is guessed for these files."""
    files = [file for path in paths for file in expand(path, home.new_staging_folder())]
    return [guess(found) for found in inspect(files, home)]


def bring(home: Home, *paths: Path) -> LoadResult:
    """Load these files into the local workspace as guessed."""
    ensure_local(home)
    return load(home, "local", [plan(mapping) for mapping in look(home, *paths)])


def table(home: Home, name: str) -> Table:
    """A loaded table of the local workspace."""
    return read_dataset(home, "local").tables[name]


def ask(file: DataFile, sql: str) -> list[tuple[Any, ...]]:
    """Query one data file."""
    with duckdb.connect(str(file.path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize(("path", "entity"), ENTITIES.items(), ids=list(ENTITIES))
def test_entity_is_guessed(home: Home, real_data: Path, path: str, entity: str | None) -> None:
    """Each real file is taken for what it is, without a question."""
    (mapping,) = look(home, real_data / path)
    assert (mapping.entity, mapping.questions) == (entity, ())


def test_crm_pipeline(home: Home, real_data: Path) -> None:
    """8,800 deals: status derived from the stage's words, won value to the cent, days stay days."""
    bring(home, real_data / "b2b_crm_opportunities" / "sales_pipeline.csv")
    deals = table(home, "opportunities")
    (file,) = deals.files
    assert (deals.rows, file.issues, deals.is_unique("opportunity_id")) == (8800, 0, True)
    assert ask(file, "SELECT status, count(*) FROM rows GROUP BY status ORDER BY status") == [
        ("lost", 2473),
        ("open", 2089),
        ("won", 4238),
    ]
    assert ask(file, "SELECT sum(amount) FROM rows WHERE status = 'won'") == [(Decimal("10005534.0000"),)]
    assert (str(deals.earliest("created_at")), str(deals.latest("closed_at"))) == ("2016-10-20", "2017-12-31")


def test_tmall_in_either_encoding(home: Home, real_data: Path) -> None:
    """The UTF-8 and the GBK file give the same table: 28,010 orders, 24,087 paid at a time, 18,955 over zero."""
    folder = real_data / "b2c_tmall_orders_cn"
    bring(home, folder / "tmall_order_report.csv")
    bring(home, folder / "derived" / "tmall_order_report_gbk.csv")
    utf8, gbk = table(home, "orders").files
    sums = "SELECT count(*), count(paid_at), count(*) FILTER (paid_amount > 0), sum(amount), sum(paid_amount) FROM rows"
    known = [(28010, 24087, 18955, Decimal("2995760.6100"), Decimal("1902487.1500"))]
    assert ask(utf8, sums) == ask(gbk, sums) == known
    columns = ", ".join(f'"{column.name}"' for column in utf8.columns)
    same = f"SELECT md5(string_agg(CAST(({columns}) AS VARCHAR), '|' ORDER BY _line)) FROM rows"
    assert ask(utf8, same) == ask(gbk, same)


def test_cdnow(home: Home, real_data: Path) -> None:
    """Blank-separated, eight-digit days: 69,659 purchases by 23,570 customers for 2,500,315.63."""
    bring(home, real_data / "b2c_cdnow" / "CDNOW_master.txt")
    (file,) = table(home, "orders").files
    assert ask(
        file, "SELECT count(*), count(DISTINCT customer), sum(amount), min(ordered_at), min(customer) FROM rows"
    ) == [(69659, 23570, Decimal("2500315.6300"), date(1997, 1, 1), "00001")]


def split_by_day(archive: Path, folder: Path) -> list[Path]:
    """The invoice lines as the shop exported them: one file a day."""
    days: dict[str, list[Sequence[str]]] = {}
    with gzip.open(archive, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        at = header.index("InvoiceDate")
        for row in reader:
            days.setdefault(row[at][:10], []).append(row)
    paths = []
    for day, rows in sorted(days.items()):
        paths.append(folder / f"{day}.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
    return paths


@pytest.mark.slow
def test_online_retail_by_day(home: Home, real_data: Path, tmp_path: Path) -> None:
    """305 day files become one data file of 541,909 lines; customer numbers lose their `.0`."""
    paths = split_by_day(real_data / "b2c_online_retail_uci" / "derived" / "online_retail_all.csv.gz", tmp_path)
    result = bring(home, *paths)
    (file,) = table(home, "order_lines").files
    assert (len(paths), result.tables[0].files, file.rows) == (305, 305, 541_909)
    assert ask(
        file, "SELECT count(DISTINCT order_id), count(DISTINCT customer), sum(quantity * unit_price) FROM rows"
    ) == [(25900, 4372, pytest.approx(9747747.934))]
    assert ask(file, "SELECT count(*) FROM rows WHERE customer LIKE '%.0' OR _line < 2") == [(0,)]
    assert ask(file, "SELECT count(DISTINCT _file), count(DISTINCT _row_id), min(_line) FROM rows") == [
        (305, 541_909, 2)
    ]


def test_superstore_days_are_read_as_the_workbook_has_them(home: Home, real_data: Path) -> None:
    """The CSV writes dd/mm/yy; the workbook has real days. Both give the same, order by order."""
    folder = real_data / "b2c_superstore_2024"
    bring(home, folder / "Sample - Superstore.csv")
    orders = next(item for item in look(home, folder / "Sample - Superstore.xls") if item.sniffed.sheet == "Orders")
    load(home, "local", [LoadPlan(orders)])
    text, workbook = table(home, "order_lines").files
    days = "SELECT line_id, ordered_at, ship_date FROM rows ORDER BY CAST(line_id AS INTEGER)"
    assert ask(text, days) == ask(workbook, days)
    assert ask(text, "SELECT count(*), sum(amount) FROM rows") == [(10194, Decimal("2326534.3543"))]


def test_northwind_addresses_with_unquoted_commas(home: Home, real_data: Path) -> None:
    """176 orders have a comma too many: the address takes it, and no row is lost; NULL as a word is no value."""
    bring(home, real_data / "b2b_northwind" / "orders.csv")
    (file,) = table(home, "orders").files
    assert (file.rows, file.issues) == (830, 0)
    assert ask(file, "SELECT count(*) FROM rows WHERE contains(ship_address, ', ')") == [(176,)]
    assert ask(file, "SELECT ship_address, ship_city FROM rows WHERE order_id = '10250'") == [
        ("Rua do Paço, 67", "Rio de Janeiro")
    ]
    assert ask(file, "SELECT count(*) FROM rows WHERE region = 'NULL'") == [(0,)]
    assert ask(file, "SELECT min(_line), max(_line) FROM rows") == [(2, 831)]


def test_ravenstack(home: Home, real_data: Path) -> None:
    """Four SaaS tables in one load: 5,000 subscriptions, 25,000 usage rows in which ids repeat, 2,000 tickets."""
    names = ("accounts", "subscriptions", "feature_usage", "support_tickets")
    result = bring(home, *(real_data / "saas_ravenstack" / f"ravenstack_{name}.csv" for name in names))
    assert {item.table: item.rows for item in result.tables} == {
        "accounts": 500,
        "subscriptions": 5000,
        "usage": 25000,
        "tickets": 2000,
    }
    assert not table(home, "usage").is_unique("usage_id")
    assert table(home, "subscriptions").is_unique("subscription_id")


def test_correction_is_remembered_for_the_next_file(home: Home, real_data: Path) -> None:
    """What a user corrects in one file of a shape is how the next one is read."""
    ensure_local(home)
    path = real_data / "b2b_crm_opportunities" / "accounts.csv"
    (mapping,) = look(home, path)
    load(home, "local", [plan(mapping.with_field("subsidiary_of", "name"))])
    (found,) = inspect([NamedFile(path=path, name="next month.csv")], home)
    again = guess(found, None, find_mapping(home, "local", found.fingerprint))
    assert (again.remembered, again.entity, again.column("subsidiary_of").field) == (True, "accounts", "name")


def test_user_table_keeps_its_columns(home: Home, real_data: Path) -> None:
    """A table that fits no entity is stored under its own names."""
    bring(home, real_data / "b2c_funnel_pages" / "user_table.csv")
    users = table(home, "user_table")
    assert (users.entity, users.rows, [column.name for column in users.columns]) == (
        None,
        90400,
        ["user_id", "date", "device", "sex"],
    )
