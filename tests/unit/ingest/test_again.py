"""Loading again: appended, replaced or met by a key, with the difference shown before, and taken away afterwards."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from kpi.errors import EngineError, FileError, MappingError, QueryError
from kpi.ingest import (
    Prepared,
    commit,
    compact,
    delete_load,
    discard,
    go_back,
    load,
    plan,
    prepare,
    read_issues,
    recommend,
    undo,
)
from kpi.workspace import Home, Mode, list_loads, list_versions, purge, read_dataset, set_retention
from tests.again import FIRST, HEADER, SECOND, plans, rows


def test_upsert_shows_what_it_changes(home: Home, tmp_path: Path) -> None:
    """New, changed and unchanged rows are counted and shown before anything is; then the rows keep their ids."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    again = plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT)
    prepared = prepare(home, "local", again)
    (diff,) = prepared.diffs
    assert (diff.before, diff.after, diff.new, diff.changed, diff.gone, diff.same) == (3, 4, 1, 1, 0, 1)
    assert [(field.column, field.label, field.rows) for field in diff.fields] == [
        ("status", "Status", 1),
        ("amount", "Total", 1),
    ]
    assert [(money.key, money.before, money.after, money.difference) for money in diff.money] == [
        ("A2", Decimal(20), Decimal(25), Decimal(5))
    ]
    assert [(sample.kind, sample.key) for sample in diff.samples] == [("new", "A4"), ("changed", "A2")]
    assert [(cell.column, cell.before, cell.after) for cell in diff.samples[1].cells] == [
        ("status", "open", "paid"),
        ("amount", "20.0000", "25.0000"),
    ]
    assert read_dataset(home, "local").tables["orders"].rows == 3
    result = commit(home, prepared)
    assert rows(home) == [
        ((1, 1), "A1", "Ann", "paid", 10),
        ((1, 2), "A2", "Bob", "paid", 25),
        ((1, 3), "A3", "Cid", "open", 30),
        ((result.load_id, 3), "A4", "Dee", "open", 40),
    ]
    assert read_dataset(home, "local").tables["orders"].is_unique("order_id")
    assert not [folder for folder in home.staging.iterdir() if any(folder.iterdir())]


def test_replace_takes_the_place_of_all(home: Home, tmp_path: Path) -> None:
    """Rows that the file no longer has are gone, and said to be; the others keep their ids by the key."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    prepared = prepare(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.REPLACE))
    (diff,) = prepared.diffs
    assert (diff.after, diff.new, diff.changed, diff.gone, diff.same) == (3, 1, 1, 1, 1)
    assert [(sample.kind, sample.key) for sample in diff.samples] == [("new", "A4"), ("changed", "A2"), ("gone", "A1")]
    commit(home, prepared)
    assert [(row[0], row[1]) for row in rows(home)] == [((1, 2), "A2"), ((1, 3), "A3"), ((2, 3), "A4")]


def test_replace_keeps_rows_that_share_a_key(home: Home, tmp_path: Path) -> None:
    """Lines of one order are no mistake in a table that is replaced as a whole; they are compared word for word."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST + "A1,Ann,2024-01-01,paid,11\n"))
    text = FIRST + "A1,Ann,2024-01-01,paid,12\n"
    prepared = prepare(home, "local", plans(home, tmp_path, "two.csv", text, Mode.REPLACE))
    (diff,) = prepared.diffs
    assert (diff.key, diff.after, diff.new, diff.gone, diff.same, diff.repeated) == ((), 4, 1, 1, 3, 0)
    commit(home, prepared)
    assert read_dataset(home, "local").tables["orders"].rows == 4


