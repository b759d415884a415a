"""What a load promises besides the rows: places in the file, reconsidered types, questions, limits, cancelling."""

from __future__ import annotations

import shutil
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpi.errors import FileError, MappingError
from kpi.ingest import (
    ColumnMapping,
    LoadPlan,
    LoadResult,
    NamedFile,
    Progress,
    StoppedError,
    expand,
    guess,
    inspect,
    load,
    plan,
    read_issues,
)
from kpi.ingest.history import delete_load
from kpi.model import FieldType
from kpi.settings import load_settings
from kpi.workspace import Home, create_workspace, ensure_local, list_loads, read_dataset


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def look(home: Home, *paths: Path) -> list[ColumnMapping]:
    """What is guessed for these files."""
    return [guess(found) for found in inspect([NamedFile(path=path, name=path.name) for path in paths], home)]


def bring(home: Home, *paths: Path, workspace: str = "local") -> LoadResult:
    """Load these files as guessed."""
    ensure_local(home)
    return load(home, workspace, [plan(mapping) for mapping in look(home, *paths)])


def ask(home: Home, table: str, sql: str, workspace: str = "local") -> list[tuple[Any, ...]]:
    """Query the first data file of a table."""
    file = read_dataset(home, workspace).tables[table].files[0]
    with duckdb.connect(str(file.path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_rows_keep_their_places_in_many_files(home: Home, tmp_path: Path) -> None:
    """Files of one shape are one data file; each row still knows its file and row, across blank and broken rows."""
    header = "Order ID,Order date,Total\n"
    one = write(
        tmp_path,
        "one.csv",
        header + "1,2024-01-01,5\n\n2,2024-01-02,6\nbroken\n3,2024-01-03,x\n7,2024-01-07,1\n8,2024-01-07,1\n",
    )
    two = write(tmp_path, "two.csv", header + "4,2024-01-04,7\n5,2024-01-05,8,9\n6,2024-01-06,9\n")
    result = bring(home, one, two)
    assert [(table.table, table.rows, table.issues, table.files) for table in result.tables] == [("orders", 7, 3, 2)]
    placed = ask(home, "orders", "SELECT order_id, _file, _line, _row_id - _load_id * 2**40 FROM rows ORDER BY _row_id")
    assert placed == [
        ("1", "one.csv", 2, 1),
        ("2", "one.csv", 4, 2),
        ("3", "one.csv", 6, 3),
        ("7", "one.csv", 7, 4),
        ("8", "one.csv", 8, 5),
        ("4", "two.csv", 2, 6),
        ("6", "two.csv", 4, 7),
    ]
    issues = read_issues(read_dataset(home, "local"))
    assert sorted(issues[["file", "row", "reason"]].values.tolist()) == [
        ["one.csv", 5, "too_few_cells"],
        ["one.csv", 6, "not_an_amount"],
        ["two.csv", 3, "too_many_cells"],
    ]


def test_rows_of_a_large_file_keep_their_order(home: Home, tmp_path: Path) -> None:
    """A file that several threads read, piece by piece, is stored row by row as it stands; each row knows its place."""
    lines = (f"E{n},V{n % 7},2024-01-{n % 28 + 1:02d} 10:00:00,{'yes' if n % 3 else 'no'}\n" for n in range(400_000))
    path = write(tmp_path, "gauge.csv", "gauge,visitor,read,ok\n" + "".join(lines))
    bring(home, path)
    moved = "SELECT COUNT(*), COUNT(*) FILTER (WHERE CAST(gauge[2:] AS BIGINT) + 2 <> _line) FROM rows"
    assert ask(home, "gauge", moved) == [(400_000, 0)]


def test_type_is_reconsidered_when_the_sample_misled(home: Home, tmp_path: Path) -> None:
    """Whole numbers, days without a clock and a yes/no column turn out otherwise far below the sample."""
    lines = [f"k{n},{n},2024-01-{n % 28 + 1:02d},yes\n" for n in range(60_000)]
    lines[40_000] = "k40000,12.5,2024-01-05 13:45:00,maybe\n"
    path = write(tmp_path, "gauge.csv", "gauge key,level,read,ok\n" + "".join(lines))
    bring(home, path)
    columns = {column.name: column.type for column in read_dataset(home, "local").tables["gauge"].columns}
    assert columns["level"] is FieldType.NUMBER
    assert columns["read"] is FieldType.TIMESTAMP
    assert columns["ok"] in (FieldType.TEXT, FieldType.CATEGORY)
    assert ask(
        home, "gauge", "SELECT level, CAST(read AS VARCHAR), ok, _line FROM rows WHERE gauge_key = 'k40000'"
    ) == [(12.5, "2024-01-05 13:45:00", "maybe", 40_002)]
    assert read_issues(read_dataset(home, "local")).empty


def test_one_day_past_the_twelfth_far_down_decides(home: Home, tmp_path: Path) -> None:
    """A column whose sample leaves days and months open is searched to its end before anybody is asked."""
    lines = [f"{n},0{n % 9 + 1}/0{n % 7 + 1}/2024,5\n" for n in range(60_000)]
    lines[45_000] = "45000,25/03/2024,5\n"
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Total\n" + "".join(lines))
    (mapping,) = look(home, path)
    assert (mapping.questions, mapping.column("Order date").reading) == ((), "dmy")


def test_open_question_stops_a_load(home: Home, tmp_path: Path) -> None:
    """While nobody has said whether days come first, nothing is loaded; the answer is remembered for the next file."""
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Total\n1,03/04/2024,5\n2,05/06/2024,6\n")
    ensure_local(home)
    (mapping,) = look(home, path)
    with pytest.raises(MappingError) as caught:
        load(home, "local", [LoadPlan(mapping.accept())])
    assert (caught.value.code, caught.value.where.column) == ("open_date_order", "Order date")
    assert read_dataset(home, "local").version == 0
    load(home, "local", [plan(mapping.with_date_order("Order date", "mdy"))])
    assert ask(home, "orders", "SELECT CAST(ordered_at AS VARCHAR) FROM rows ORDER BY 1") == [
        ("2024-03-04",),
        ("2024-05-06",),
    ]


def test_days_in_both_orders_are_refused(home: Home, tmp_path: Path) -> None:
    """A column that mixes 25/03 and 03/25 is never half read."""
    lines = [f"{n},2{n % 9}/03/2024,5\n" if n % 2 else f"{n},03/2{n % 9}/2024,5\n" for n in range(200)]
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Total\n" + "".join(lines))
    (mapping,) = look(home, path)
    assert mapping.for_field("ordered_at") is None
    assert mapping.column("Order date").type in (FieldType.TEXT, FieldType.CATEGORY)


def test_times_are_stored_in_utc(home: Home, tmp_path: Path) -> None:
    """A time without a zone is the workspace's own; days stay the days they are."""
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Paid date,Total\n1,2024-01-01 07:30:00,2024-01-01,5\n")
    create_workspace(home, "Shanghai", workspace="cn", time_zone="Asia/Shanghai", currency="USD")
    bring(home, path, workspace="cn")
    assert ask(
        home, "orders", "SELECT CAST(ordered_at AS VARCHAR), CAST(paid_at AS VARCHAR), currency FROM rows", "cn"
    ) == [("2023-12-31 23:30:00", "2024-01-01", "USD")]
    table = read_dataset(home, "cn").tables["orders"]
    assert (str(table.earliest("ordered_at")), str(table.latest("paid_at"))) == ("2024-01-01", "2024-01-01")


def test_corrections_make_new_mappings(home: Home, tmp_path: Path) -> None:
    """Another entity, another field: the mapping given stays as it was, and the old column keeps its own name."""
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Total,Amount\n1,2024-01-02,5,6\n2,2024-01-03,7,8\n")
    (mapping,) = look(home, path)
    assert mapping.column("Amount").field == "amount"
    other = mapping.with_field("Total", "amount")
    assert (other.column("Total").field, other.column("Amount").field) == ("amount", None)
    assert mapping.column("Amount").field == "amount"
    own = mapping.with_entity(None)
    assert (own.entity, own.table, {column.field for column in own.columns}) == (None, "orders_2", {None})
    with pytest.raises(MappingError) as caught:
        mapping.with_field("Totall", "amount")
    assert caught.value.near == ("Total",)
    with pytest.raises(MappingError, match="read as"):
        mapping.with_entity("accounts").with_field("Order date", "employees")


def test_zip_of_files(home: Home, tmp_path: Path) -> None:
    """A zip becomes its members, under names that say so."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("may/orders.csv", "Order ID,Order date,Total\n1,2024-05-02,5\n")
        archive.writestr("__MACOSX/._orders.csv", "x")
        archive.writestr("june/orders.csv", "Order ID,Order date,Total\n2,2024-06-02,5\n")
    folder = home.new_staging_folder()
    files = expand(path, folder)
    assert [file.name for file in files] == ["export.zip/may/orders.csv", "export.zip/june/orders.csv"]
    ensure_local(home)
    result = load(home, "local", [plan(guess(found)) for found in inspect(files, home)])
    assert (result.rows, result.tables[0].files) == (2, 2)


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    """An archive that grows far past what it weighs is stopped while it is unpacked."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0,0\n" * (40 * 2**20))
    with pytest.raises(FileError) as caught:
        expand(path, tmp_path)
    assert (caught.value.code, list(tmp_path.iterdir())) == ("archive_too_large", [path])


def test_file_over_the_limit_is_refused(home: Home, tmp_path: Path) -> None:
    """The size that the owner allows is kept."""
    path = write(tmp_path, "orders.csv", "Order ID,Total\n" + "1,5\n" * 1000)
    with pytest.raises(FileError) as caught:
        inspect(
            [NamedFile(path=path, name="orders.csv")], home, settings=replace(load_settings(), max_upload_bytes=1000)
        )
    assert caught.value.code == "too_large"


def test_workbook_with_two_far_corners_does_no_harm(home: Home, tmp_path: Path) -> None:
    """A tiny workbook that claims the whole sheet ends its reader, not this process."""
    import xlsxwriter

    path = tmp_path / "corners.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "x")
        sheet.write("XFD1048576", "y")
    with pytest.raises(FileError) as caught:
        inspect([NamedFile(path=path, name="corners.xlsx")], home)
    assert caught.value.remedy


def test_too_little_time(home: Home, tmp_path: Path) -> None:
    """A reader that takes longer than allowed is ended."""
    path = write(tmp_path, "orders.csv", "Order ID,Total\n" + "1,5\n" * 200_000)
    with pytest.raises(FileError) as caught:
        inspect([NamedFile(path=path, name="orders.csv")], home, settings=replace(load_settings(), reader_seconds=0))
    assert caught.value.code == "too_slow"
    assert list(home.staging.iterdir()) == []


def test_cancel(home: Home, tmp_path: Path) -> None:
    """A load that the user stops leaves nothing behind."""
    path = write(tmp_path, "orders.csv", "Order ID,Order date,Total\n" + "1,2024-01-02,5\n" * 300_000)
    ensure_local(home)
    mappings = look(home, path)
    stop = threading.Event()

    def told(progress: Progress) -> None:
        if progress.stage == "reading":
            stop.set()

    with pytest.raises(StoppedError):
        load(home, "local", [plan(mapping) for mapping in mappings], told, stop)
    assert (read_dataset(home, "local").version, list(home.staging.iterdir()), list(home.data.glob("*/*"))) == (
        0,
        [],
        [],
    )


def test_progress_only_grows(home: Home, tmp_path: Path) -> None:
    """What a progress bar hears ends with everything published."""
    paths = [write(tmp_path, f"{n}.csv", f"Order ID,Order date,Total\n{n},2024-01-02,5\n") for n in range(3)]
    ensure_local(home)
    heard: list[Progress] = []
    load(home, "local", [plan(mapping) for mapping in look(home, *paths)], heard.append)
    shares = [step.share for step in heard]
    assert shares == sorted(shares)
    assert (heard[-1].stage, shares[-1]) == ("published", 1.0)


def test_deleted_load_takes_its_rows_away(home: Home, tmp_path: Path) -> None:
    """Two loads of one table are two data files; deleting one leaves the other."""
    one = write(tmp_path, "one.csv", "Order ID,Order date,Total\n1,2024-01-02,5\n")
    two = write(tmp_path, "two.csv", "Order ID,Order date,Total\n2,2024-02-02,5\n3,2024-02-03,5\n")
    first, second = bring(home, one), bring(home, two)
    assert read_dataset(home, "local").tables["orders"].rows == 3
    delete_load(home, "local", first.load_id)
    assert read_dataset(home, "local").tables["orders"].rows == 2
    assert [item.load_id for item in list_loads(home, "local")] == [second.load_id]


def test_copies_are_gone_after_the_load(home: Home, tmp_path: Path) -> None:
    """The clean copy that a foreign encoding needs lives until the load, and is made again when it was swept."""
    path = tmp_path / "orders.csv"
    path.write_bytes("订单编号,下单日期,订单金额\n1,2024-01-02,5\n".encode("gb18030"))
    ensure_local(home)
    (mapping,) = look(home, path)
    assert mapping.sniffed.readable != path
    for folder in home.staging.iterdir():
        shutil.rmtree(folder)
    load(home, "local", [plan(mapping)])
    assert list(home.staging.iterdir()) == []
    assert read_dataset(home, "local").tables["orders"].rows == 1
