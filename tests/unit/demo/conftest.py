"""The demo companies' files, written once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kpi.demo import COMPANIES, generate

Read = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder per company, by its id."""
    folder = tmp_path_factory.mktemp("demo")
    for company in COMPANIES:
        generate(company, folder / company)
    return folder


@pytest.fixture(scope="session")
def read(demo_folder: Path) -> Read:
    """Reads one export as plain pandas would; `times` names the columns that hold times or days."""

    def one(company: str, file: str, *times: str, encoding: str = "utf-8") -> pd.DataFrame:
        path = demo_folder / company / file
        if path.suffix == ".xlsx":
            return pd.read_excel(path, engine="calamine")
        return pd.read_csv(path, encoding=encoding, parse_dates=list(times), low_memory=False)

    return one