def test_append_says_what_is_there_already(home: Home, tmp_path: Path) -> None:
    """Rows that are there word for word are counted; they are loaded beside the others none the less."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    prepared = prepare(home, "local", plans(home, tmp_path, "two.csv", SECOND))
    (diff,) = prepared.diffs
    assert (diff.mode, diff.after, diff.new, diff.already) == (Mode.APPEND, 6, 3, 1)
    commit(home, prepared)
    assert read_dataset(home, "local").tables["orders"].rows == 6


def test_last_of_repeated_keys_wins(home: Home, tmp_path: Path) -> None:
    """A key that stands twice in a file is one row, the last; the other is set aside as an issue."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    text = HEADER + "A2,Bob,2024-01-02,paid,x\nA2,Bob,2024-01-02,paid,26\n,Eve,2024-01-02,open,1\n"
    (prepared,) = [prepare(home, "local", plans(home, tmp_path, "two.csv", text, Mode.UPSERT))]
    (diff,) = prepared.diffs
    assert (diff.changed, diff.new, diff.repeated, diff.unkeyed) == (1, 1, 1, 1)
    assert ("repeated", "A2") in [(sample.kind, sample.key) for sample in diff.samples]
    commit(home, prepared)
    assert ((1, 2), "A2", "Bob", "paid", 26) in rows(home)
    issues = read_issues(read_dataset(home, "local"), placed=True)
    found = issues[["row", "column", "value", "reason", "load", "row_id"]].astype(object).where(issues.notna(), None)
    assert sorted(found.values.tolist(), key=str) == [
        [2, "Order ID", "A2", "repeated_key", 2, None],
        [2, "Total", "x", "not_an_amount", 2, None],
    ]


def test_upsert_leaves_columns_that_the_file_has_not(home: Home, tmp_path: Path) -> None:
    """A file without a column says nothing about it: values stay, and so do the issues about them."""
    text = FIRST.replace("open,20", "open,twenty")
    load(home, "local", plans(home, tmp_path, "one.csv", text))
    (item,) = plans(home, tmp_path, "two.csv", "Order ID,Status\nA1,open\nA2,paid\n")
    load(home, "local", [plan(item.mapping.with_entity("orders"), Mode.UPSERT)])
    assert rows(home)[:2] == [((1, 1), "A1", "Ann", "open", 10), ((1, 2), "A2", "Bob", "paid", None)]
    issues = read_issues(read_dataset(home, "local"), placed=True)
    assert issues[["value", "load", "field"]].values.tolist() == [["twenty", 1, "amount"]]


def test_same_content_is_refused_kindly(home: Home, tmp_path: Path) -> None:
    """A file that is there already is known by its content, whatever its name, until its load is taken away."""
    first = load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    with pytest.raises(FileError) as caught:
        load(home, "local", plans(home, tmp_path, "copy.csv", FIRST))
    assert (caught.value.code, caught.value.params["load"], caught.value.where.file) == ("same_file", 1, "copy.csv")
    load(home, "local", plans(home, tmp_path, "copy.csv", FIRST), again=True)
    assert read_dataset(home, "local").tables["orders"].rows == 6
    undo(home, "local")
    delete_load(home, "local", first.load_id)
    load(home, "local", plans(home, tmp_path, "copy.csv", FIRST))
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.REPLACE))
    load(home, "local", plans(home, tmp_path, "copy.csv", FIRST, Mode.REPLACE))


