"""Archives on the command line: what can be read is loaded, what cannot is told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi.cli.application import main
from kpi.workspace import Home, ensure_local, read_dataset

FOLDER = Path(__file__).parents[2] / "files"


def test_a_damaged_member_is_told_of(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are loaded; the damaged one stands on the error stream, also as JSON; nothing is left behind."""
    monkeypatch.setenv("WAYMARK_LANGUAGE", "en")
    ensure_local(home)
    assert main(["load", str(FOLDER / "one_damaged.zip"), "--json", "--home", str(home.folder)]) == 0
    problem = json.loads(capsys.readouterr().err)
    assert (problem["code"], problem["where"]["file"]) == ("broken_archive", "one_damaged.zip/april.csv")
    assert read_dataset(home, "local").tables["orders"].rows == 2
    assert list(home.staging.iterdir()) == []


def test_a_file_of_its_own_that_cannot_be_read_is_a_mistake(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was named is wanted: nothing is loaded without it."""
    monkeypatch.setenv("WAYMARK_LANGUAGE", "en")
    ensure_local(home)
    files = [str(FOLDER / name) for name in ("packed.csv.gz", "protected.xlsx")]
    assert main(["load", *files, "--home", str(home.folder)]) == 2
    assert "password" in capsys.readouterr().err
    assert read_dataset(home, "local").tables == {}
