"""The frame around every page: languages, workspaces, the first run, and errors."""

from __future__ import annotations

import pytest

from kpi.language import Translator, translator
from kpi.ui.shell import PAGES
from kpi.workspace import Home, create_workspace, ensure_local, list_workspaces
from tests.given import given_load
from tests.pages.conftest import Open, run_until, texts


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", list(PAGES))
def test_every_page_opens_without_data(open_app: Open, page: str, language: str) -> None:
    """On a fresh machine no page shows an error or a traceback, in either language."""
    app = open_app(page, lang=language)
    assert not app.exception
    assert not app.error
    assert texts(app)


def test_the_first_run_offers_two_ways_on(open_app: Open) -> None:
    """Own files or demo data; the workspace of somebody who never made one is there."""
    app = open_app()
    assert {"Load your own files", "Load demo data"} <= {item.label for item in app.button}
    assert app.selectbox(key="shell.workspace").value == "local"


def test_the_link_decides_the_language_and_the_switch_changes_it(open_app: Open) -> None:
    """`lang` in the link counts; switching changes the words and the link."""
    app = open_app(lang="zh")
    assert "从一份销售导出" in texts(app)
    app.button_group(key="shell.language").set_value("en").run()
    assert "From a sales export" in texts(app)
    assert app.query_params["lang"] == "en"


def test_the_link_decides_the_workspace(open_app: Open, app_home: Home) -> None:
    """`workspace` in the link opens that workspace by its id."""
    create_workspace(app_home, "Acme", workspace="acme")
    app = open_app(workspace="acme")
    assert app.selectbox(key="shell.workspace").value == "acme"


def test_a_link_to_a_workspace_that_is_gone_says_so(open_app: Open) -> None:
    """The default stands in, but not in silence."""
    app = open_app(workspace="gone")
    assert any("gone" in item.value for item in app.warning)
    assert app.selectbox(key="shell.workspace").value == "local"


def test_switching_the_workspace_changes_the_link(open_app: Open, app_home: Home) -> None:
    """What is chosen in the sidebar stands in the address bar."""
    create_workspace(app_home, "Acme", workspace="acme")
    app = open_app()
    app.selectbox(key="shell.workspace").set_value("acme").run()
    assert app.query_params["workspace"] == "acme"


def test_a_workspace_is_made_in_the_sidebar(open_app: Open, app_home: Home) -> None:
    """Name, scene, currency and time zone; the new one is on screen at once."""
    app = open_app()
    app.button(key="shell.new_workspace").click().run()
    app.text_input(key="shell.create_name").set_value("Blue Sky Shop")
    app.selectbox(key="shell.create_scene").set_value("b2c")
    app.selectbox(key="shell.create_currency").set_value("EUR")
    app.selectbox(key="shell.create_time_zone").set_value("Europe/Berlin")
    app.button(key="shell.create_do").click().run()
    made = next(item for item in list_workspaces(app_home) if item.id == "blue-sky-shop")
    assert (made.scene, made.currency, made.time_zone) == ("b2c", "EUR", "Europe/Berlin")
    assert app.selectbox(key="shell.workspace").value == "blue-sky-shop"


def test_a_taken_name_is_explained_in_the_readers_language(open_app: Open, app_home: Home) -> None:
    """The mistake is shown inside the dialog, with its remedy, in Chinese."""
    create_workspace(app_home, "Acme")
    app = open_app(lang="zh")
    app.button(key="shell.new_workspace").click().run()
    app.text_input(key="shell.create_name").set_value("Acme")
    app.button(key="shell.create_do").click().run()
    assert any("已有" in item.value for item in app.error)


def test_wiping_asks_for_the_name_first(open_app: Open, app_home: Home) -> None:
    """Nothing is wiped until the workspace's name has been typed; then it is gone and another is on screen."""
    create_workspace(app_home, "Acme", workspace="acme")
    app = open_app(workspace="acme")
    app.button(key="shell.wipe_workspace").click().run()
    assert app.button(key="shell.wipe_do").disabled
    app.text_input(key="shell.wipe_name").set_value("Acme").run()
    app.button(key="shell.wipe_do").click().run()
    assert [item.id for item in list_workspaces(app_home)] == ["local"]
    assert app.selectbox(key="shell.workspace").value == "local"


def test_a_bug_shows_an_id_that_the_log_has(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever breaks, the reader gets a number and the log the traceback under it."""

    def broken(_home: Home, _t: Translator) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("kpi.ui.shell.choose_workspace", broken)
    app = open_app()
    shown = app.error[0].value
    logged = next(record for record in caplog.records if record.name == "kpi.ui")
    assert logged.getMessage().removeprefix("bug ") in shown
    assert "planted" not in shown
    assert logged.exc_info is not None


def test_both_languages_are_offered(open_app: Open) -> None:
    """The switch names each language in itself."""
    options = open_app().button_group(key="shell.language").options
    assert list(options) == ["English", "简体中文"]
    assert translator("zh-TW").language == "zh"


@pytest.mark.slow
def test_one_click_loads_the_demo_companies(open_app: Open, app_home: Home) -> None:
    """Three workspaces appear, each loaded, and the one of this workspace's scene is on screen."""
    app = open_app()
    app.button(key="empty.demo").click().run()
    run_until(app, lambda app: app.selectbox(key="shell.workspace").value == "demo_b2b")
    assert not app.exception
    loaded = {item.id: item.version for item in list_workspaces(app_home)}
    assert loaded == {"local": 0, "demo_b2b": 1, "demo_b2c": 1, "demo_saas": 1}


def _two_loads(home: Home) -> None:
    for number, amount in (("1", 100), ("2", 900)):
        rows = [{"order_id": number, "ordered_at": "2024-01-05", "amount": amount}]
        given_load(home, ensure_local(home).id, {"orders": rows})


def test_the_link_shows_the_data_as_it_was(open_app: Open, app_home: Home) -> None:
    """`as_of` in the link asks an earlier state, says so, and one click leads back to today."""
    _two_loads(app_home)
    app = open_app("kpis", as_of="1")
    assert "You see the data as it was on" in texts(app)
    assert app.session_state["shell.screen"].dataset.tables["orders"].rows == 1
    app.button(key="shell.present").click().run()
    assert "You see the data as it was on" not in texts(app)
    assert app.session_state["shell.screen"].dataset.tables["orders"].rows == 2
    assert "as_of" not in app.query_params


def test_a_link_to_a_state_that_never_was(open_app: Open, app_home: Home) -> None:
    """It is said, and today's data is shown."""
    _two_loads(app_home)
    app = open_app("kpis", as_of="7")
    assert "no load 7" in " ".join(item.value for item in app.error)
    assert app.session_state["shell.screen"].dataset.tables["orders"].rows == 2


def test_page_data_is_always_todays(open_app: Open, app_home: Home) -> None:
    """Where loads are made, what is loaded now is shown."""
    _two_loads(app_home)
    app = open_app("data", as_of="1")
    assert app.session_state["shell.screen"].dataset.tables["orders"].rows == 2