def test_commit_after_somebody_else(home: Home, tmp_path: Path) -> None:
    """A comparison that no longer holds is refused, one that still does goes through, a discarded one is gone."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    prepared = prepare(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    other = prepare(home, "local", plans(home, tmp_path, "three.csv", SECOND.replace("25", "26"), Mode.UPSERT))
    load(home, "local", plans(home, tmp_path, "gauges.csv", "gauge,level\na,1\nb,2\n"))
    commit(home, prepared)
    with pytest.raises(MappingError) as caught:
        commit(home, other)
    assert caught.value.code == "changed_meanwhile"
    assert ((1, 2), "A2", "Bob", "paid", 25) in rows(home)
    discard(home, other)
    assert [load.load_id for load in list_loads(home, "local")][1:] == [4, 1]
    assert not [folder for folder in home.staging.iterdir() if list(folder.glob("*.duckdb"))]


def test_loads_go_away_one_by_one(home: Home, tmp_path: Path) -> None:
    """Deleting an upsert restores the rows as they were; deleting what it met leaves it; going back brings all."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    third = HEADER + "A2,Bob,2024-01-02,open,99\nA5,Eli,2024-01-05,open,50\n"
    load(home, "local", plans(home, tmp_path, "three.csv", third, Mode.UPSERT))
    whole = rows(home)
    delete_load(home, "local", 2)
    assert rows(home) == [
        ((1, 1), "A1", "Ann", "paid", 10),
        ((1, 2), "A2", "Bob", "open", 99),
        ((1, 3), "A3", "Cid", "open", 30),
        ((3, 2), "A5", "Eli", "open", 50),
    ]
    go_back(home, "local", 3)
    assert rows(home) == whole
    delete_load(home, "local", 1)
    assert [row[:2] for row in rows(home)] == [
        ((1, 2), "A2"),
        ((1, 3), "A3"),
        ((2, 3), "A4"),
        ((3, 2), "A5"),
    ]
    undo(home, "local")
    assert ((1, 2), "A2", "Bob", "paid", 25) in rows(home)
    undo(home, "local")
    assert "orders" not in read_dataset(home, "local").tables
    with pytest.raises(QueryError) as caught:
        undo(home, "local")
    assert caught.value.code == "nothing_to_undo"
    go_back(home, "local", 1)
    assert [row[1] for row in rows(home)] == ["A1", "A2", "A3"]
    assert [version.what for version in list_versions(home, "local")][:3] == ["back", "undo", "undo"]


def test_earlier_versions_stay_readable(home: Home, tmp_path: Path) -> None:
    """What was shown after a load can still be asked for after later ones."""
    first = load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    before = rows(home)
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    assert rows(home, version=first.version) == before


def test_purged_load_cannot_be_taken_out_of_the_middle(home: Home, tmp_path: Path) -> None:
    """Once the rows as they were read are purged, a load under later ones stays; the error says what can be done."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    load(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    set_retention(home, "local", 0)
    assert purge(home, "local").files
    with pytest.raises(QueryError) as caught:
        delete_load(home, "local", 1)
    assert caught.value.code == "purged_load"
    assert len(rows(home)) == 4


def test_compaction_changes_no_row(home: Home, tmp_path: Path) -> None:
    """Many small files become one; rows, ids and issues stay, readers of earlier versions too, and loads go singly."""
    for number in range(8):
        lines = (f"B{number}{n},Ann,2024-01-0{n},paid,{'x' if number == n == 3 else n}\n" for n in range(1, 5))
        text = HEADER + "".join(lines)
        load(home, "local", plans(home, tmp_path, f"{number}.csv", text))
    before, version = rows(home), read_dataset(home, "local").version
    assert compact(home, "local") == ("orders",)
    table = read_dataset(home, "local").tables["orders"]
    assert (len(table.files), rows(home), rows(home, version=version)) == (1, before, before)
    assert table.is_unique("order_id")
    assert len(read_issues(read_dataset(home, "local"), load_id=4)) == 1
    delete_load(home, "local", 4)
    assert rows(home) == [row for row in before if row[1][:2] != "B3"]
    assert compact(home, "local") == ()


def test_files_of_several_shapes_meet_the_table_together(home: Home, tmp_path: Path) -> None:
    """Two files with different headers replace a table as one; the second does not undo the first."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    other = "Order ID,Order date,Total,Customer\nA7,2024-01-07,70,Gil\n"
    both = [
        *plans(home, tmp_path, "two.csv", SECOND, Mode.REPLACE),
        *plans(home, tmp_path, "three.csv", other, Mode.REPLACE),
    ]
    prepared = prepare(home, "local", both)
    (diff,) = prepared.diffs
    assert (diff.after, diff.new, diff.gone) == (4, 2, 1)
    commit(home, prepared)
    assert [row[1] for row in rows(home)] == ["A2", "A3", "A4", "A7"]


