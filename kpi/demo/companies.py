"""Which demo companies are there, and how are their files made?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from kpi.demo import b2b, b2c, saas
from kpi.demo.company import Company, Export, Goal
from kpi.demo.export import write
from kpi.errors import QueryError, near_names
from kpi.model import Names

_B2B = Company(
    id="demo_b2b",
    names=Names(en="Hengyue Equipment (demo)", zh="恒岳装备（演示）"),
    scene="b2b",
    currency="CNY",
    time_zone="Asia/Shanghai",
    story=Names(
        en="Enough leads, too few first visits and decision makers: mended in January 2025, deals are won 30 % more "
        "often and 20 % sooner.",
        zh="线索充足，但首访与关键决策人触达不足；2025 年 1 月整改后，赢单率提升 30%，签约周期缩短 20%。",
    ),
    fix_on=date(2025, 1, 1),
    files={
        "crm_leads.csv": "leads",
        "crm_opportunities.csv": "opportunities",
        "crm_activities.csv": "activities",
        "crm_quotes.csv": "quotes",
        "erp_receivables.csv": "receivables",
        "crm_accounts.csv": "accounts",
        "erp_products.csv": "products",
        "hr_people.csv": "people",
        "customer_surveys.csv": "surveys",
        "customer_referrals.csv": "referrals",
        "improvement_ideas.csv": "ideas",
        "peer_scores.csv": "peer_scores",
    },
    targets={
        "revenue": Goal("Jiang Nan", Decimal(9_500_000)),
        "win_rate": Goal("Jiang Nan"),
        "sales_cycle_days": Goal("Jiang Nan"),
        "new_customers": Goal("Jiang Nan"),
        "new_leads": Goal("Fu Lei"),
        "first_visit_rate": Goal("Cao Yang"),
        "decision_maker_reach_rate": Goal("Shen Rong"),
        "first_response_rate": Goal("Ye Qing"),
        "first_response_hours": Goal("Ye Qing"),
        "need_match_score": Goal("Lu Fei"),
        "proposal_pass_rate": Goal("Lu Fei"),
        "quote_hit_rate": Goal("Wei Ke"),
        "collection_rate": Goal("Dong Min"),
        "collection_days": Goal("Dong Min"),
        "revisit_rate": Goal("Su Hui"),
        "satisfaction": Goal("Su Hui"),
        "referrals_won": Goal("Han Dong"),
    },
)

_TOTALS = (  # KPIs of whole traffic and sales, for which single visits and orders are but a sample
    "visitors", "channel_conversion_rate", "order_rate", "payment_conversion_rate", "order_to_payment_rate",
    "channel_contribution_rate", "revenue", "attainment_rate", "deals", "deals_per_day",
)  # fmt: skip

_B2C = Company(
    id="demo_b2c",
    names=Names(en="Hexiaoman Foods (demo)", zh="禾小满食品（演示）"),
    scene="b2c",
    currency="CNY",
    time_zone="Asia/Shanghai",
    story=Names(
        en="The mini-program's product page loses orders: mended in April 2025, its order rate gains 1.2 points and "
        "its sales 15 %; from July a loyalty offer lifts repurchase by 5 %.",
        zh="小程序商品详情页流失订单；2025 年 4 月优化后，下单率提升 1.2 个百分点、销售额增长 15%；"
        "7 月起老客专属优惠使复购率提升 5%。",
    ),
    fix_on=date(2025, 4, 1),
    files={
        "渠道日报.csv": "channel_day",
        "订单报表.csv": "orders",
        "订单明细.csv": "order_lines",
        "用户行为日志.csv": "events",
        "会员资料.csv": "accounts",
        "库存明细.xlsx": "stock",
        "商品资料.csv": "products",
        "促销活动.csv": "promotions",
        "推广投放报表.csv": "campaign_spend",
        "员工花名册.csv": "people",
    },
    targets={
        "revenue": Goal("顾明远", Decimal(5_000_000)),
        "visitors": Goal("林晓彤"),
        "channel_conversion_rate": Goal("沈佳宁"),
        "order_rate": Goal("陆思源"),
        "payment_conversion_rate": Goal("沈佳宁"),
        "repurchase_rate": Goal("程可欣"),
        "revenue_per_buyer": Goal("程可欣"),
        "new_customers": Goal("程可欣"),
        "channel_contribution_rate": Goal("沈佳宁"),
        "inventory_days": Goal("高宇航"),
        "ad_roi": Goal("苏雨桐"),
        "promotion_conversion_rate": Goal("苏雨桐"),
        "store_traffic": Goal("何建平"),
    },
    reads=dict.fromkeys(_TOTALS, "channel_day"),
    note=Names(
        en="Daily channel totals are those of the whole brand. Orders, order lines and stock are a sample warehouse's "
        "(1 order in 340); events are 1 visitor in 6,000 of the online channels.",
        zh="渠道日报为全品牌汇总；订单、订单明细与库存取自样本仓（约每 340 单抽 1 单）；"
        "用户行为为线上渠道每 6000 名访客抽 1 名。",
    ),
)

_SAAS = Company(
    id="demo_saas",
    names=Names(en="Tidewell Software (demo)", zh="潮井软件（演示）"),
    scene="saas",
    currency="USD",
    time_zone="UTC",
    story=Names(
        en="Trials stall before the product's key action: with a guided start from July 2025, trial conversion gains "
        "8 %, renewals 6 %, and sales 20 % on the year before.",
        zh="试用用户止步于产品体验；2025 年 7 月优化引导后，试用转化率提升 8%，续费率提升 6%，销售额同比增长 20%。",
    ),
    fix_on=date(2025, 7, 1),
    files={
        "signups.csv": "signups",
        "subscriptions.csv": "subscriptions",
        "feature_usage.csv": "usage",
        "support_tickets.csv": "tickets",
        "payments.csv": "payments",
        "accounts.csv": "accounts",
        "sales_activities.csv": "activities",
        "surveys.csv": "surveys",
        "team.csv": "people",
    },
    targets={
        "revenue": Goal("Priya Shah", Decimal(65_000)),
        "signups": Goal("Rafael Ortiz"),
        "trial_requests": Goal("Rafael Ortiz"),
        "trial_conversion_rate": Goal("Mara Keller"),
        "activity_rate": Goal("Mara Keller"),
        "feature_adoption_rate": Goal("Mara Keller"),
        "first_response_rate": Goal("Priya Shah"),
        "follow_ups_per_lead": Goal("Priya Shah"),
        "close_rate": Goal("Priya Shah"),
        "win_rate": Goal("Priya Shah"),
        "average_price": Goal("Priya Shah"),
        "new_customers": Goal("Priya Shah"),
        "renewal_rate": Goal("Theo Lindqvist"),
        "churn_rate": Goal("Theo Lindqvist"),
        "nrr": Goal("Theo Lindqvist"),
        "grr": Goal("Theo Lindqvist"),
        "mrr": Goal("Theo Lindqvist"),
        "satisfaction": Goal("Theo Lindqvist"),
        "reply_hours": Goal("Jonas Weber"),
        "fix_days": Goal("Mara Keller"),
    },
)

COMPANIES: Mapping[str, Company] = {company.id: company for company in (_B2B, _B2C, _SAAS)}

_EXPORTS: Mapping[str, Callable[[], list[Export]]] = {
    _B2B.id: b2b.exports,
    _B2C.id: b2c.exports,
    _SAAS.id: saas.exports,
}


def company_of(company: str) -> Company:
    """The demo company of this id; `QueryError` where there is none."""
    if company not in COMPANIES:
        raise QueryError(
            "unknown_demo_company",
            f"There is no demo company {company!r}.",
            remedy=f"Choose one of {', '.join(COMPANIES)}.",
            found=company,
            near=near_names(company, list(COMPANIES)),
        )
    return COMPANIES[company]


def generate(company: str, folder: Path) -> list[Path]:
    """Write the export files of one company into the folder (made when missing); the same bytes each time.

    `QueryError` where there is no such company.
    """
    exports = _EXPORTS[company_of(company).id]()
    folder.mkdir(parents=True, exist_ok=True)
    return [write(export, folder) for export in exports]
