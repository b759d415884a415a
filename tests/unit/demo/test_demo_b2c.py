"""The food brand's story in numbers, by plain pandas over its files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

Read = Callable[..., pd.DataFrame]
FIX = pd.Timestamp("2025-04-01")
MAIN, WEAK, STORE = "天猫旗舰店", "小程序商城", "线下门店"


@pytest.fixture(scope="module")
def totals(read: Read) -> pd.DataFrame:
    """The daily totals of all channels."""
    return read("demo_b2c", "渠道日报.csv", "日期")


@pytest.fixture(scope="module")
def orders(read: Read) -> pd.DataFrame:
    """The sample warehouse's orders."""
    return read("demo_b2c", "订单报表.csv", "订单创建时间", "订单付款时间", encoding="gb18030")


def order_rate(rows: pd.DataFrame) -> float:
    """Ordering buyers of all visitors."""
    return float(rows["下单买家数"].sum() / rows["访客数"].sum())


def between(rows: pd.DataFrame, day: str, start: str, end: str) -> pd.DataFrame:
    """The rows from `start` up to, and without, `end`."""
    return rows[(rows[day] >= start) & (rows[day] < end)]


def test_main_channel_has_half_a_million_visitors(totals: pd.DataFrame) -> None:
    """The main channel's daily visitors add up to 500,000 and more in a mean month, and it is the largest channel."""
    months = totals.groupby(["渠道", totals["日期"].dt.to_period("M")])["访客数"].sum()
    assert months[MAIN].mean() >= 500_000
    assert months.groupby("渠道").mean().idxmax() == MAIN


def test_weak_channel_gains_its_order_rate(totals: pd.DataFrame) -> None:
    """The weak channel's order rate lies far under the others and the target, and gains 1.2 points with the fix."""
    weak = totals[totals["渠道"] == WEAK]
    others = totals[~totals["渠道"].isin([WEAK, STORE])].groupby("渠道")[["下单买家数", "访客数"]].sum()
    before, after = order_rate(weak[weak["日期"] < FIX]), order_rate(weak[weak["日期"] >= FIX])
    assert before < 0.028 < 0.035 < after
    assert (others["下单买家数"] / others["访客数"]).min() > 0.042
    assert after - before == pytest.approx(0.012, abs=0.0004)
    quarters = [order_rate(between(weak, "日期", *days)) for days in (("2025-01", "2025-04"), ("2025-04", "2025-07"))]
    assert quarters[1] - quarters[0] == pytest.approx(0.012, abs=0.0006)


def test_the_loss_sits_between_view_and_order(totals: pd.DataFrame) -> None:
    """Visitors of the weak channel see products as often as others do; it is viewers who do not order."""
    before = totals[(totals["日期"] < FIX) & (totals["渠道"] != STORE)]
    sums = before.groupby("渠道")[["访客数", "商品访客数", "下单买家数"]].sum()
    views = sums["商品访客数"] / sums["访客数"]
    ordering = sums["下单买家数"] / sums["商品访客数"]
    assert views.max() - views.min() < 0.07
    assert ordering[WEAK] < 0.62 * ordering.drop(WEAK).min()


@pytest.mark.parametrize(
    ("later", "earlier"),
    [(("2025-04", "2026-01"), ("2024-04", "2025-01")), (("2025-04", "2025-07"), ("2025-01", "2025-04"))],
)
def test_weak_channel_sells_fifteen_per_cent_more(
    totals: pd.DataFrame, later: tuple[str, str], earlier: tuple[str, str]
) -> None:
    """Its sales rise by about 15 %, against the year before and against the quarter before."""
    weak = totals[totals["渠道"] == WEAK]
    sold = [between(weak, "日期", *days)["支付金额"].sum() for days in (later, earlier)]
    assert sold[0] / sold[1] == pytest.approx(1.15, abs=0.015)


def test_other_channels_do_not_jump(totals: pd.DataFrame) -> None:
    """The order rate of the other channels stays as it was when the fix lands."""
    for _, rows in totals[totals["渠道"] != WEAK].groupby("渠道"):
        assert order_rate(rows[rows["日期"] >= FIX]) == pytest.approx(order_rate(rows[rows["日期"] < FIX]), rel=0.02)


