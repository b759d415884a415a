"""Page Data, what did not fit: told with what it does to the KPIs, mended in place, accepted; and how tables meet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi.evaluate import Access, KpiQuery, evaluate, open_context
from kpi.ingest import NamedFile, guess, inspect, load, plan, read_issues
from kpi.quality import accepted, read_corrections
from kpi.ui.data.quality import ISSUES_KEY, JOINS_KEY
from kpi.ui.data.repair import Repair
from kpi.workspace import Home, ensure_local, list_loads, read_dataset
from tests.pages.conftest import Open, run_until, texts

Load = Callable[..., None]
CELLS, LINES = "cells.opportunities.closed_at", "lines.opportunities"
WORK = {ISSUES_KEY: "data.meaning.local", JOINS_KEY: "data.joins.local"}
FIRST_ID = 2**40  # of the rows of the first load

DEALS = "Deal ID,Account,Product,Create date,Close date,Stage,Amount\n" + "".join(
    f"D-{at},A{at},{'GTXPro' if at % 3 == 0 else 'GTX Pro'},2024-01-{at:02d},"
    f"{'soon' if at in (4, 5) else f'2024-03-{at:02d}'},{'Lost' if at % 5 == 0 else 'Won'},{at * 100}\n"
    for at in range(1, 21)
)
BROKEN = DEALS + "D-21,A21,GTX Pro,2024-01-21,2024-03-21,Won,2100,left over\n"
PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"


@pytest.fixture
def given(app_home: Home, tmp_path: Path) -> Load:
    """Loads files into the workspace that the app opens: `given(deals=DEALS)`."""

    def bring(**files: str) -> None:
        ensure_local(app_home)
        named = []
        for name, text in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            named.append(NamedFile(path=path, name=path.name))
        dataset = read_dataset(app_home, "local")
        load(app_home, "local", [plan(guess(item, dataset).accept()) for item in inspect(named, app_home)])

    return bring


def unfold(app: AppTest, key: str) -> AppTest:
    """Open a fold of the page, and wait for what it works out."""
    app.session_state[key] = True
    app.run()
    work = app.session_state[WORK[key]][1]
    return run_until(app, lambda app: bool(work.is_over)).run()


def finish(app: AppTest) -> AppTest:
    """Wait for the outcome of what was saved."""
    return run_until(app, lambda app: any("Loads" in item.value for item in app.success) or bool(app.error))


def has(app: AppTest, key: str) -> bool:
    """Whether there is such a button."""
    return any(item.key == key for item in app.button)


def type_cells(app: AppTest, cells: dict[int, str]) -> AppTest:
    """Open the grid of the close dates with these texts typed into it by row, as after a refusal; save."""
    app.button(key=f"data.mend.{CELLS}").click().run()
    typed = {FIRST_ID + row: text for row, text in cells.items()}
    app.session_state["data.repair.local"] = Repair(open=CELLS, typed=typed, drawn=9)
    app.run()
    app.button(key="data.cells.save").click().run()
    return finish(app)


def product(app_home: Home) -> dict[str, float]:
    """Won amounts by product, as they are now."""
    context = open_context(app_home, "local", access=Access.everything())
    frame = evaluate(KpiQuery("revenue", dimensions=("product",)), context).frame
    return {name: float(value) for name, value in zip(frame["product"], frame["value"], strict=True)}


def test_nothing_is_worked_out_until_somebody_looks(open_app: Open, given: Load) -> None:
    """Closed, the folds only say how much did not fit."""
    given(deals=BROKEN)
    app = open_app("data")
    assert not app.exception
    assert "2 values did not fit their columns · 1 line was set aside" in texts(app)
    assert "data.meaning.local" not in app.session_state
    assert not has(app, f"data.mend.{CELLS}")


def test_an_issue_says_what_it_does_to_the_kpis(open_app: Open, given: Load) -> None:
    """15 of 18 won; of two deals without a day one was won: between 15 and 16 of 19."""
    given(deals=BROKEN)
    app = unfold(open_app("data"), ISSUES_KEY)
    assert not app.exception
    said = texts(app).replace("\\", "")
    assert "2 values: not a date · 2 of 20 opportunities without “Closed on”" in said
    assert "Win rate is between 78.9% and 84.2%." in said
    assert "1 line: the line has too many values" in said


def test_the_issues_speak_chinese(open_app: Open, given: Load) -> None:
    """Title, reason, consequence and buttons."""
    given(deals=BROKEN)
    app = unfold(open_app("data", lang="zh"), ISSUES_KEY)
    said = texts(app).replace("\\", "")
    assert "2 个值：不是日期" in said
    assert "介于" in said
    assert app.button(key=f"data.mend.{CELLS}").label == "就地修改"


def test_cells_are_mended_in_place(open_app: Open, given: Load, app_home: Home) -> None:
    """What was typed is read as its column is; the issue is gone, and the change is a load that can be undone."""
    given(deals=DEALS)
    app = type_cells(unfold(open_app("data"), ISSUES_KEY), {4: "2024-03-04", 5: ""})
    assert not app.exception
    assert "2 cells corrected" in app.success[0].value
    assert read_issues(read_dataset(app_home, "local")).empty
    assert [item.summary["opportunities"].get("mode") for item in list_loads(app_home, "local")] == ["edit", "append"]


def test_a_refused_cell_is_named_and_nothing_is_lost(open_app: Open, given: Load, app_home: Home) -> None:
    """The error says row and column and stands at the cell; the other value that was typed is still there."""
    given(deals=DEALS)
    app = type_cells(unfold(open_app("data"), ISSUES_KEY), {4: "someday", 5: "2024-03-05"})
    assert "deals\\.csv, row 5" in app.error[0].value
    grid = next(item.value for item in app.dataframe if "remark" in item.value.columns)
    assert list(grid["new"]) == ["someday", "2024-03-05"]
    assert "someday" in grid["remark"][0]
    assert grid["remark"].count() == 1
    assert len(list_loads(app_home, "local")) == 1
    app.button(key="data.cells.close").click().run()
    assert not app.error


def test_a_line_set_aside_becomes_a_row(open_app: Open, given: Load, app_home: Home) -> None:
    """The form holds the line's own cells; a value that does not fit is refused at its field; mended, it is a row."""
    given(deals=BROKEN)
    app = unfold(open_app("data"), ISSUES_KEY)
    app.button(key=f"data.mend.{LINES}").click().run()
    fields = {item.label: item for item in app.text_input}
    assert (fields["Account"].value, fields["Closed on"].value) == ("A21", "2024-03-21")
    fields["Closed on"].set_value("never")
    app.button(key="data.line.save").click().run()
    finish(app)
    assert "never" in app.error[0].value
    closed = next(item for item in app.text_input if item.label == "Closed on")
    assert closed.value == "never"
    closed.set_value("2024-03-22")
    app.button(key="data.line.save").click().run()
    finish(app)
    assert not app.error
    assert read_dataset(app_home, "local").tables["opportunities"].rows == 21


