"""What damage of archives, folders and data files says: a `KpiError` that names it, never a traceback."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import EngineError, FileError
from kpi.ingest import NamedFile, expand, guess, inspect, load, plan, read_issues
from kpi.ingest.evidence import date_order, number_reading
from kpi.ingest.reader import Reader
from kpi.ingest.sniffed import Evidence
from kpi.settings import load_settings
from kpi.workspace import Home, ensure_local, read_dataset

ROWS = "Order ID,Order date,Total\n1,2024-01-05,5\n2,2024-01-06,x\n3,2024-01-07,7\n"


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def refused(path: Path, folder: Path) -> FileError:
    """The error that an archive ends with."""
    with pytest.raises(FileError) as caught:
        expand(path, folder)
    return caught.value


def test_archive_in_an_archive(tmp_path: Path) -> None:
    """A zip in a zip is named; a workbook in a zip is a file like any other."""
    path = tmp_path / "outer.zip"
    path.write_bytes(packed({"inner.zip": packed({"a.csv": b"x"})}))
    error = refused(path, tmp_path)
    assert (error.code, error.where.file) == ("nested_archive", "outer.zip/inner.zip")
    path.write_bytes(packed({"book.xlsx": packed({"[Content_Types].xml": b""})}))
    assert [file.name for file in expand(path, tmp_path)] == ["outer.zip/book.xlsx"]


def test_damaged_lzma(tmp_path: Path) -> None:
    """Bytes that do not unpack are a damaged archive, whatever packed them."""
    content = bytearray(packed({"orders.csv": ROWS.encode() * 50}, zipfile.ZIP_LZMA))
    content[60:80] = b"\xff" * 20
    path = tmp_path / "orders.zip"
    path.write_bytes(content)
    assert refused(path, tmp_path).code == "broken_archive"


def test_member_name_that_is_no_text(tmp_path: Path) -> None:
    """A member's name that claims to be UTF-8 and is not is said to be unreadable."""
    content = packed({"订单.csv": ROWS.encode()}).replace("订单".encode(), b"\xff\xfe\xff\xfe\xff\xfe")
    path = tmp_path / "orders.zip"
    path.write_bytes(content)
    assert refused(path, tmp_path).code == "undecodable_member"


def test_issues_of_a_lost_data_file(home: Home, tmp_path: Path) -> None:
    """A data file that is damaged or gone cannot tell its issues, and says so."""
    path = tmp_path / "orders.csv"
    path.write_text(ROWS, encoding="utf-8")
    ensure_local(home)
    load(home, "local", [plan(guess(found)) for found in inspect([NamedFile(path=path, name="orders.csv")], home)])
    dataset = read_dataset(home, "local")
    data = dataset.tables["orders"].files[0].path
    for damage in (lambda: data.write_bytes(b"nothing"), data.unlink):
        damage()
        with pytest.raises(EngineError) as caught:
            read_issues(dataset)
        assert caught.value.code == "data_unreadable"


def test_a_desk_is_not_taken_for_a_leftover(home: Home, tmp_path: Path) -> None:
    """The clean copy of a file that waits for its load bears no mark of an unfinished inspection."""
    path = tmp_path / "orders.csv"
    path.write_bytes("订单编号,下单日期,订单金额\n1,2024-01-02,5\n".encode("gb18030"))
    (found,) = inspect([NamedFile(path=path, name="orders.csv")], home)
    (folder,) = home.staging.iterdir()
    assert folder in found.readable.parents
    assert not (folder / "load").exists()


def test_full_disk_is_named(home: Home) -> None:
    """What the engine says of a full disk is no fault of the rows."""
    with Reader(load_settings()) as reader:
        folder = home.new_staging_folder()
        asked: dict[str, Any] = {
            "threads": 1,
            "memory": "200MiB",
            "temporary": str(folder / "spill"),
            "folders": [str(folder)],
        }
        reader.ask("open", database=":memory:", **asked)
        with pytest.raises(EngineError) as caught:
            reader.ask("run", sql="SELECT error('IO Error: Could not write file: No space left on device')")
    assert caught.value.code == "disk_failed"


def test_many_rows_tell_the_year() -> None:
    """Of years with two digits, the number that takes few values in many rows is the year."""
    assert date_order(Evidence(dmy=90, yymd=90, first_parts=2, last_parts=31)) == "yymd"
    assert date_order(Evidence(dmy=90, yymd=90, first_parts=31, last_parts=2)) == "dmy"
    assert date_order(Evidence(dmy=90, mdy=90, yymd=90, first_parts=28, last_parts=2)) == "ambiguous"
    assert date_order(Evidence(dmy=90, yymd=90, first_parts=12, last_parts=2)) == "ambiguous"


def test_groups_of_three_follow_the_file() -> None:
    """1.234 stays a decimal point where nothing speaks against it, or a value of the column can only be one."""
    groups = Evidence(filled=3, dot=3, comma=3, grouped=3)
    assert number_reading(groups) == "dot"
    assert number_reading(groups.model_copy(update={"comma_locale": 1})) == "comma"
    assert number_reading(groups.model_copy(update={"comma_locale": 1, "dot_only": 1})) == "dot"
