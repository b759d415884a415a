"""The figures that are known for real files come out of the real load and the real KPI path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import MappingError
from kpi.evaluate import Access, Context, JourneyQuery, KpiQuery, Result, evaluate, open_context
from kpi.ingest import expand, guess, inspect, load, plan
from kpi.model.entity import Names
from kpi.period import Period, TimeGrain
from kpi.semantic.journey import Journey
from kpi.semantic.kpi import Definition, Kpi
from kpi.workspace import Home, create_workspace, read_dataset

ANY = Names(en="Own", zh="自定义")


def loaded(home: Home, paths: Sequence[Path], zone: str = "UTC") -> Context:
    """Everything that the files hold, as a user's drop with the guessed mapping loads it."""
    create_workspace(home, "Real", workspace="real", time_zone=zone)
    folder = home.new_staging_folder()
    files = [file for path in paths for file in expand(path, folder)]
    dataset = read_dataset(home, "real")
    load(home, "real", [plan(guess(sniffed, dataset)) for sniffed in inspect(files, home)])
    return open_context(home, "real", access=Access.everything())


def own_kpi(**definition: Any) -> Kpi:
    """A KPI made for one question."""
    made = Definition.model_validate({"numerator": definition})
    return Kpi(id="own", names=ANY, meaning=ANY, unit="number", definitions=(made,))


def value(result: Result) -> Any:
    """The one value of a one-row answer."""
    return result.frame["value"].iloc[0]


def by(result: Result, dimension: str) -> dict[str, Any]:
    """The values by a dimension."""
    return dict(zip(result.frame[dimension], result.frame["value"], strict=True))


@pytest.fixture
def crm(home: Home, real_data: Path) -> Context:
    """The four CRM files."""
    return loaded(home, sorted((real_data / "b2b_crm_opportunities").glob("*.csv")))


def test_crm_win_rate(crm: Context) -> None:
    """4,238 won and 2,473 lost make a win rate of 63.15 %."""
    row = evaluate(KpiQuery("win_rate"), crm).frame.iloc[0]
    assert (row["numerator"], row["denominator"]) == (4238, 4238 + 2473)
    assert row["value"] == pytest.approx(0.6315, abs=5e-5)


def test_crm_revenue_by_the_region_of_the_owner(crm: Context) -> None:
    """Won value reaches the region through the person, and adds up to the whole."""
    assert value(evaluate(KpiQuery("revenue"), crm)) == Decimal(10_005_534)
    regions = by(evaluate(KpiQuery("revenue", dimensions=("region",)), crm), "region")
    assert regions == {"Central": 3_346_293, "East": 3_090_594, "West": 3_568_647}


def test_crm_quarters(crm: Context) -> None:
    """Each quarter's deals and value are those counted by hand."""
    year = Period(date(2017, 1, 1), date(2018, 1, 1))
    deals = evaluate(KpiQuery("deals", year, TimeGrain.QUARTER), crm).frame["value"]
    assert list(deals) == [531, 1254, 1257, 1196]
    revenue = evaluate(KpiQuery("revenue", year, TimeGrain.QUARTER), crm).frame["value"]
    assert list(revenue) == [1_134_672, 3_086_111, 2_982_255, 2_802_496]


def test_crm_top_agent(crm: Context) -> None:
    """Darcel Schlecht sold 1,153,214, more than anybody."""
    agents = by(evaluate(KpiQuery("revenue", dimensions=("owner",)), crm), "owner")
    assert max(agents, key=lambda name: agents[name]) == "Darcel Schlecht"
    assert agents["Darcel Schlecht"] == 1_153_214


def test_crm_funnel(crm: Context) -> None:
    """Every opportunity enters, 4,238 are won, and the won value stands at the last step."""
    frame = evaluate(JourneyQuery("b2b"), crm).frame
    assert list(frame["count"]) == [8800, 8300, 6711, 4238]
    assert frame["amount"].iloc[-1] == Decimal(10_005_534)


PAGES = ("home_page", "search_page", "payment_page", "payment_confirmation")