def test_repurchase_gains_five_per_cent(orders: pd.DataFrame) -> None:
    """Quarterly repurchase is near 22 %, and 5 % higher (relatively) once the loyalty offer runs."""
    paid = orders[orders["订单付款时间"].notna()]
    counts = paid.groupby([paid["订单付款时间"].dt.to_period("Q").rename("季度"), "会员编号"]).size()
    rate = (counts >= 2).groupby("季度").mean()
    before, after = rate[:"2025Q2"].mean(), rate["2025Q3":].mean()
    assert before == pytest.approx(0.22, abs=0.01)
    assert after / before == pytest.approx(1.05, abs=0.02)
    assert after / rate["2024Q3":"2024Q4"].mean() == pytest.approx(1.05, abs=0.02)


def test_stock_turns_within_a_week(totals: pd.DataFrame, orders: pd.DataFrame, read: Read) -> None:
    """Stock covers at most 7 days of sales in each channel but the stores, by totals and by warehouse alike."""
    stock = read("demo_b2c", "库存明细.xlsx")
    stock["库存日期"] = pd.to_datetime(stock["库存日期"])
    for year in (2024, 2025):
        whole = totals[totals["日期"].dt.year == year].groupby("渠道").agg({"库存金额": "mean", "销售成本": "sum"})
        sold = orders[orders["订单创建时间"].dt.year == year].groupby("销售渠道")["商品成本"].sum()
        held = stock[stock["库存日期"].dt.year == year].groupby("渠道")["库存金额"].mean()
        for days in (whole["库存金额"] / whole["销售成本"] * 365, held / sold * 365):
            assert days.drop(STORE).max() <= 7
            assert days[STORE] > 9


def test_orders_are_a_sample_of_the_totals(totals: pd.DataFrame, orders: pd.DataFrame) -> None:
    """One order in 340 is in the report, and each channel's share of the money is that of the whole brand."""
    paid = orders[orders["订单付款时间"].notna()]
    assert totals["支付订单数"].sum() / len(paid) == pytest.approx(340, rel=0.04)
    sample = paid.groupby("销售渠道")["买家实际支付金额"].sum() / paid["买家实际支付金额"].sum()
    whole = totals.groupby("渠道")["支付金额"].sum() / totals["支付金额"].sum()
    assert (sample - whole).abs().max() < 0.015


def test_events_are_a_sample_of_the_totals(totals: pd.DataFrame, orders: pd.DataFrame, read: Read) -> None:
    """One online visitor in 6,000 is followed; step rates agree with the totals, and orders with the order report."""
    events = read("demo_b2c", "用户行为日志.csv", "行为时间")
    people = events.groupby(["渠道", "行为类型"])["访客ID"].nunique().unstack()
    whole = totals[totals["渠道"] != STORE].groupby("渠道")[["访客数", "商品访客数", "加购人数", "下单买家数"]].sum()
    assert whole["访客数"].sum() / people["访问"].sum() == pytest.approx(6000, rel=0.01)
    for step, column in (("商品浏览", "商品访客数"), ("加购", "加购人数"), ("下单", "下单买家数")):
        gap = people[step] / people["访问"] - whole[column] / whole["访客数"]
        assert gap.abs().max() < 0.004, step
    ordered = events[events["行为类型"] == "下单"].merge(orders, left_on="订单号", right_on="订单编号")
    assert len(ordered) == (events["行为类型"] == "下单").sum()
    assert (ordered["行为时间"] == ordered["订单创建时间"]).all()
    assert (ordered["交易金额"] == ordered["总金额"]).all()
    steps = events.sort_values(["访客ID", "行为时间"], kind="stable").groupby("访客ID")["行为类型"].agg("".join)
    assert set(steps) <= {
        "访问",
        "访问商品浏览",
        "访问商品浏览加购",
        "访问商品浏览加购下单",
        "访问商品浏览加购下单支付",
    }


def test_lines_add_up_to_their_orders(orders: pd.DataFrame, read: Read) -> None:
    """An order's amount, quantity and cost are the sums of its lines."""
    lines = read("demo_b2c", "订单明细.csv").groupby("订单编号")[["数量", "成交金额", "成本金额"]].sum()
    joined = orders.set_index("订单编号")[["宝贝总数量", "总金额", "商品成本"]].join(lines)
    assert len(joined) == len(lines)
    assert (joined["宝贝总数量"] == joined["数量"]).all()
    assert (joined["总金额"] - joined["成交金额"]).abs().max() < 0.005
    assert (joined["商品成本"] - joined["成本金额"]).abs().max() < 0.005