def test_numbers_are_texts_again_as_they_were(home: Home, tmp_path: Path) -> None:
    """A column that turns out to hold text shows the whole numbers of its first load as that load wrote them."""
    for number, values in enumerate(("a,5\nb,6\n", "a,5.5\nc,7\n", "d,high\ne,low\n")):
        (item,) = plans(home, tmp_path, f"gauge{number}.csv", "gauge,level\n" + values)
        load(home, "local", [plan(item.mapping.with_table("gauges"), Mode.UPSERT, ("gauge",))])
    (file,) = read_dataset(home, "local").tables["gauges"].files
    with duckdb.connect(str(file.path), read_only=True) as connection:
        found = dict(connection.execute("SELECT gauge, level FROM rows").fetchall())
    assert found == {"a": "5.5", "b": "6", "c": "7.0", "d": "high", "e": "low"}


def test_damaged_data_is_said_to_be(home: Home, tmp_path: Path) -> None:
    """A published file that cannot be read stops an upsert with a clear error; nothing changes."""
    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    again = plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT)
    (file,) = read_dataset(home, "local").tables["orders"].files
    file.path.write_bytes(b"no database " * 2000)
    with pytest.raises(EngineError) as caught:
        load(home, "local", again)
    assert (caught.value.code, read_dataset(home, "local").version) == ("data_unreadable", 1)


def test_key_and_mode_must_make_sense(home: Home, tmp_path: Path) -> None:
    """An upsert without a key and files for one table in different ways are refused."""
    with pytest.raises(MappingError) as caught:
        plans(home, tmp_path, "gauge.csv", "gauge,level\na,5\nb,6\n", Mode.UPSERT)
    assert caught.value.code == "no_key"
    mixed = [*plans(home, tmp_path, "one.csv", FIRST), *plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT)]
    with pytest.raises(MappingError) as caught:
        load(home, "local", mixed)
    assert caught.value.code == "mixed_modes"


def test_recommendation(home: Home, tmp_path: Path) -> None:
    """An upsert is recommended where the entity's key names each row once, here and there; else an append."""
    (first,) = plans(home, tmp_path, "one.csv", FIRST)
    assert recommend(first.mapping, read_dataset(home, "local")) == (Mode.APPEND, ())
    load(home, "local", [first])
    (second,) = plans(home, tmp_path, "two.csv", SECOND)
    assert recommend(second.mapping, read_dataset(home, "local")) == (Mode.UPSERT, ("order_id",))
    (lines,) = plans(home, tmp_path, "lines.csv", SECOND + "A4,Dee,2024-01-04,open,41\n")
    assert recommend(lines.mapping, read_dataset(home, "local")) == (Mode.APPEND, ())


def test_prepared_load_may_wait_for_a_start(home: Home, tmp_path: Path) -> None:
    """What waits to be committed is not swept away when another process opens the home."""
    from kpi.settings import load_settings
    from kpi.workspace import open_home

    load(home, "local", plans(home, tmp_path, "one.csv", FIRST))
    prepared: Prepared = prepare(home, "local", plans(home, tmp_path, "two.csv", SECOND, Mode.UPSERT))
    open_home(load_settings(), home.folder).database.dispose()
    assert all(part.file.path.exists() for part in prepared.parts)
    assert commit(home, prepared).rows == 3


def test_large_files_of_events_lie_by_visitor_and_time(home: Home, tmp_path: Path) -> None:
    """Events are written by whom and when, because funnels are then read faster; places in the file stay."""
    lines = (f"E{n},V{n % 7},2024-01-{n % 28 + 1:02d} 10:00:00,cart\n" for n in range(210_000))
    (item,) = plans(home, tmp_path, "events.csv", "Event ID,Visitor,Occurred at,Event\n" + "".join(lines))
    load(home, "local", [plan(item.mapping.with_entity("events"))])
    (file,) = read_dataset(home, "local").tables["events"].files
    with duckdb.connect(str(file.path), read_only=True) as connection:
        found = connection.execute("SELECT visitor, occurred_at, event_id, _line, _row_id % 2**40 FROM rows").fetchall()
    assert found == sorted(found, key=lambda row: row[:2])
    assert len(found) == file.rows == 210_000
    assert [row for row in found if not int(row[2][1:]) == row[3] - 2 == row[4] - 1][:3] == []
    assert "event_id" in file.unique
