"""Page Data, the second time: read differently, compared before it is loaded, undone, gone back to, looked back at."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from kpi.workspace import Home, list_loads, list_versions, read_dataset
from tests.pages.conftest import Open, run_until, texts
from tests.pages.test_data import ORDERS, drop, load

Upload = Callable[[str, bytes], str]
LATER = ORDERS.replace(",40,", ",41,") + "SO41,C1,2024-04-01,10,web\n"


def first(app: AppTest, kind: str, start: str) -> AppTest:
    """The widget of a kind whose key starts so."""
    return next(item for item in getattr(app, kind) if (item.key or "").startswith(start))


def compare(app: AppTest) -> AppTest:
    """Press the button that compares once the file has been read, and wait for the difference."""
    run_until(app, lambda app: any(item.key == "data.load" for item in app.button))
    app.button(key="data.load").click().run()
    return run_until(app, lambda app: bool(app.metric or app.error))


def metrics(app: AppTest) -> dict[str, str]:
    """Every figure of the difference by its label."""
    return {item.label: item.value for item in app.metric}


def rows(home: Home) -> int:
    """How many orders are loaded."""
    return read_dataset(home, "local").tables["orders"].rows


def test_the_same_export_with_changes_is_compared_first(open_app: Open, upload: Upload, app_home: Home) -> None:
    """What would be new, changed and the same is shown; only a yes changes the data."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    compare(drop(app, upload("orders-2.csv", LATER.encode())))
    assert not app.exception
    shown = metrics(app)
    assert (shown["New rows"], shown["Changed rows"], shown["Unchanged"], shown["Rows after"]) == ("1", "1", "39", "41")
    assert rows(app_home) == 40
    app.button(key="data.commit").click().run()
    run_until(app, lambda app: bool(app.success or app.error))
    assert rows(app_home) == 41


def test_a_comparison_can_be_left(open_app: Open, upload: Upload, app_home: Home) -> None:
    """Back at the files, another way of meeting the rows can be chosen, and is compared anew."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    compare(drop(app, upload("orders-2.csv", LATER.encode())))
    app.button(key="data.discard").click().run()
    assert rows(app_home) == 40
    first(app, "button_group", "data.mode").set_value("append").run()
    compare(app)
    assert metrics(app)["New rows"] == "41"
    assert "39 rows of this file are there already" in " ".join(item.value for item in app.warning)


def test_the_same_file_is_refused_kindly(open_app: Open, upload: Upload, app_home: Home) -> None:
    """The load that brought it is named; loading it once more takes a second yes."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    compare(drop(app, upload("copy.csv", ORDERS.encode())))
    assert "load 1" in " ".join(item.value for item in app.error).lower()
    assert rows(app_home) == 40
    app.button(key="data.again").click().run()
    run_until(app, lambda app: bool(app.metric))
    assert metrics(app)["Unchanged"] == "40"


def test_undo_and_go_back(open_app: Open, upload: Upload, app_home: Home) -> None:
    """Undo takes the newest load away; an earlier state comes back whole, as a new version."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    compare(drop(app, upload("orders-2.csv", LATER.encode())))
    app.button(key="data.commit").click().run()
    run_until(app, lambda app: bool(app.success or app.error))
    app.button(key="data.undo").click().run()
    app.button(key="data.undo_do").click().run()
    assert (rows(app_home), [item.load_id for item in list_loads(app_home, "local")]) == (40, [1])
    assert len(list_versions(app_home, "local")) == 3


def test_looking_back_leads_to_the_scorecard_of_then(open_app: Open, upload: Upload) -> None:
    """The button of a load shows every page with the data as that load left it."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    app.button(key="data.past.1").click().run()
    assert not app.exception
    assert "You see the data as it was on" in texts(app)


def test_a_file_is_read_in_another_encoding(open_app: Open, upload: Upload) -> None:
    """The letters change as the reader chooses, and the file is read so when it is loaded."""
    content = "订单编号,客户,下单时间,金额\n" + "".join(f"S{n},客户{n},2024-03-{n:02d},{n}\n" for n in range(1, 20))
    app = drop(open_app("data"), upload("orders.csv", content.encode("gbk")))
    assert "GB18030" in texts(app)
    first(app, "selectbox", "data.encoding").set_value("big5").run()
    first(app, "button", "data.reread").click().run()
    run_until(app, lambda app: "BIG5" in texts(app))
    assert not app.exception


def test_the_retention_rule_and_its_price(open_app: Open, upload: Upload, app_home: Home) -> None:
    """Disk space is said; a purge names what it frees, and takes it."""
    app = load(drop(open_app("data"), upload("orders.csv", ORDERS.encode())))
    compare(drop(app, upload("orders-2.csv", LATER.encode())))
    app.button(key="data.commit").click().run()
    run_until(app, lambda app: bool(app.success or app.error))
    assert "on disk" in texts(app)
    app.selectbox(key="data.retention").set_value(0).run()
    app.button(key="data.purge").click().run()
    app.button(key="data.purge_do").click().run()
    assert [item.version for item in list_versions(app_home, "local")] == [2]
    assert rows(app_home) == 41
