"""Page KPIs: the list, one KPI from number to rows, settings, and the guided builder."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from kpi.semantic.definitions import read_definitions
from kpi.workspace import Home
from tests.hand_made import b2b_company
from tests.pages.conftest import Open, texts


@pytest.fixture
def company(app_home: Home) -> str:
    """The hand-made B2B company is loaded."""
    return b2b_company(app_home, "maker")


def test_without_data_the_page_says_what_to_do(open_app: Open) -> None:
    """The same two ways on as everywhere."""
    app = open_app("kpis")
    assert not app.exception
    assert app.button(key="empty.demo").label == "Load demo data"


def test_the_list_can_be_searched(open_app: Open, company: str) -> None:
    """By name in either language; what is found says whether it can be computed."""
    app = open_app("kpis", workspace=company, find="首访")
    assert not app.exception
    found = app.dataframe(key="kpis.list").value
    assert list(found["ID"]) == ["first_visit_rate"]
    assert list(found["State"]) == ["● Computable"]


def test_a_kpi_from_number_to_rows(open_app: Open, company: str) -> None:
    """Value, N and D, the exact sentence, the SQL, the segments and the rows, by a link."""
    app = open_app("kpis", workspace=company, kpi="first_visit_rate", period="2024-06", by="region", part="denominator")
    assert not app.exception
    assert [metric.value for metric in app.metric] == ["50\\.0%", "20", "40"]
    assert "divided by the number of leads" in texts(app)
    assert any("SELECT" in code.value for code in app.code)
    assert len(app.dataframe[0].value) == 40


def test_a_dark_kpi_says_what_it_needs(open_app: Open, company: str) -> None:
    """With a way to page Data."""
    app = open_app("kpis", workspace=company, kpi="collection_rate", lang="zh")
    assert not app.exception
    assert "需要" in app.info[0].value
    assert app.button(key="kpis.load").label == "载入文件"


def test_target_owner_and_layer_are_saved(open_app: Open, app_home: Home, company: str) -> None:
    """Rates are typed in per cent."""
    app = open_app("kpis", workspace=company, kpi="first_visit_rate")
    app.number_input(key="kpis.first_visit_rate.target").set_value(65.0)
    app.text_input(key="kpis.first_visit_rate.owner").input("Anna")
    app.button(key="kpis.save").click().run()
    assert not app.exception
    kpi = read_definitions(app_home, company).kpi("first_visit_rate")
    assert kpi.target is not None
    assert (kpi.target.value, kpi.owner) == (0.65, "Anna")


def test_a_kpi_is_archived_and_brought_back(open_app: Open, app_home: Home, company: str) -> None:
    """It leaves the list and the scorecard, and nothing is lost."""
    app = open_app("kpis", workspace=company, kpi="new_leads")
    app.button(key="kpis.archive").click().run()
    assert read_definitions(app_home, company).kpi("new_leads").archived
    app.button(key="kpis.archive").click().run()
    restored = read_definitions(app_home, company).kpi("new_leads")
    assert not restored.archived
    assert restored.target is not None


def test_a_ratio_is_built_without_code(open_app: Open, app_home: Home, company: str) -> None:
    """Visited leads of the East over all: the value shows while building; saving makes an id from the name."""
    app = open_app("kpis", workspace=company, mode="new")
    key = "builder.new.new"
    app.button_group(key=f"{key}.way").set_value("ratio").run()
    side = f"{key}.numerator.leads"
    app.button(key=f"{side}.add").click().run()
    app.selectbox(key=f"{side}.0.field").select("region").run()
    app.selectbox(key=f"{side}.0.region.value").select("East").run()
    assert not app.exception
    assert app.metric[0].value == "50\\.0%"
    assert app.button(key="builder.save").disabled
    app.text_input(key=f"{key}.name").input("Leads from the East").run()
    app.button(key="builder.save").click().run()
    assert not app.exception
    made = read_definitions(app_home, company).kpi("leads_from_the_east")
    assert str(made.definitions[0].numerator).count("region = 'East'") == 1
    assert "region" not in str(made.definitions[0].denominator)
    assert app.title[0].value == "Leads from the East"


def test_a_mistake_in_a_formula_is_told_while_building(open_app: Open, company: str) -> None:
    """The page stays, the preview says what is wrong, and nothing can be saved."""
    app = open_app("kpis", workspace=company, mode="new")
    key = "builder.new.new"
    app.button_group(key=f"{key}.way").set_value("formula").run()
    app.text_input(key=f"{key}.formula").input("revenue /").run()
    assert not app.exception
    assert app.error
    assert app.button(key="builder.save").disabled
    app.text_input(key=f"{key}.formula").input("revenue / deals").run()
    assert not app.error
    assert app.metric[0].value == "1,000"


def test_a_copy_gets_its_own_id(open_app: Open, app_home: Home, company: str) -> None:
    """The original stays; the copy keeps a definition that the form cannot show."""
    app: AppTest = open_app("kpis", workspace=company, kpi="first_visit_rate", mode="copy")
    app.button(key="builder.save").click().run()
    assert not app.exception
    known = read_definitions(app_home, company).kpis
    copied = known["first_visit_rate_copy"]
    assert copied.definitions == known["first_visit_rate"].definitions
    assert copied.names.en == "First-visit rate (copy)"


def test_a_ready_made_kpi_is_edited_in_place(open_app: Open, app_home: Home, company: str) -> None:
    """The id stays; the page says that only this workspace changes."""
    app = open_app("kpis", workspace=company, kpi="win_rate", mode="edit")
    assert not app.exception
    assert "in this workspace only" in texts(app)
    key = "builder.edit.win_rate"
    assert app.selectbox(key=f"{key}.numerator.opportunities.0.field").value == "status"
    app.text_input(key=f"{key}.name").input("Hit rate").run()
    app.button(key="builder.save").click().run()
    kpi = read_definitions(app_home, company).kpi("win_rate")
    assert kpi.names.en == "Hit rate"
    assert kpi.names.zh == "成交转化率"
