"""What does each channel see and sell each day? The totals of the whole brand, from which all else is sampled.

Channel × day: visitors follow season, weekday, promotions and a little chance; each step of the journey follows from
the one before by the channel's own rate. From `FIX` on the mini-program's product page answers what buyers ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi.demo.seeded import Floats, Times, days_of, month_of, stream, weekday_of

COMPANY = "demo_b2c"
START, END = "2024-01-01", "2026-01-01"
FIX = np.datetime64("2025-04-01")
LOYALTY = np.datetime64("2025-07-01")


@dataclass(frozen=True)
class Channel:
    """One channel. Rates are of the step before; `basket` is the mean amount of a paid order in yuan."""

    name: str
    visitors: float  # a month
    view: float
    cart: float
    order: float
    pay: float
    basket: float
    cover_days: float  # stock held, in days of sales at cost
    growth: float  # visitors, a year


MAIN, WEAK, STORE = "天猫旗舰店", "小程序商城", "线下门店"
CHANNELS = [
    Channel(MAIN, 600_000, 0.62, 0.195, 0.405, 0.90, 86.0, 5.8, 0.03),
    Channel("京东旗舰店", 230_000, 0.64, 0.190, 0.420, 0.92, 95.0, 6.2, 0.02),
    Channel("抖音商城", 210_000, 0.58, 0.180, 0.412, 0.86, 62.0, 5.2, 0.05),
    Channel(WEAK, 190_000, 0.61, 0.118, 0.361, 0.90, 104.0, 6.4, 0.0),
    Channel(STORE, 42_000, 0.80, 0.300, 0.375, 0.99, 58.0, 11.5, 0.0),
]
NAMES = [channel.name for channel in CHANNELS]

# The page fix: more of those who see a product put it in the cart and order it (order rate 2.6 % → 3.8 %). The newly
# convinced buy smaller packs, and paid traffic that never bought is dropped, so that sales rise by 15 %, not by 46 %.
FIXED_CART, FIXED_ORDER = 0.1605, 0.389
FIXED_BASKET, FIXED_VISITORS = 0.873, 0.902

SEASON = np.array([1.20, 0.93, 0.92, 0.94, 1.00, 1.11, 0.93, 0.94, 1.07, 0.99, 1.26, 1.01])
WEEKDAYS = np.array([0.95, 0.95, 0.97, 0.98, 1.03, 1.08, 1.04])
PROMOTIONS = [  # code, name, start, end (inclusive), budget, discount
    ("P2401", "年货节", "2024-01-12", "2024-01-31", 180_000, 0.12),
    ("P2402", "春季上新", "2024-04-18", "2024-04-24", 60_000, 0.08),
    ("P2403", "618大促", "2024-06-10", "2024-06-20", 240_000, 0.15),
    ("P2404", "中秋礼盒季", "2024-09-02", "2024-09-15", 150_000, 0.10),
    ("P2405", "双11狂欢", "2024-10-31", "2024-11-11", 320_000, 0.18),
    ("P2501", "年货节", "2025-01-03", "2025-01-22", 190_000, 0.12),
    ("P2502", "春季上新", "2025-04-18", "2025-04-24", 60_000, 0.08),
    ("P2503", "618大促", "2025-06-10", "2025-06-20", 250_000, 0.15),
    ("P2504", "中秋礼盒季", "2025-09-19", "2025-10-02", 160_000, 0.10),
    ("P2505", "双11狂欢", "2025-10-31", "2025-11-11", 330_000, 0.18),
]
COST_SHARE = 0.54  # of the amount paid


def promotion_on(days: Times) -> np.ndarray:
    """The code of the promotion that runs on each day, or None."""
    running = np.full(len(days), None, dtype=object)
    for code, _, start, end, _, _ in PROMOTIONS:
        running[(days >= np.datetime64(start)) & (days <= np.datetime64(end))] = code
    return running


def is_fixed(channel: str, days: Times) -> np.ndarray:
    """Whether the channel's product page is the mended one on each day."""
    return np.asarray((days >= FIX) & (channel == WEAK))


def basket_of(channel: Channel, days: Times) -> Floats:
    """The mean amount of a paid order on each day."""
    return np.asarray(channel.basket * np.where(is_fixed(channel.name, days), FIXED_BASKET, 1.0), dtype=np.float64)


def channel_days() -> pd.DataFrame:
    """Whole-brand totals: one row per day and channel, in order of day."""
    days = days_of(START, END)
    promotion = promotion_on(days)
    promoted = np.array([code is not None for code in promotion])
    frames = []
    for channel in CHANNELS:
        rng = stream(COMPANY, f"channel {channel.name}")
        fixed = is_fixed(channel.name, days)
        size = len(days)

        def some(of: Floats, rate: Floats | float, spread: float, rng: np.random.Generator = rng) -> Floats:
            return np.asarray(np.round(of * rate * np.exp(spread * rng.standard_normal(len(of)))), dtype=np.float64)

        grown = (1 + channel.growth) ** ((np.arange(size) - size / 2) / 365)
        base = channel.visitors * 12 / 365.25 * SEASON[month_of(days) - 1] * WEEKDAYS[weekday_of(days)] * grown
        visitors = some(base * np.where(fixed, FIXED_VISITORS, 1.0), np.where(promoted, 1.10, 0.985), 0.06)
        viewers = some(visitors, channel.view, 0.02)
        carts = some(viewers, np.where(fixed, FIXED_CART, channel.cart) * np.where(promoted, 1.03, 0.996), 0.03)
        ordering = some(carts, np.where(fixed, FIXED_ORDER, channel.order), 0.03)
        paying = np.minimum(some(ordering, channel.pay, 0.01), ordering)
        orders = np.round(paying * 1.03)
        paid = np.round(orders * basket_of(channel, days) * np.where(promoted, 1.04, 0.995), 2)
        paid = np.round(paid * np.exp(0.02 * rng.standard_normal(size)), 2)
        repeat = some(paying, np.where(days >= LOYALTY, 0.357, 0.34), 0.03)
        frames.append(
            pd.DataFrame(
                {
                    "day": days.astype("datetime64[s]"),
                    "channel": channel.name,
                    "visitors": visitors,
                    "viewers": viewers,
                    "carts": carts,
                    "ordering": ordering,
                    "paying": paying,
                    "orders": orders,
                    "repeat": repeat,
                    "ordered_amount": np.round(paid * ordering / np.maximum(paying, 1), 2),
                    "paid_amount": paid,
                    "cost": np.round(paid * COST_SHARE, 2),
                    "promotion": promotion,
                }
            )
        )
    whole = pd.concat(frames, ignore_index=True)
    place = whole["channel"].map({name: number for number, name in enumerate(NAMES)})
    order = np.lexsort((place.to_numpy(), whole["day"].to_numpy()))
    return whole.iloc[order].reset_index(drop=True)