def test_an_issue_is_accepted_for_a_reason_and_taken_back(open_app: Open, given: Load, app_home: Home) -> None:
    """Without a reason it is not; with one, who accepted it and why is told, until it is taken back."""
    given(deals=DEALS)
    app = unfold(open_app("data"), ISSUES_KEY)
    app.button(key=f"data.accept.{CELLS}").click().run()
    app.button(key="data.accept_do").click().run()
    assert not accepted(app_home, "local")
    assert app.error
    app.text_input(key=f"data.accept_why.{CELLS}").set_value("closed by phone").run()
    app.button(key="data.accept_do").click().run()
    run_until(app, lambda app: "Accepted by local" in texts(app))
    assert "closed by phone" in texts(app)
    known = {(key.column, key.reason): item.rows for key, item in accepted(app_home, "local").items()}
    assert known == {("closed_at", "not_a_date"): 2, ("closed_at", "undated"): 2}
    app.button(key=f"data.take_back.{CELLS}").click().run()
    assert not accepted(app_home, "local")


def test_joins_tell_match_rates_both_ways(open_app: Open, given: Load) -> None:
    """Six of twenty deals name a product that is not there; what they meant stands beside it."""
    given(deals=DEALS, products=PRODUCTS)
    app = unfold(open_app("data"), JOINS_KEY)
    assert not app.exception
    assert "70.0% of opportunities find their “Product” in products; 50.0% of these are named." in texts(app).replace(
        "\\", ""
    )
    keys = next(item.value for item in app.dataframe if "meant" in item.value.columns)
    assert keys.to_dict("records") == [{"key": "GTXPro", "rows": "6", "meant": "GTX Pro"}]


def test_an_approved_correction_is_applied_and_listed(open_app: Open, given: Load, app_home: Home) -> None:
    """One click: the rows are corrected in a load of their own, and the spelling is listed until it is withdrawn."""
    given(deals=DEALS, products=PRODUCTS)
    before = product(app_home)
    app = unfold(open_app("data"), JOINS_KEY)
    app.button(key="data.corrections.approve").click().run()
    finish(app)
    assert "6 rows corrected" in app.success[0].value
    assert product(app_home) == {"GTX Pro": before["GTX Pro"] + before["GTXPro"]}
    (correction,) = read_corrections(app_home, "local")
    run_until(app, lambda app: has(app, f"data.withdraw.{correction.name}"))
    app.button(key=f"data.withdraw.{correction.name}").click().run()
    app.button(key="data.withdraw_do").click().run()
    assert not read_corrections(app_home, "local")


def test_what_fits_is_said_to_fit(open_app: Open, given: Load) -> None:
    """Without issues and gaps there is nothing to decide."""
    given(products=PRODUCTS)
    app = unfold(open_app("data"), ISSUES_KEY)
    assert "Every value of every load fitted." in texts(app)
    assert "Everything fitted" in app.success[0].value
