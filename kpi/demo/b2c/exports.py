"""Which files do the food brand's shop, stock and advertising systems export? Chinese headers throughout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi.demo.b2c.market import (
    CHANNELS,
    COMPANY,
    COST_SHARE,
    END,
    FIX,
    NAMES,
    PROMOTIONS,
    START,
    STORE,
    WEAK,
    channel_days,
)
from kpi.demo.b2c.shop import PRODUCTS, orders
from kpi.demo.b2c.visits import events
from kpi.demo.company import Export
from kpi.demo.names import chinese_people
from kpi.demo.seeded import Floats, after, days_of, money, stream, with_gaps

STAFF = [  # name, team, manager, role
    ("顾明远", "总经办", None, "品牌总经理"),
    ("沈佳宁", "电商运营部", "顾明远", "电商运营总监"),
    ("林晓彤", "电商运营部", "沈佳宁", "天猫店长"),
    ("徐子昂", "电商运营部", "沈佳宁", "京东店长"),
    ("周沐阳", "直播运营部", "沈佳宁", "抖音运营主管"),
    ("陆思源", "私域运营部", "沈佳宁", "小程序运营主管"),
    ("程可欣", "会员运营部", "顾明远", "会员运营经理"),
    ("高宇航", "供应链部", "顾明远", "库存计划经理"),
    ("苏雨桐", "市场部", "顾明远", "投放经理"),
    ("何建平", "线下零售部", "顾明远", "门店经理"),
]


def exports() -> list[Export]:
    """Every file of the company, as its systems write them."""
    totals = channel_days()
    shop_orders, items = orders(totals)
    return [
        Export("渠道日报.csv", _daily(totals), days=frozenset({"日期"})),
        Export("订单报表.csv", _orders(shop_orders), encoding="gb18030"),
        Export("订单明细.csv", _lines(shop_orders, items)),
        Export("用户行为日志.csv", events(totals, shop_orders)),
        Export("会员资料.csv", _members(shop_orders)),
        Export("库存明细.xlsx", _stock(totals, shop_orders), days=frozenset({"库存日期"})),
        Export("商品资料.csv", _products(), days=frozenset({"上市日期"})),
        Export("促销活动.csv", _promotions(), days=frozenset({"开始日期", "结束日期"})),
        Export("推广投放报表.csv", _spend(totals), days=frozenset({"投放日期"})),
        Export("员工花名册.csv", _staff(), days=frozenset({"入职日期"})),
    ]


def _cover(place: int, cost: Floats, part: str) -> Floats:
    """Stock at cost on each day: the channel's usual cover of the last four weeks' sales, now more, now less."""
    rng = stream(COMPANY, f"{part} {NAMES[place]}")
    recent = pd.Series(cost).rolling(28, min_periods=1).mean().to_numpy()
    wave = np.sin(np.arange(len(cost)) * 2 * np.pi / 19 + rng.random() * 6)
    return np.asarray(CHANNELS[place].cover_days * recent * (1 + 0.08 * wave + 0.03 * rng.standard_normal(len(cost))))


def _daily(totals: pd.DataFrame) -> pd.DataFrame:
    held = np.zeros(len(totals))
    for place, name in enumerate(NAMES):
        here = (totals["channel"] == name).to_numpy()
        held[here] = _cover(place, totals["cost"].to_numpy()[here], "stock")
    at_door = np.where(totals["channel"] == STORE, totals["visitors"], np.nan)
    whole: dict[str, Any] = {
        "访客数": totals["visitors"],
        "进店客流": at_door,
        "商品访客数": totals["viewers"],
        "加购人数": totals["carts"],
        "下单买家数": totals["ordering"],
        "支付买家数": totals["paying"],
        "支付订单数": totals["orders"],
        "支付新买家数": totals["paying"] - totals["repeat"],
        "支付老买家数": totals["repeat"],
    }
    return pd.DataFrame(
        {
            "日期": totals["day"],
            "渠道": totals["channel"],
            **{header: pd.array(values, dtype="Int64") for header, values in whole.items()},
            "下单金额": totals["ordered_amount"],
            "支付金额": totals["paid_amount"],
            "库存金额": money(held),
            "销售成本": totals["cost"],
            "币种": "CNY",
            "促销编号": totals["promotion"],
        }
    )


def _orders(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "订单编号": found["order_id"],
            "会员编号": found["customer"],
            "订单创建时间": found["at"],
            "订单付款时间": found["paid_at"],
            "订单状态": found["status"],
            "销售渠道": found["channel"].map(dict(enumerate(NAMES))),
            "收货省份": found["province"],
            "宝贝总数量": found["quantity"].astype("int64"),
            "总金额": money(found["amount"].to_numpy()),
            "买家实际支付金额": found["paid_amount"],
            "退款金额": found["refund"],
            "商品成本": money(found["cost"].to_numpy()),
            "币种": "CNY",
            "促销编号": found["promotion"],
        }
    )


def _lines(found: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    product = items["product"].to_numpy()
    owner = found.iloc[items["order"].to_numpy()].reset_index(drop=True)
    number = items.groupby("order").cumcount() + 1
    return pd.DataFrame(
        {
            "子订单编号": owner["order_id"] + "-" + number.astype(str),
            "订单编号": owner["order_id"],
            "会员编号": owner["customer"],
            "下单时间": owner["at"],
            "商品编码": np.array([p[0] for p in PRODUCTS], dtype=object)[product],
            "商品名称": np.array([p[1] for p in PRODUCTS], dtype=object)[product],
            "类目": np.array([p[2] for p in PRODUCTS], dtype=object)[product],
            "数量": items["quantity"],
            "单价": items["price"],
            "折扣率": items["discount"],
            "成交金额": items["amount"],
            "成本金额": items["cost"],
            "销售渠道": owner["channel"].map(dict(enumerate(NAMES))),
            "省份": owner["province"],
        }
    )


def _members(found: pd.DataFrame) -> pd.DataFrame:
    rng = stream(COMPANY, "members")
    first = found.drop_duplicates("customer").reset_index(drop=True)
    size = len(first)
    count = first["customer"].map(found["customer"].value_counts()).to_numpy()
    paid = found[found["paid_at"].notna()].groupby("customer")["paid_at"].min()
    joined = after(first["at"].to_numpy(), -rng.exponential(0.4, size))
    return pd.DataFrame(
        {
            "会员编号": first["customer"],
            "会员姓名": with_gaps(rng, chinese_people(rng, size), 0.06),
            "会员等级": np.select([count >= 4, count >= 2], ["金卡", "银卡"], "普通"),
            "省份": with_gaps(rng, first["province"].to_numpy(dtype=object), 0.02),
            "注册渠道": first["channel"].map(dict(enumerate(NAMES))),
            "注册时间": joined,
            "首单时间": first["customer"].map(paid),
        }
    ).sort_values("会员编号", kind="stable")


def _stock(totals: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Weekly counts of the sample warehouse, on Mondays; its cover is that of the brand."""
    days = days_of(START, END)
    monday = (np.arange(len(days)) % 7) == 0  # the first day is a Monday
    share = dict.fromkeys(range(len(NAMES)), 0.0)
    frames = []
    for place, name in enumerate(NAMES):
        cost = totals.loc[totals["channel"] == name, "cost"].to_numpy()
        share[place] = float(found.loc[found["channel"] == place, "cost"].sum() / cost.sum())
        held = _cover(place, cost * share[place], "warehouse")[monday]
        frames.append(
            pd.DataFrame(
                {
                    "库存日期": days[monday].astype("datetime64[s]"),
                    "渠道": name,
                    "仓库名称": "昆山样本仓",
                    "库存数量": np.maximum(np.round(held / 17.5), 1).astype(np.int64),
                    "库存金额": money(held),
                    "币种": "CNY",
                }
            )
        )
    return pd.concat(frames).sort_values(["库存日期", "渠道"], kind="stable").reset_index(drop=True)


