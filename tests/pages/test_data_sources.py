"""Page Data's sources: remembered, refreshed by a click, paused, forgotten; mistakes stand beside them."""

from __future__ import annotations

from kpi.refresh import make_source, read_sources, save_source
from kpi.workspace import Home, Mode, ensure_local, read_dataset
from tests.pages.conftest import Open, run_until, texts
from tests.pages.test_data import ORDERS


def given_folder(home: Home, name: str = "orders.csv") -> None:
    """A remembered folder with one file of orders in it."""
    inbox = home.folder / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_text(ORDERS, encoding="utf-8")
    ensure_local(home)
    made = make_source(name="shop", kind="folder", place=str(inbox), pattern="*.csv", mode=Mode.APPEND, entity="orders")
    save_source(home, "local", made, new=True)


def test_a_source_is_refreshed_by_a_click(open_app: Open, app_home: Home) -> None:
    """A header never seen waits for a person; the second click is the yes, and the rows are there."""
    given_folder(app_home)
    app = open_app("data")
    for words in ("waits for a decision", "loaded · 40 rows"):
        app.button(key="data.refresh.shop").click().run()
        run_until(app, lambda app, words=words: words in texts(app))  # type: ignore[misc]
    assert not app.exception
    assert read_dataset(app_home, "local").tables["orders"].rows == 40


def test_a_source_is_paused_and_forgotten(open_app: Open, app_home: Home) -> None:
    """Paused it stays; forgotten it is gone."""
    given_folder(app_home)
    app = open_app("data")
    app.button(key="data.pause.shop").click().run()
    assert not read_sources(app_home, "local")["shop"].enabled
    assert "paused" in texts(app)
    app.button(key="data.forget.shop").click().run()
    assert not read_sources(app_home, "local")


def test_a_source_is_added_on_screen(open_app: Open, app_home: Home) -> None:
    """The dialog remembers it; a folder that is not allowed is refused where it was typed."""
    app = open_app("data")
    app.button(key="data.source_add").click().run()
    fields = {item.label: item for item in app.text_input}
    fields["Name"].set_value("secrets")
    fields["Folder on the server"].set_value("/etc")
    next(item for item in app.button if item.label == "Remember it").click().run()
    assert app.error
    assert not read_sources(app_home, "local")
    fields = {item.label: item for item in app.text_input}
    fields["Folder on the server"].set_value(str(app_home.folder / "inbox"))
    next(item for item in app.button if item.label == "Remember it").click().run()
    assert list(read_sources(app_home, "local")) == ["secrets"]
