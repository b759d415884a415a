"""The entities as data: complete in both languages, and no header means two fields of one entity."""

import re

import pytest

from kpi.model import FieldType
from kpi.model.entity import Entity, entities, entity

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENTITIES = list(entities().values())
NAMES = [item.id for item in ENTITIES]
KINDS_OF_ROW = {
    "leads", "opportunities", "stage_history", "activities", "quotes", "receivables", "events", "orders", "order_lines",
    "payments", "stock", "products", "accounts", "signups", "subscriptions", "usage", "tickets", "people",
    "campaign_spend", "promotions", "surveys", "referrals", "ideas", "peer_scores", "channel_day",
}  # fmt: skip


def normalised(words: str) -> str:
    """A header without letter case, blanks, underscores and signs, as headers are compared."""
    return re.sub(r"[\W_]+", "", words.lower())


def words_of(made: Entity) -> list[tuple[str, str]]:
    """(normalised word, field) for every id, name and synonym of an entity's fields."""
    return [
        (word, field.id)
        for field in made.fields
        for word in {normalised(text) for text in (field.id, field.names.en, field.names.zh, *field.synonyms)}
    ]


def field_for(made: Entity, header: str) -> str | None:
    """The field that a header means in an entity."""
    return dict(words_of(made)).get(normalised(header))


def test_every_kind_of_row_is_there() -> None:
    """All entities that KPIs and funnels are made of exist, and no other."""
    assert set(entities()) == KINDS_OF_ROW


@pytest.mark.parametrize("made", ENTITIES, ids=NAMES)
def test_both_languages(made: Entity) -> None:
    """Every name and grain stands in English and in Chinese."""
    for names in (made.names, made.grain, *(field.names for field in made.fields)):
        assert names.en.strip()
        assert not CHINESE.search(names.en)
        assert CHINESE.search(names.zh) or names.zh == names.en


@pytest.mark.parametrize("made", ENTITIES, ids=NAMES)
def test_a_word_means_one_field(made: Entity) -> None:
    """Within an entity no id, name or synonym belongs to two fields, and no synonym stands twice."""
    words = [word for word, _ in words_of(made)]
    assert sorted(words) == sorted(set(words))
    for field in made.fields:
        synonyms = [normalised(text) for text in field.synonyms]
        assert len(synonyms) == len(set(synonyms)), field.id
        assert all(synonyms), field.id


@pytest.mark.parametrize("made", ENTITIES, ids=NAMES)
def test_words_are_rich_in_both_languages(made: Entity) -> None:
    """Every field can be recognised from an English and from a Chinese header beyond its own id."""
    for field in made.fields:
        texts = (*field.synonyms, field.names.en, field.names.zh)
        assert any(CHINESE.search(text) for text in texts), field.id
        assert any(not CHINESE.search(text) for text in field.synonyms), field.id


@pytest.mark.parametrize("made", ENTITIES, ids=NAMES)
def test_a_value_word_means_one_category(made: Entity) -> None:
    """Within a field no word belongs to two canonical values, and only categories have them."""
    for field in made.fields:
        words = [normalised(word) for meanings in field.values.values() for word in meanings]
        assert len(words) == len(set(words)), field.id
        assert not field.values or field.type is FieldType.CATEGORY
        assert field.otherwise is None or field.otherwise in field.values


@pytest.mark.parametrize("made", ENTITIES, ids=NAMES)
def test_values_are_known_in_both_languages(made: Entity) -> None:
    """Every canonical value is recognised by its own word, and by a Chinese one."""
    for field in made.fields:
        for value, words in field.values.items():
            assert normalised(value) in {normalised(word) for word in words}, (field.id, value)
            assert any(CHINESE.search(word) for word in words) or value in ("csat", "nps"), (field.id, value)


def test_references_are_to_keys() -> None:
    """A field that references an entity can be joined: that entity has a key."""
    for made in ENTITIES:
        for field in made.fields:
            assert field.references is None or entity(field.references).key is not None


def test_planned_dates_are_times() -> None:
    """Only dates can be planned, and an entity's own time is not."""
    for made in ENTITIES:
        for field in made.fields:
            assert not field.planned or field.type.is_time
            assert not (field.planned and field.id == made.time) or made.id == "receivables"


@pytest.mark.parametrize(
    ("entity_id", "headers"),
    [
        (
            "opportunities",
            {
                "opportunity_id": "opportunity_id",
                "sales_agent": "owner",
                "deal_stage": "stage",
                "engage_date": "created_at",
                "close_date": "closed_at",
                "close_value": "amount",
                "商机名称": "name",
                "预计成交日期": "expected_close_at",
                "业务员": "owner",
                "赢单日期": "closed_at",
                "Property_DealName": "name",
                "StageName": "stage",
            },
        ),
        (
            "orders",
            {
                "订单编号": "order_id",
                "总金额": "amount",
                "买家实际支付金额": "paid_amount",
                "收货地址 ": "region",
                "订单创建时间": "ordered_at",
                "订单付款时间 ": "paid_at",
                "退款金额": "refund_amount",
                "number_of_cds": "quantity",
                "dollar_value": "amount",
                "customer_id": "customer",
                "date": "ordered_at",
                "Financial Status": "status",
            },
        ),
        (
            "order_lines",
            {
                "InvoiceNo": "order_id",
                "StockCode": "product",
                "Description": "description",
                "InvoiceDate": "ordered_at",
                "UnitPrice": "unit_price",
                "CustomerID": "customer",
                "Row ID": "line_id",
                "Sales": "amount",
            },
        ),
        ("people", {"sales_agent": "person", "regional_office": "region", "manager": "manager", "工号": "person"}),
        ("accounts", {"sector": "industry", "office_location": "country", "churn_flag": "churned"}),
        (
            "subscriptions",
            {
                "subscription_id": "subscription_id",
                "customer_id": "account",
                "start_date": "started_at",
                "end_date": "ended_at",
                "monthly_amount": "mrr",
                "mrr_amount": "mrr",
                "billing_frequency": "billing",
            },
        ),
        (
            "usage",
            {
                "usage_date": "used_at",
                "feature_name": "feature",
                "usage_duration_secs": "duration_seconds",
                "is_beta_feature": "new_feature",
            },
        ),
        (
            "tickets",
            {
                "submitted_at": "opened_at",
                "resolution_time_hours": "resolution_hours",
                "first_response_time_minutes": "first_reply_minutes",
                "satisfaction_score": "score",
            },
        ),
        (
            "channel_day",
            {"统计日期": "date", "访客数": "visitors", "下单买家数": "order_buyers", "支付金额": "paid_amount"},
        ),
    ],
)
def test_headers_of_common_exports(entity_id: str, headers: dict[str, str]) -> None:
    """Headers as CRM, shop and billing systems write them mean the expected fields."""
    assert {header: field_for(entity(entity_id), header) for header in headers} == headers


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Closed Won", "won"),
        ("赢单", "won"),
        ("成交", "won"),
        ("已签约", "won"),
        ("Closed Lost", "lost"),
        ("输单", "lost"),
        ("丢单", "lost"),
        ("Engaging", "open"),
    ],
)
def test_stage_words_decide_the_status(word: str, value: str) -> None:
    """The words of an opportunity's stage say whether it is won, lost or open; any other word means open."""
    status = entity("opportunities").field("status")
    assert status is not None
    assert (status.derived_from, status.otherwise) == ("stage", "open")
    assert normalised(word) in {normalised(known) for known in status.values[value]}