@pytest.fixture
def pages(home: Home, real_data: Path) -> tuple[Context, Journey]:
    """The five page tables, and a journey over one table per step."""
    steps = [{"id": page, "names": ANY, "entity": f"{page}_table"} for page in PAGES]
    source = {"id": "pages", "entity": "home_page_table", "key": "user_id", "date": "user_table.date", "steps": steps}
    journey = Journey.model_validate({"id": "pages", "names": ANY, "sources": [source]})
    return loaded(home, sorted((real_data / "b2c_funnel_pages").glob("*.csv"))), journey


def test_page_funnel(pages: tuple[Context, Journey]) -> None:
    """90,400 > 45,200 > 6,030 > 452: 50 %, 13.34 %, 7.50 %."""
    context, journey = pages
    frame = evaluate(JourneyQuery(journey), context).frame
    assert list(frame["count"]) == [90_400, 45_200, 6_030, 452]
    assert [round(rate, 4) for rate in frame["step_rate"][1:]] == [0.5, 0.1334, 0.075]


def test_page_funnel_by_device(pages: tuple[Context, Journey]) -> None:
    """The device is a column of a fifth table, reached by the user."""
    context, journey = pages
    frame = evaluate(JourneyQuery(journey, dimensions=("device",)), context).frame
    counts = {device: list(rows["count"]) for device, rows in frame.groupby("device")}
    assert counts == {"Desktop": [60_200, 30_100, 3_010, 150], "Mobile": [30_200, 15_100, 3_020, 302]}


def test_page_funnel_period_is_the_users_own_date(pages: tuple[Context, Journey]) -> None:
    """The months of entry add up to all users."""
    context, journey = pages
    frame = evaluate(JourneyQuery(journey, grain=TimeGrain.MONTH), context).frame
    assert frame[frame["step"] == "home_page"]["count"].sum() == 90_400


@pytest.mark.parametrize("name", ["tmall_order_report.csv", "derived/tmall_order_report_gbk.csv"])
def test_tmall(name: str, home: Home, real_data: Path) -> None:
    """The UTF-8 and the GBK file give the same orders, funnel and sums."""
    context = loaded(home, [real_data / "b2c_tmall_orders_cn" / name], zone="Asia/Shanghai")
    assert list(evaluate(JourneyQuery("b2c"), context).frame["count"]) == [28_010, 24_087, 18_955]
    sums = [
        value(evaluate(KpiQuery(own_kpi(entity="orders", aggregate="sum", value=field)), context))
        for field in ("amount", "paid_amount", "refund_amount")
    ]
    assert sums == [Decimal("2995760.61"), Decimal("1902487.15"), Decimal("572335.92")]
    provinces = own_kpi(entity="orders", aggregate="count_distinct", value="region")
    assert value(evaluate(KpiQuery(provinces), context)) == 31


def test_online_retail(home: Home, real_data: Path) -> None:
    """25,900 invoices, 4,372 customers and 9,747,747.93 from half a million lines."""
    context = loaded(home, [real_data / "b2c_online_retail_uci" / "derived" / "online_retail_all.csv.gz"])
    lines = "order_lines"
    asked = {
        "invoices": own_kpi(entity=lines, aggregate="count_distinct", value="order_id"),
        "customers": own_kpi(entity=lines, aggregate="count_distinct", value="customer"),
        "amount": own_kpi(entity=lines, aggregate="sum", value="quantity * unit_price"),
        "nobody's": own_kpi(entity=lines, aggregate="count", where="customer is null"),
    }
    found = {name: value(evaluate(KpiQuery(kpi), context)) for name, kpi in asked.items()}
    expected = {"invoices": 25_900, "customers": 4_372, "amount": Decimal("9747747.93"), "nobody's": 135_080}
    assert found == {**expected, "amount": pytest.approx(expected["amount"], abs=Decimal("0.005"))}
    november = Period(date(2011, 11, 1), date(2011, 12, 1))
    assert round(value(evaluate(KpiQuery(asked["amount"], november), context)), 2) == Decimal("1461756.25")
    months = evaluate(KpiQuery(asked["amount"], grain=TimeGrain.MONTH), context).frame
    assert list(months["partial"])[-2:] == [False, True]


