"""The exports as files: deterministic, sized as promised, with headers and words that the model knows."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from kpi.demo import COMPANIES, generate
from kpi.demo.companies import _EXPORTS
from kpi.errors import QueryError
from kpi.model import FieldType, entity
from kpi.semantic.catalogue import catalogue

ALL_FILES = [(company.id, file) for company in COMPANIES.values() for file in company.files]


def plain(header: str) -> str:
    """A header as names are compared: letter case, blanks and signs do not matter."""
    return re.sub(r"[\W_]+", "", header).lower()


@pytest.fixture(scope="module")
def frames() -> dict[tuple[str, str], pd.DataFrame]:
    """Every export's rows, by company and file."""
    return {(company, export.file): export.frame for company, make in _EXPORTS.items() for export in make()}


@pytest.mark.parametrize("company", COMPANIES)
def test_same_bytes_twice(company: str, demo_folder: Path, tmp_path: Path) -> None:
    """Generating a company again gives byte-identical files."""
    again = generate(company, tmp_path)
    assert {path.name for path in again} == set(COMPANIES[company].files)
    for path in again:
        assert path.read_bytes() == (demo_folder / company / path.name).read_bytes(), path.name


def test_about_fifty_thousand_rows(frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """The three companies together stay of a size that loads while one looks on."""
    assert 50_000 <= sum(len(frame) for frame in frames.values()) <= 70_000


@pytest.mark.parametrize(("company", "file"), ALL_FILES)
def test_headers_are_known(company: str, file: str, frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """Each header is the id, a name or a synonym of a field of the file's entity, and no field comes twice."""
    fields = entity(COMPANIES[company].files[file]).fields
    found = []
    for header in frames[company, file].columns:
        exact = [f.id for f in fields if plain(header) in {plain(f.id), plain(f.names.en), plain(f.names.zh)}]
        loose = [f.id for f in fields if plain(header) in {plain(word) for word in f.synonyms}]
        assert exact or loose, f"{header} means no field"
        found.append((exact or loose)[0])
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("company", "file"), ALL_FILES)
def test_words_are_known(company: str, file: str, frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """Every word of a field with fixed values is one that the model maps."""
    kind = entity(COMPANIES[company].files[file])
    for header in frames[company, file].columns:
        field = next(
            (f for f in kind.fields if plain(header) in {plain(word) for word in (f.id, *f.synonyms, f.names.zh)}), None
        )
        if field is None or field.type is not FieldType.CATEGORY or not field.values:
            continue
        known = {plain(word) for value, words in field.values.items() for word in (value, *words)}
        words = {plain(str(word)) for word in frames[company, file][header].dropna().unique()}
        assert words <= known, f"{header}: {words - known}"


@pytest.mark.parametrize("company", COMPANIES)
def test_keys_are_unique(company: str, frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """A column that holds an entity's key names each row once."""
    for file, entity_id in COMPANIES[company].files.items():
        frame, kind = frames[company, file], entity(entity_id)
        if kind.key is None:
            continue
        key = kind.field(kind.key)
        assert key is not None
        words = {plain(word) for word in (key.id, key.names.zh, *key.synonyms)}
        header = next(header for header in frame.columns if plain(header) in words)
        assert frame[header].is_unique, file


def test_nothing_lies_after_the_last_day(frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """What has happened has happened by the last day of 2025; only planned dates lie beyond it."""
    planned = {"Expected Close Date", "Due Date", "renewal_due_date", "trial_end"}
    for (company, file), frame in frames.items():
        for header in frame.columns:
            if header not in planned and pd.api.types.is_datetime64_any_dtype(frame[header]):
                assert frame[header].max() < pd.Timestamp("2026-01-01"), (company, file, header)


def test_goals_name_people_and_kpis(frames: dict[tuple[str, str], pd.DataFrame]) -> None:
    """Owners stand in the company's roster, and every goal and reading speaks of a KPI of the catalogue."""
    rosters = {"demo_b2b": "hr_people.csv", "demo_b2c": "员工花名册.csv", "demo_saas": "team.csv"}
    for company in COMPANIES.values():
        people = set(frames[company.id, rosters[company.id]].iloc[:, 0])
        assert {goal.owner for goal in company.targets.values()} <= people
        assert {*company.targets, *company.reads} <= set(catalogue())
        revenue = company.targets["revenue"]
        assert revenue.monthly is not None
        assert revenue.annual == 12 * revenue.monthly


def test_one_file_is_gb18030_and_one_a_workbook(demo_folder: Path) -> None:
    """The food brand's order report is not UTF-8, and its stock list is a spreadsheet."""
    raw = (demo_folder / "demo_b2c" / "订单报表.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.decode("gb18030").startswith("订单编号,会员编号")
    assert (demo_folder / "demo_b2c" / "库存明细.xlsx").read_bytes()[:2] == b"PK"


def test_unknown_company_is_told(tmp_path: Path) -> None:
    """A company that does not exist is an error with near names."""
    with pytest.raises(QueryError) as error:
        generate("demo_b2x", tmp_path)
    assert error.value.code == "unknown_demo_company"
    assert error.value.near
