"""What did single visitors do? Events of one visitor in `SAMPLE`, step by step, tied to the orders they placed.

Per channel and month the sample holds as many viewers, carts and orders as the daily totals say. Who orders is a real
order of the sample warehouse: same customer, same time, same amount. The counter of the stores sees no clicks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from kpi.demo.b2c.market import CHANNELS, COMPANY, NAMES, STORE
from kpi.demo.b2c.shop import PRODUCTS, PROVINCES
from kpi.demo.seeded import Ints, codes, pick, stream

SAMPLE = 6000
STEPS = ["访问", "商品浏览", "加购", "下单", "支付"]


def events(totals: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """One row per event, in order of time; a visitor appears in one visit only."""
    rng = stream(COMPANY, "events")
    visits = pd.concat(
        [_visits(rng, place, totals, orders) for place, name in enumerate(NAMES) if name != STORE], ignore_index=True
    )
    visits["visitor"] = codes("V", len(visits), 6)
    visits["device"] = pick(rng, ["手机", "电脑", "平板"], [86, 10, 4], len(visits))
    rows = visits.loc[visits.index.repeat(visits["steps"])].reset_index(drop=True)
    step = rows.groupby("visitor").cumcount().to_numpy()
    seconds = np.array([0, 40, 150, 420, 520])[step] + rng.integers(0, 25, len(rows))
    at = rows["at"].to_numpy().astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    rows["at"] = np.where(step == 3, rows["ordered_at"].to_numpy().astype("datetime64[s]"), at)
    rows["at"] = np.where(step == 4, rows["paid_at"].to_numpy().astype("datetime64[s]"), rows["at"])
    rows["event"] = np.array(STEPS, dtype=object)[step]
    ordering = step >= 3
    for column in ("order_id", "amount"):
        rows[column] = rows[column].where(ordering)
    rows["product"] = rows["product"].where(step >= 1)
    rows = rows.sort_values(["at", "visitor"], kind="stable").reset_index(drop=True)
    return pd.DataFrame(
        {
            "事件编号": codes("E", len(rows), 6),
            "访客ID": rows["visitor"],
            "客户编号": rows["customer"],
            "行为时间": rows["at"],
            "行为类型": rows["event"],
            "渠道": rows["channel"],
            "终端": rows["device"],
            "省份": rows["province"],
            "商品编号": rows["product"],
            "订单号": rows["order_id"],
            "交易金额": rows["amount"],
        }
    )


def _visits(rng: Generator, place: int, totals: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """The sampled visits of one channel: how many steps each took, and the order at its end."""
    days = totals[totals["channel"] == CHANNELS[place].name]
    month = days["day"].to_numpy().astype("datetime64[M]")
    counts = {
        step: _thinned(rng, month, days[step].to_numpy()) for step in ("visitors", "viewers", "carts", "ordering")
    }
    mine = orders[orders["channel"] == place]
    order_month = mine["at"].to_numpy().astype("datetime64[M]")
    product = np.array([product[0] for product in PRODUCTS], dtype=object)
    parts = []
    for number, one in enumerate(np.unique(month)):
        visitors, viewers, carts, ordering = (int(counts[step][number]) for step in counts)
        here = np.flatnonzero(order_month == one)
        chosen = mine.iloc[np.sort(rng.choice(here, size=min(ordering, len(here)), replace=False))]
        others = visitors - len(chosen)
        weight = days["visitors"].to_numpy()[month == one]
        day = rng.choice(days["day"].to_numpy()[month == one], size=others, p=weight / weight.sum())
        steps = np.full(others, 1)
        steps[: max(viewers - len(chosen), 0)] = 2
        steps[: max(carts - len(chosen), 0)] = 3
        bought = pd.DataFrame(
            {
                "at": chosen["at"] - pd.Timedelta(minutes=12),
                "steps": np.where(chosen["paid_at"].notna(), 5, 4),
                "ordered_at": chosen["at"],
                **{name: chosen[name] for name in ("paid_at", "customer", "province", "order_id", "amount")},
            }
        )
        looked = pd.DataFrame(
            {
                "at": day.astype("datetime64[s]")
                + rng.integers(7 * 3600, 24 * 3600 - 900, others).astype("timedelta64[s]"),
                "steps": steps,
                "province": pick(rng, list(PROVINCES), list(PROVINCES.values()), others),
            }
        )
        parts += [bought, looked]
    frame = pd.concat(parts, ignore_index=True)
    frame["channel"] = CHANNELS[place].name
    frame["product"] = product[rng.integers(0, len(product), len(frame))]
    return frame


def _thinned(rng: Generator, month: np.ndarray, counts: np.ndarray) -> Ints:
    """Monthly counts of the sample, whose running total never strays from the thinned total by more than one."""
    start = rng.random()
    ends = np.array([counts[month <= one].sum() / SAMPLE for one in np.unique(month)])
    marks = np.floor(np.concatenate([[0.0], ends]) + start)
    return np.diff(marks).astype(np.int64)