def test_cdnow(home: Home, real_data: Path) -> None:
    """23,570 customers spent 2,500,315.63, in a file separated by blanks."""
    context = loaded(home, [real_data / "b2c_cdnow" / "CDNOW_master.txt"])
    customers = own_kpi(entity="orders", aggregate="count_distinct", value="customer")
    assert value(evaluate(KpiQuery(customers), context)) == 23_570
    amount = own_kpi(entity="orders", aggregate="sum", value="amount")
    assert value(evaluate(KpiQuery(amount), context)) == Decimal("2500315.63")


def test_mrr_playbook(home: Home, real_data: Path) -> None:
    """A spell counts in a month when it is open at the month's close."""
    context = loaded(home, [real_data / "saas_mrr_playbook" / "subscription_periods.csv"])
    months = evaluate(KpiQuery("mrr", grain=TimeGrain.MONTH), context).frame
    mrr = dict(zip(months["period"], months["value"], strict=True))
    days = [date(2018, 11, 1), date(2019, 6, 1), date(2019, 11, 1), date(2020, 1, 1)]
    assert [mrr[day] for day in days] == [575, 1135, 1840, 175]


def test_ravenstack_mrr(home: Home, real_data: Path) -> None:
    """10,159,608 over 4,514 open subscriptions at the end of 2024, half-years tied as well."""
    context = loaded(home, sorted((real_data / "saas_ravenstack").glob("*.csv")))
    ends = {date(2023, 6, 30): 242_921, date(2023, 12, 30): 1_252_702, date(2024, 6, 30): 3_833_405}
    for day, expected in {**ends, date(2024, 12, 31): 10_159_608}.items():
        period = Period(day, date.fromordinal(day.toordinal() + 1))
        assert value(evaluate(KpiQuery("mrr", period), context)) == expected


def test_northwind_lines(home: Home, real_data: Path) -> None:
    """Lines without any date of their own still add up, gross and net of their discounts."""
    context = loaded(home, [real_data / "b2b_northwind" / "order-details.csv"])
    gross = own_kpi(entity="order_lines", aggregate="sum", value="quantity * unit_price")
    net = own_kpi(entity="order_lines", aggregate="sum", value="quantity * unit_price * (1 - discount)")
    assert round(value(evaluate(KpiQuery(gross), context)), 2) == Decimal("1354458.59")
    assert round(value(evaluate(KpiQuery(net), context)), 2) == Decimal("1265793.04")


def test_northwind_years(home: Home, real_data: Path) -> None:
    """All 830 orders are there, unquoted commas and all: every line finds its order's day, and the years add up."""
    context = loaded(home, sorted((real_data / "b2b_northwind").glob("*.csv")))
    loaded_rows = {name: read_dataset(home, "real").tables[name].rows for name in ("orders", "accounts", "suppliers")}
    assert loaded_rows == {"orders": 830, "accounts": 91, "suppliers": 29}
    orders = evaluate(KpiQuery(own_kpi(entity="orders", aggregate="count"), grain=TimeGrain.YEAR), context).frame
    assert list(orders["value"]) == [152, 408, 270]
    worth = "quantity * unit_price * (1 - discount)"
    net = own_kpi(entity="order_lines", aggregate="sum", value=worth, date="orders.ordered_at")
    years = evaluate(KpiQuery(net, grain=TimeGrain.YEAR), context).frame["value"]
    assert [round(year, 2) for year in years] == [Decimal("208083.97"), Decimal("617085.20"), Decimal("440623.87")]
    assert round(sum(years), 2) == Decimal("1265793.04")


def test_ambiguous_dates_are_never_guessed(home: Home, real_data: Path) -> None:
    """A file whose days and months cannot be told apart is refused until somebody says."""
    create_workspace(home, "Real", workspace="real")
    path = home.folder / "ambiguous.csv"
    path.write_text("order_id,order date,amount\n1,03/04/2024,5\n2,05/06/2024,6\n3,07/08/2024,7\n")
    (sniffed,) = inspect(expand(path, home.new_staging_folder()), home)
    with pytest.raises(MappingError) as caught:
        plan(guess(sniffed, read_dataset(home, "real")))
    assert caught.value.code == "open_date_order"
