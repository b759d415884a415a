"""Who bought what in the sample warehouse's area? Single orders, thinned from the brand's daily totals.

Orders come in chains: a first order, then with some chance another one a few weeks later, and so on. The chance is what
the loyalty offer raises. First orders follow the channels' ordering buyers day by day, one in `SAMPLE`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from kpi.demo.b2c.market import (
    CHANNELS,
    COMPANY,
    COST_SHARE,
    END,
    LOYALTY,
    NAMES,
    START,
    basket_of,
    is_fixed,
    promotion_on,
)
from kpi.demo.seeded import Floats, Ints, Times, after, codes, even, long_tail, money, pick, quota, stream

SAMPLE = 340  # the warehouse ships about one order in so many
AGAIN, AGAIN_WITH_OFFER = 0.285, 0.302  # chance that an order is followed by another
GAP_MEDIAN, GAP_SIGMA = 12.0, 0.65  # days to the next order
FAITHFUL = 0.92  # chance that the next order comes by the same channel
CHAINS = "chains 38"  # of the draws tried, one in which quarters, half-years and years alike show the story
WARM_UP = 120  # days before the first: their chains reach into the data

PROVINCES = {"江苏": 34, "浙江": 28, "上海": 24, "安徽": 14}
PRODUCTS = [  # code, name, category, list price, weight
    ("SKU1001", "每日坚果 750g", "坚果", 69.9, 12),
    ("SKU1002", "原味腰果 250g", "坚果", 39.9, 8),
    ("SKU1003", "炭烧巴旦木 250g", "坚果", 36.9, 7),
    ("SKU2001", "全麦吐司 400g", "烘焙", 15.9, 11),
    ("SKU2002", "蛋黄酥 6枚", "烘焙", 26.9, 9),
    ("SKU2003", "瑞士卷 180g", "烘焙", 17.9, 7),
    ("SKU3001", "燕麦片 1kg", "冲饮", 29.9, 9),
    ("SKU3002", "黑芝麻糊 500g", "冲饮", 24.9, 6),
    ("SKU3003", "冻干咖啡 20颗", "冲饮", 59.0, 6),
    ("SKU4001", "牛肉干 200g", "肉脯", 49.9, 6),
    ("SKU4002", "猪肉脯 160g", "肉脯", 25.9, 6),
    ("SKU5001", "果干礼盒 1.2kg", "礼盒", 118.0, 4),
    ("SKU5002", "坚果礼盒 1.6kg", "礼盒", 148.0, 4),
    ("SKU6001", "藜麦脆 5袋", "零食", 19.9, 5),
]
LINES = {1: 76, 2: 18, 3: 6}  # products on an order


def chains(totals: pd.DataFrame) -> pd.DataFrame:
    """Every order (paid or not) with its customer, in order of time: at, channel (a number), buyer (a number)."""
    rng = stream(COMPANY, CHAINS)
    at, channel = _first_orders(rng, totals)
    buyer = np.arange(len(at))
    parts = [(at, channel, buyer)]
    while len(at):
        next_at = after(at, long_tail(rng, len(at), GAP_MEDIAN, GAP_SIGMA))
        order = np.argsort(next_at, kind="stable")
        next_at, channel, buyer = next_at[order], channel[order], buyer[order]
        comes = quota(rng, np.where(next_at >= LOYALTY, AGAIN_WITH_OFFER, AGAIN), block=30)
        at, channel, buyer = next_at[comes], channel[comes], buyer[comes]
        strays = rng.random(len(at)) > FAITHFUL
        other = pick(rng, range(len(CHANNELS)), [45, 20, 12, 15, 8], len(at)).astype(np.int64)
        channel = np.where(strays, other, channel)
        parts.append((at, channel, buyer))
    frame = pd.DataFrame(
        {
            "at": np.concatenate([part[0] for part in parts]),
            "channel": np.concatenate([part[1] for part in parts]),
            "buyer": np.concatenate([part[2] for part in parts]),
        }
    )
    frame = frame[(frame["at"] >= np.datetime64(START)) & (frame["at"] < np.datetime64(END))]
    return frame.sort_values(["at", "buyer"], kind="stable").reset_index(drop=True)


def _first_orders(rng: Generator, totals: pd.DataFrame) -> tuple[Times, Ints]:
    """When and where chains begin: every so many ordering buyers of a channel, one."""
    times, places = [], []
    for place, name in enumerate(NAMES):
        rows = totals[totals["channel"] == name]
        counts = rows["ordering"].to_numpy() * (1 - AGAIN) / SAMPLE
        days = rows["day"].to_numpy().astype("datetime64[D]")
        earlier = days[0] - np.arange(WARM_UP, 0, -1).astype("timedelta64[D]")
        counts = np.concatenate([np.full(WARM_UP, counts[:WARM_UP].mean()), counts])
        days = np.concatenate([earlier, days])
        marks = np.floor(np.concatenate([[0.0], np.cumsum(counts)]) + rng.random())
        begin = np.repeat(days, np.diff(marks).astype(np.int64))
        times.append(begin.astype("datetime64[s]") + _shopping_seconds(rng, len(begin)))
        places.append(np.full(len(begin), place))
    return np.concatenate(times), np.concatenate(places).astype(np.int64)


def _shopping_seconds(rng: Generator, size: int) -> np.ndarray:
    hour = pick(
        rng, range(24), [1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3, 4, 5, 5, 5.5, 4.5, 4, 4, 4, 4.5, 5, 6.5, 8, 8, 6, 3], size
    )
    return (hour.astype(np.int64) * 3600 + rng.integers(0, 3600, size)).astype("timedelta64[s]")


def lines(orders: pd.DataFrame) -> pd.DataFrame:
    """The products on each order: order (row number), product (a number), quantity, price, discount, amount, cost.

    A channel's discount is what brings its mean order to the channel's basket.
    """
    rng = stream(COMPANY, "lines")
    size = len(orders)
    counts = pick(rng, list(LINES), list(LINES.values()), size).astype(np.int64)
    order = np.repeat(np.arange(size), counts)
    days = orders["at"].to_numpy().astype("datetime64[D]")
    channel = orders["channel"].to_numpy()
    target = np.zeros(size)
    group = np.zeros(size, dtype=np.int64)
    for place, one in enumerate(CHANNELS):
        here = channel == place
        target[here] = basket_of(one, days[here])
        group[here] = 2 * place + is_fixed(one.name, days[here])
    price_of = np.array([product[3] for product in PRODUCTS])
    product = pick(rng, range(len(PRODUCTS)), [product[4] for product in PRODUCTS], len(order)).astype(np.int64)
    price = price_of[product]
    pieces = 1 + rng.poisson(np.maximum(target[order] * 1.15 / (price.mean() * counts.mean()) - 1, 0.05))
    gross = price * pieces
    discount = _discounts(gross, order, group, target)
    amount = money(gross * (1 - discount[order]))
    return pd.DataFrame(
        {
            "order": order,
            "product": product,
            "quantity": pieces,
            "price": price,
            "discount": np.round(discount[order], 2),
            "amount": amount,
            "cost": money(amount * COST_SHARE * (1 + 0.04 * (2 * even(rng, len(order)) - 1))),
        }
    )


def _discounts(gross: Floats, order: Ints, group: Ints, target: Floats) -> Floats:
    whole = np.bincount(order, weights=gross, minlength=len(group))
    found = np.zeros(len(group))
    for number in np.unique(group):
        here = group == number
        found[here] = np.clip(1 - target[here].sum() / whole[here].sum(), 0.0, 0.4)
    return np.round(found, 2)


def orders(totals: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The orders and their lines. Unpaid orders are cancelled (still open, if new); a few paid ones are sent back."""
    rng = stream(COMPANY, "orders")
    frame = chains(totals)
    size = len(frame)
    items = lines(frame)
    at = frame["at"].to_numpy().astype("datetime64[s]")
    pay = np.array([channel.pay for channel in CHANNELS])[frame["channel"].to_numpy()]
    paid = np.zeros(size, dtype=bool)
    for place in range(len(CHANNELS)):
        here = np.flatnonzero(frame["channel"].to_numpy() == place)
        paid[here] = quota(rng, pay[here], block=20)
    refunded = paid & (rng.random(size) < 0.022)
    is_new = at > np.datetime64(END) - np.timedelta64(1, "D")
    frame["paid_at"] = np.where(paid, after(at, (20 + 500 * even(rng, size) ** 3) / 86_400), np.datetime64("NaT", "s"))
    late = frame["paid_at"] >= np.datetime64(END)
    paid &= ~late.to_numpy()
    frame.loc[late, "paid_at"] = pd.NaT
    frame["status"] = np.select([refunded & paid, paid, is_new], ["已退款", "交易成功", "待付款"], "交易关闭")
    for name, column in (("quantity", "quantity"), ("amount", "amount"), ("cost", "cost")):
        frame[name] = np.bincount(items["order"], weights=items[column], minlength=size)
    frame["paid_amount"] = np.where(paid, money(frame["amount"].to_numpy()), np.nan)
    frame["refund"] = np.where(refunded & paid, money(frame["amount"].to_numpy()), 0.0)
    frame["promotion"] = promotion_on(at.astype("datetime64[D]"))
    first_seen = frame["buyer"].drop_duplicates()
    number = dict(zip(first_seen, codes("M", len(first_seen), 6, 100_001), strict=True))
    frame["customer"] = frame["buyer"].map(number)
    homes = pick(rng, list(PROVINCES), list(PROVINCES.values()), len(number))
    frame["province"] = frame["customer"].map(dict(zip(number.values(), homes, strict=True)))
    frame["order_id"] = [f"HX{time:%y%m%d}{place:05d}" for place, time in enumerate(frame["at"], start=1)]
    return frame, items
