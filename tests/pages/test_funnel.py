"""Pages B2B, B2C and SaaS: the funnel, a step with its records, segments, filters, and the link that holds them."""

from __future__ import annotations

import pytest

from kpi.workspace import Home
from tests.hand_made import b2b_company, b2c_company
from tests.pages.conftest import Open, texts


@pytest.fixture
def company(app_home: Home) -> str:
    """The hand-made B2B company is loaded."""
    return b2b_company(app_home, "maker")


def test_without_data_the_page_says_what_to_do(open_app: Open) -> None:
    """The same two ways on as everywhere."""
    app = open_app("b2b")
    assert not app.exception
    assert app.button(key="empty.own").label == "Load your own files"


def test_a_journey_without_its_data_names_what_is_missing(open_app: Open, company: str) -> None:
    """A B2B company has no trials: the SaaS page says so and leads to page Data."""
    app = open_app("saas", workspace=company)
    assert not app.exception
    assert app.title[0].value == "This funnel is waiting for data"
    assert app.button(key="saas.load").label == "Load a file"


@pytest.mark.parametrize(
    ("language", "headline"),
    [("en", "Most are lost before First visit: 6 of 30"), ("zh", "流失最多的是“完成首访”之前：30 条中流失 6 条")],
)
def test_the_biggest_loss_is_the_first_line(open_app: Open, company: str, language: str, headline: str) -> None:
    """In both languages."""
    app = open_app("b2b", workspace=company, lang=language)
    assert not app.exception
    assert app.title[0].value.replace("\\", "").startswith(headline)


def test_a_link_opens_step_breakdown_and_records(open_app: Open, company: str) -> None:
    """The nine opportunities of which six were lost before the decision maker, by region."""
    app = open_app("b2b", workspace=company, step="decision_maker", records="lost", by="region", period="2024-05")
    assert not app.exception
    assert app.selectbox(key="b2b.step").value == "decision_maker"
    assert app.selectbox(key="b2b.by").value == "region"
    assert len(app.dataframe[-1].value) == 2
    assert list(app.dataframe[1].value["Region"]) == ["East", "West"]


def test_choosing_a_step_writes_the_link(open_app: Open, company: str) -> None:
    """What is chosen can be sent."""
    app = open_app("b2b", workspace=company)
    app.selectbox(key="b2b.step").select("won").run()
    assert not app.exception
    assert app.query_params["step"] == "won"
    assert len(app.dataframe[-1].value) == 6


def test_only_some_values_and_a_filter(open_app: Open, company: str) -> None:
    """East's opportunities with an odd number of the title; then none by a filter that excludes all."""
    app = open_app("b2b", workspace=company, only="region", values="East")
    assert not app.exception
    assert app.dataframe[0].value["Records"].iloc[0] == "15"
    app = open_app("b2b", workspace=company, where="amount > 5000")
    assert app.title[0].value.startswith("Nobody entered")


def test_a_filter_that_cannot_be_read_says_where(open_app: Open, company: str) -> None:
    """The sentence with its remedy; the controls stay."""
    app = open_app("b2b", workspace=company, where="amount >")
    assert not app.exception
    assert app.error
    assert app.text_input(key="b2b.where").value == "amount >"


def test_events_make_a_funnel_too(open_app: Open, app_home: Home) -> None:
    """200 visitors, 12 orders, 6 payments."""
    app = open_app("b2c", workspace=b2c_company(app_home))
    assert not app.exception
    assert list(app.dataframe[0].value["Records"]) == ["200", "12", "12", "12", "6"]
    assert "Most are lost before Product view" in texts(app)
