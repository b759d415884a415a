"""What archives give: files, problems of single members, and no trace of what was refused."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kpi.errors import FileError
from kpi.ingest import expand, inspect, unpack
from kpi.ingest.archives import unpacking_folder
from kpi.ingest.each import inspect_each
from kpi.settings import load_settings
from kpi.workspace import Home, open_home
from tests.files.make.binary import zipped

FOLDER = Path(__file__).parents[2] / "files"
ROWS = b"Order ID,Order date,Total\n1,2024-01-05,5\n2,2024-01-06,6\n"


def test_one_member_does_not_stop_the_others(tmp_path: Path) -> None:
    """`unpack` says what is wrong with a member beside the files; `expand` wants them all."""
    found = unpack(FOLDER / "one_damaged.zip", tmp_path)
    assert [file.name for file in found.files] == ["one_damaged.zip/march.csv"]
    assert [(problem.code, problem.where.file) for problem in found.problems] == [
        ("broken_archive", "one_damaged.zip/april.csv")
    ]
    with pytest.raises(FileError) as caught:
        expand(FOLDER / "one_damaged.zip", tmp_path)
    assert caught.value.where.file == "one_damaged.zip/april.csv"


def test_members_of_one_name(tmp_path: Path) -> None:
    """Two archives unpacked into one folder do not overwrite each other's files."""
    contents = [ROWS, ROWS.replace(b",5", b",50")]
    files = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(zipped({"a/orders.csv": content, "b/orders.csv": content}))
        files += expand(path, tmp_path)
    assert [file.path.read_bytes() for file in files] == [content for content in contents for _ in range(2)]


def test_a_file_that_is_no_table_does_not_stop_the_others(home: Home, tmp_path: Path) -> None:
    """Each file is looked into for itself where they cannot be read together."""
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"a.csv": ROWS, "logo.png": b"\x89PNG\r\n\x1a\n" + bytes(200), "b.csv": ROWS}))
    looked = inspect_each(unpack(path, tmp_path).files, home)
    assert [table.name for table in looked.tables] == ["export.zip/a.csv", "export.zip/b.csv"]
    assert [(item.file.name, item.error.code) for item in looked.unread] == [("export.zip/logo.png", "not_text")]


def test_what_a_killed_process_unpacked_is_swept(home: Home) -> None:
    """The folder bears a mark, by which it goes at a later start; a fresh one may be in use and stays."""
    fresh, old = unpacking_folder(home), unpacking_folder(home)
    (old / "orders.csv").write_bytes(ROWS)
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    open_home(load_settings(), home.folder).database.dispose()
    assert (fresh.exists(), old.exists()) == (True, False)


@pytest.mark.parametrize("name", ["gone.csv", "gone.zip", "."])
def test_what_is_not_there(home: Home, tmp_path: Path, name: str) -> None:
    """A file that is gone, or is a folder, is said to be unreadable."""
    for look in (lambda: unpack(tmp_path / name, tmp_path), lambda: inspect(_named(tmp_path / name), home)):
        with pytest.raises(FileError) as caught:
            look()
        assert caught.value.code == "unreadable"


def _named(path: Path) -> list:  # type: ignore[type-arg]
    from kpi.ingest import NamedFile

    return [NamedFile(path=path, name=path.name or ".")]
