"""Page Scorecard: the worst gap in its first line, its controls in the link, its cells open their records."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from kpi.semantic.definitions import save_settings
from kpi.semantic.kpi import Layer, Target
from kpi.workspace import Home
from tests.hand_made import b2b_company, b2c_company
from tests.pages.conftest import Open, texts


@pytest.fixture
def company(app_home: Home) -> str:
    """The hand-made B2B company is loaded."""
    return b2b_company(app_home, "maker")


def test_without_data_the_page_says_what_to_do(open_app: Open) -> None:
    """Two buttons, no error, no empty frame."""
    app = open_app("scorecard")
    assert not app.exception
    assert [button.label for button in app.main.button] == ["Load your own files", "Load demo data"]


def test_the_worst_gap_is_the_first_line(open_app: Open, company: str) -> None:
    """Of the last whole month, with what else is off target."""
    app = open_app("scorecard", workspace=company)
    assert not app.exception
    assert app.title[0].value == "New leads is 110 under target\\: 40 instead of 150\\."
    assert "First\\-visit rate \\(−20 points\\)" in texts(app)
    assert "Jun 2024 · compared with May 2024" in texts(app)


def test_it_speaks_chinese(open_app: Open, company: str) -> None:
    """Headline, cards and statuses."""
    app = open_app("scorecard", workspace=company, lang="zh")
    assert not app.exception
    assert app.title[0].value.startswith("新线索数低于目标 110")
    assert "未达标" in texts(app)
    assert "Off target" not in texts(app)


def test_what_fell_off_target_with_the_last_load_stands_on_top(open_app: Open, company: str) -> None:
    """First visits were at 80 % in May by the first load; June's load brought them to 50 %."""
    app = open_app("scorecard", workspace=company)
    news = app.warning[0].value
    assert "Newly off target since the last load" in news
    assert "First\\-visit rate\\: 80\\.0% in May 2024 by the data before, now 50\\.0%" in news
    assert "New leads" not in news


def test_a_link_opens_the_same_view(open_app: Open, company: str) -> None:
    """Scene, period, comparison and the open cell, without a click."""
    app = open_app(
        "scorecard",
        workspace=company,
        scene="b2b",
        period="2024-05",
        compare="none",
        cell="acquisition~first_visit_rate",
        cell_part="denominator",
    )
    assert not app.exception
    assert app.selectbox(key="scorecard.month").value == "2024-05"
    assert "May 2024" in texts(app)
    assert "compared with" not in texts(app)
    assert len(app.dataframe[0].value) == 40
    assert app.query_params["period"] == "2024-05"


def test_a_quarter_and_other_days(open_app: Open, company: str) -> None:
    """The kind of period follows from what the link names."""
    quarter = open_app("scorecard", workspace=company, period="2024-Q2")
    assert "Q2 2024" in texts(quarter)
    days = open_app("scorecard", workspace=company, period="2024-06-01..2024-06-10")
    assert not days.exception
    assert "Jun 1, 2024 to Jun 10, 2024" in texts(days)


def test_a_cell_opens_its_records(open_app: Open, company: str) -> None:
    """Choosing a cell shows the rows of its numerator; the link keeps it."""
    app = open_app("scorecard", workspace=company)
    app.selectbox(key="scorecard.cell").select("acquisition~first_visit_rate").run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 20
    assert app.query_params["cell"] == "acquisition~first_visit_rate"
    app.text_input(key="scorecard.cell_rows.search").input("Company 6-20").run()
    assert len(app.dataframe[0].value) == 1


def test_one_owners_weak_spots(open_app: Open, app_home: Home, company: str) -> None:
    """Only the KPIs that somebody answers for."""
    save_settings(app_home, company, "first_visit_rate", target=Target(value=0.9), owner="Anna", layer=Layer.PROCESS)
    app = open_app("scorecard", workspace=company, owner="Anna")
    assert not app.exception
    assert app.title[0].value.startswith("First\\-visit rate is 40 points under target")
    assert len(app.metric) == 1


def test_dark_kpis_name_the_missing_field(open_app: Open, company: str) -> None:
    """With the export to look in."""
    app = open_app("scorecard", workspace=company)
    assert "Needs a file with receivables" in texts(app)


def test_channels_stand_beside_kpis(open_app: Open, app_home: Home) -> None:
    """In the B2C scene, a channel's cell opens that channel's records."""
    shop = b2c_company(app_home)
    app = open_app("scorecard", workspace=shop, scene="b2c", channel_cell="order_rate~Live")
    assert not app.exception
    assert "Which channel misses which target" in texts(app)
    assert len(app.dataframe[0].value) == 2


def test_details_lead_to_the_kpi(open_app: Open, company: str) -> None:
    """The button on a card opens page KPIs over the same month."""
    app: AppTest = open_app("scorecard", workspace=company, period="2024-05")
    app.button(key="scorecard.details.first_visit_rate").click().run()
    assert app.session_state["kpis.kpi"] == "first_visit_rate"
    assert app.session_state["kpis.month"] == "2024-05"