def _products() -> pd.DataFrame:
    frame = pd.DataFrame([product[:4] for product in PRODUCTS], columns=["商品编号", "商品名称", "类目", "售价"])
    frame["成本价"] = money(frame["售价"].to_numpy() * COST_SHARE * 0.87)
    frame["品牌"] = "禾小满"
    frame["上市日期"] = np.datetime64("2021-03-01", "s") + np.arange(len(frame)) * np.timedelta64(55, "D")
    return frame


def _promotions() -> pd.DataFrame:
    frame = pd.DataFrame(PROMOTIONS, columns=["促销编号", "促销名称", "开始日期", "结束日期", "促销预算", "折扣率"])
    frame["促销预算"] = frame["促销预算"].astype(float)
    return frame


def _spend(totals: pd.DataFrame) -> pd.DataFrame:
    """Advertising by week and channel, a tenth of sales; on the weak channel it pays only once the page is mended."""
    campaigns = {NAMES[0]: "天猫搜索推广", NAMES[1]: "京东快车", NAMES[2]: "短视频引流", WEAK: "社群裂变"}
    frames = []
    for place, (name, campaign) in enumerate(campaigns.items()):
        rng = stream(COMPANY, f"spend {name}")
        days = totals[totals["channel"] == name]
        week = days["day"].dt.to_period("W").dt.start_time
        paid = days.groupby(week)["paid_amount"].sum()
        monday = paid.index.to_numpy().astype("datetime64[s]")
        size = len(paid)
        spend = paid.to_numpy() * (0.09 + 0.01 * place) * np.exp(0.12 * rng.standard_normal(size))
        yields = np.where(name != WEAK, 3.7, np.where(monday >= FIX, 3.5, 2.2)) * np.exp(
            0.08 * rng.standard_normal(size)
        )
        clicks = np.round(spend / (0.9 + 0.2 * place))
        frames.append(
            pd.DataFrame(
                {
                    "投放日期": monday,
                    "推广计划": campaign,
                    "投放渠道": name,
                    "花费": money(spend),
                    "展现量": np.round(clicks / 0.032).astype(np.int64),
                    "点击量": clicks.astype(np.int64),
                    "归因销售额": money(spend * yields),
                    "归因毛利": money(spend * yields * (1 - COST_SHARE)),
                    "币种": "CNY",
                }
            )
        )
    return pd.concat(frames).sort_values(["投放日期", "投放渠道"], kind="stable").reset_index(drop=True)


def _staff() -> pd.DataFrame:
    frame = pd.DataFrame(STAFF, columns=["员工", "部门", "直属上级", "岗位"])
    frame["入职日期"] = np.datetime64("2019-05-06", "s") + np.arange(len(frame)) * np.timedelta64(140, "D")
    return frame
