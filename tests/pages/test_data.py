"""Page Data: from an uploaded file to loaded rows and back."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from kpi.ui.data.flow import UPLOADS_KEY
from kpi.workspace import Home, get_workspace, list_loads, read_dataset
from tests.pages.conftest import Open, run_until, texts

Upload = Callable[[str, bytes], str]
ORDERS = "order_id,customer,order_date,amount,channel\n" + "".join(
    f"SO{at},C{at % 7},2024-03-{at % 28 + 1:02d},{'oops' if at == 5 else at * 10},{'web' if at % 2 else 'store'}\n"
    for at in range(1, 41)
)
AMBIGUOUS = "order_id,customer,order_date,amount\n" + "".join(
    f"SO{at},C{at % 7},{at % 12 + 1:02d}/{at * 5 % 12 + 1:02d}/2024,{at * 10}\n" for at in range(1, 41)
)


def drop(app: AppTest, *tokens: str) -> AppTest:
    """Bring uploads to the page and wait until they have been read."""
    app.session_state[UPLOADS_KEY] = tokens
    app.run()
    return run_until(app, lambda app: bool(app.subheader or app.error))


def load(app: AppTest) -> AppTest:
    """Press the button that loads, and wait for the outcome."""
    app.button(key="data.load").click().run()
    return run_until(app, lambda app: bool(app.success or app.error))


def test_a_file_is_described_before_it_is_loaded(open_app: Open, upload: Upload) -> None:
    """Format, encoding, separator, rows and what the rows are; nothing is stored yet."""
    app = drop(open_app("data"), upload("orders.csv", ORDERS.encode()))
    assert not app.exception
    said = texts(app)
    assert "orders\\.csv" in said
    assert "commas between values" in said
    assert "40 rows" in said
    assert next(item for item in app.selectbox if item.key.startswith("data.entity")).value == "orders"
    assert app.button(key="data.load").label == "Load 40 rows"


def test_loading_counts_rows_and_shows_what_did_not_fit(open_app: Open, upload: Upload, app_home: Home) -> None:
    """The rows are there, the odd value is in the issues table with its reason."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    assert not app.exception
    assert "40 rows of Orders" in app.success[0].value
    assert read_dataset(app_home, "local").tables["orders"].rows == 40
    issues = next(item.value for item in app.dataframe if "reason" in item.value.columns)
    assert list(issues["value"]) == ["oops"]
    assert list(issues["reason"]) == ["not an amount"]


def test_the_page_speaks_chinese_about_a_gbk_file(open_app: Open, upload: Upload) -> None:
    """Description, question and button are Chinese, and the file's own letters survive."""
    content = ORDERS.replace("order_id", "订单编号").replace("amount", "金额").encode("gbk")
    app = drop(open_app("data", lang="zh"), upload("订单.csv", content))
    said = texts(app)
    assert "GB18030" in said
    assert "逗号分隔" in said
    assert app.button(key="data.load").label == "载入 40 行"


def test_an_ambiguous_date_is_asked_about_both_ways(open_app: Open, upload: Upload, app_home: Home) -> None:
    """Loading waits for the answer, which is offered on the file's own values."""
    app = drop(open_app("data"), upload("orders.csv", AMBIGUOUS.encode()))
    assert app.button(key="data.load").disabled
    question = next(item for item in app.radio if item.key.startswith("data.ask"))
    assert question.value is None
    day_first, month_first = question.options
    assert "Day first" in day_first
    assert day_first != month_first.replace("Month", "Day")
    question.set_value("dmy").run()
    next(item for item in app.button if item.label == "Read it so").click().run()
    assert not app.button(key="data.load").disabled
    load(app)
    assert read_dataset(app_home, "local").tables["orders"].rows == 40


def test_a_file_that_cannot_be_read_has_a_remedy_and_the_others_go_on(open_app: Open, upload: Upload) -> None:
    """One broken workbook does not keep the good file from being read."""
    broken, good = upload("broken.xlsx", b"PK\x03\x04 nothing"), upload("orders.csv", ORDERS.encode())
    app = drop(open_app("data"), broken, good)
    run_until(app, lambda app: bool(app.subheader))
    assert not app.exception
    assert "broken\\.xlsx" in app.error[0].value
    assert app.button(key="data.load").label == "Load 40 rows"


def test_a_broken_file_is_explained_in_chinese(open_app: Open, upload: Upload) -> None:
    """Message and remedy are in the reader's language."""
    app = drop(open_app("data", lang="zh"), upload("broken.xlsx", b"PK\x03\x04 nothing"))
    assert "已损坏" in app.error[0].value


def test_the_entity_can_be_corrected(open_app: Open, upload: Upload, app_home: Home) -> None:
    """A file taken as a table of its own keeps its columns under its own name."""
    app = drop(open_app("data"), upload("orders.csv", ORDERS.encode()))
    next(item for item in app.selectbox if item.key.startswith("data.entity")).set_value("").run()
    load(app)
    table = next(iter(read_dataset(app_home, "local").tables.values()))
    assert table.entity is None
    assert table.column("channel") is not None


def test_taking_a_load_away_asks_and_removes_its_rows(open_app: Open, upload: Upload, app_home: Home) -> None:
    """After the confirmation no table and no load is left."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    app.button(key="data.delete.1").click().run()
    assert list_loads(app_home, "local")
    app.button(key="data.delete_do").click().run()
    assert not list_loads(app_home, "local")
    assert not read_dataset(app_home, "local").tables
    assert get_workspace(app_home, "local").version == 2


def test_files_of_one_shape_are_one_card(open_app: Open, upload: Upload, app_home: Home) -> None:
    """Two days of the same export are mapped once and loaded together."""
    tokens = [upload(f"day{at}.csv", ORDERS.replace("SO", f"S{at}").encode()) for at in (1, 2)]
    app = drop(open_app("data"), *tokens)
    assert sum(item.key.startswith("data.entity") for item in app.selectbox if item.key) == 1
    load(app)
    assert read_dataset(app_home, "local").tables["orders"].rows == 80


def test_a_file_can_be_left_out(open_app: Open, upload: Upload) -> None:
    """Leaving the only file out leaves nothing to load."""
    app = drop(open_app("data"), upload("orders.csv", ORDERS.encode()))
    next(item for item in app.button if item.label == "Leave this file out").click().run()
    assert not [item for item in app.button if item.key == "data.load"]
