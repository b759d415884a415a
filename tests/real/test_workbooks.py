"""Workbooks that others made: each becomes a table, or a clear error."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.errors import FileError
from kpi.ingest import NamedFile, guess, inspect, load, plan
from kpi.settings import load_settings
from kpi.workspace import Home, ensure_local

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_SECONDS = 10
REFUSALS = {"empty_file", "no_rows", "password_protected", "broken_workbook"}


@pytest.mark.slow
def test_every_messy_workbook(home: Home, real_data: Path) -> None:
    """No traceback, no crash, nothing beyond ten seconds: a table, or a refusal; one column is never taken unasked."""
    ensure_local(home)
    settings = replace(load_settings(), reader_seconds=MOST_SECONDS)
    folders = (real_data / "messy_calamine_excel", real_data / "messy_frictionless")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in WORKBOOKS)
    assert len(files) == 163
    refused, loaded = {}, 0
    for path in files:
        try:
            for found in inspect([NamedFile(path=path, name=path.name)], home, settings=settings):
                mapping = guess(found)
                asked = {question.kind for question in mapping.questions}
                assert len(found.columns) > 1 or "single_column" in asked, path.name
                load(home, "local", [plan(mapping.accept())], settings=settings, again=True)
            loaded += 1
        except FileError as error:
            refused[path.name] = error.code
    assert {name: code for name, code in refused.items() if code not in REFUSALS} == {}
    assert loaded >= 124
