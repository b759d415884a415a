"""Refreshing: what is new is loaded as the source says; what only a person can decide loads nothing."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from kpi.errors import EngineError
from kpi.ingest.history import delete_load
from kpi.ingest.loading import load
from kpi.refresh import Outcome, Run, last_runs, list_runs, make_source, refresh, save_source
from kpi.refresh.runs import record
from kpi.refresh.seen import read_seen
from kpi.settings import RefreshSettings, Settings, load_settings
from kpi.workspace import Home, create_workspace, list_loads, read_dataset, read_documents, read_revisions
from tests.serving import Server, serving

HEADER = "Deal ID,Account,Create date,Stage,Amount\n"
OLD = time.time() - 3600
SETTINGS: Settings = replace(
    load_settings(), refresh=RefreshSettings(private_networks=("127.0.0.0/8",), http=True, seconds=30)
)


def deals(*numbers: int, amount: int = 100) -> str:
    """An export of these deals."""
    return HEADER + "".join(f"D-{n},Acme {n},2024-01-{n % 28 + 1:02d},Won,{amount}\n" for n in numbers)


def export(*numbers: int, amount: int = 100) -> bytes:
    """The same, as it comes from a server."""
    return deals(*numbers, amount=amount).encode()


@pytest.fixture
def company(home: Home) -> Home:
    """A home with an empty workspace `w`."""
    create_workspace(home, "w", workspace="w")
    return home


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server."""
    with serving() as running:
        yield running


def put(home: Home, name: str, text: str, at: float = OLD) -> Path:
    """A file in the inbox, written some time ago."""
    path = home.folder / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def source(home: Home, **given: Any) -> None:
    """A source called `s`."""
    save_source(home, "w", make_source(**{"name": "s", "entity": "opportunities", **given}))


def run(home: Home, *, confirmed: bool = False, settings: Settings = SETTINGS) -> Run:
    """Refresh it."""
    return refresh(home, "w", "s", confirmed=confirmed, settings=settings)


def rows(home: Home) -> int:
    """How many deals are there."""
    table = read_dataset(home, "w").tables.get("opportunities")
    return table.rows if table else 0


def test_a_folder_brings_what_is_new(company: Home) -> None:
    """Each file once by its content, whatever it is called; later ones in the order they were written."""
    source(company, kind="folder", place=".", pattern="*.csv", mode="append")
    put(company, "a.csv", deals(1, 2))
    assert run(company).outcome is Outcome.WAITING  # nobody has said what the columns mean
    assert rows(company) == 0
    first = run(company, confirmed=True)
    assert (first.outcome, first.files, first.rows) == (Outcome.LOADED, 1, 2)
    assert run(company).outcome is Outcome.UNCHANGED
    put(company, "b.csv", deals(3), OLD + 60)
    put(company, "copy of a.csv", deals(1, 2), OLD + 90)
    second = run(company)
    assert (second.outcome, second.files, second.load_id) == (Outcome.LOADED, 1, 2)
    assert rows(company) == 3
    assert list_loads(company, "w")[0].author == "source s"


@pytest.mark.slow
def test_known_files_are_not_read_again(company: Home) -> None:
    """A file that looks as it did is passed over, even one that could not be read now; changed, it is new."""
    source(company, kind="folder", place=".", mode="append")
    path = put(company, "a.csv", deals(1, 2))
    run(company, confirmed=True)
    path.write_bytes(b"x" * path.stat().st_size)
    os.utime(path, (OLD, OLD))
    assert run(company).outcome is Outcome.UNCHANGED
    put(company, "a.csv", deals(1, 2, 3), OLD + 5)
    assert run(company).rows == 3


@pytest.mark.slow
def test_what_changes_nothing_is_compared_once(company: Home) -> None:
    """A file with nothing new in it is not compared at every look, but again once the data has changed."""
    source(company, kind="folder", place=".", mode="upsert")
    put(company, "a.csv", deals(1, 2))
    first = run(company, confirmed=True)
    put(company, "b.csv", deals(2, 1))
    assert run(company).outcome is Outcome.UNCHANGED
    before = read_seen(company, "w", "s")
    assert len(before.idle) == 1
    assert run(company).outcome is Outcome.UNCHANGED
    assert read_seen(company, "w", "s") == before
    delete_load(company, "w", first.load_id or 0)
    assert run(company).files == 2
    assert read_seen(company, "w", "s").idle == frozenset()


def test_names_that_are_no_text(company: Home) -> None:
    """A file whose name is no text, or breaks the line, is loaded under one that can be written down."""
    source(company, kind="folder", place=".", mode="append")
    path = put(company, "a.csv", deals(1, 2))
    path.rename(os.fsdecode(os.fsencode(path.parent) + b"/\xff\n\x1b[31m.csv"))
    assert run(company, confirmed=True).outcome is Outcome.LOADED
    assert list_loads(company, "w")[0].files == ("\ufffd\ufffd\ufffd[31m.csv",)


@pytest.mark.slow
def test_what_was_taken_away_comes_again(company: Home) -> None:
    """A load that somebody deletes is no longer there, so that its file is new."""
    source(company, kind="folder", place=".", mode="append")
    put(company, "a.csv", deals(1, 2))
    loaded = run(company, confirmed=True)
    delete_load(company, "w", loaded.load_id or 0)
    assert rows(company) == 0
    assert run(company).outcome is Outcome.LOADED
    assert rows(company) == 2


@pytest.mark.slow
def test_a_folder_that_replaces_takes_the_newest(company: Home) -> None:
    """Of full exports, the last one counts, and an older one never comes back."""
    source(company, kind="folder", place=".", mode="replace")
    put(company, "2024-01.csv", deals(1, 2), OLD)
    put(company, "2024-02.csv", deals(1, 2, 3), OLD + 60)
    assert run(company, confirmed=True).files == 1
    assert rows(company) == 3
    assert run(company).outcome is Outcome.UNCHANGED
    put(company, "2024-03.csv", deals(7), OLD + 120)
    assert run(company).outcome is Outcome.LOADED
    assert rows(company) == 1


@pytest.mark.slow
def test_an_upsert_by_key(company: Home, server: Server) -> None:
    """Rows meet by the entity's key; what changes nothing makes no load."""
    url = server.give("/deals.csv", export(1, 2))
    source(company, kind="url", place=url, mode="upsert")
    assert run(company, confirmed=True).rows == 2
    server.give("/deals.csv", export(2, 3, amount=150))
    assert run(company).outcome is Outcome.LOADED
    assert rows(company) == 3
    server.give("/deals.csv", export(3, 2, amount=150))  # another order, the same rows
    assert run(company).outcome is Outcome.UNCHANGED
    assert len(list_loads(company, "w")) == 2


@pytest.mark.slow
def test_what_comes_back_is_new(company: Home, server: Server) -> None:
    """A replacing address that says A, then B, then A again is A at the end."""
    url = server.give("/deals.csv", export(1, 2))
    source(company, kind="url", place=url, mode="replace")
    run(company, confirmed=True)
    server.give("/deals.csv", export(3, 4))
    run(company)
    server.give("/deals.csv", export(1, 2))
    assert run(company).outcome is Outcome.LOADED
    assert run(company).outcome is Outcome.UNCHANGED
    assert len(list_loads(company, "w")) == 3


@pytest.mark.slow
def test_a_cut_export_takes_nothing_away(company: Home, server: Server) -> None:
    """A replacing source that would take most rows away waits for a person, who may let it."""
    url = server.give("/deals.csv", export(*range(40)))
    source(company, kind="url", place=url, mode="replace")
    run(company, confirmed=True)
    server.give("/deals.csv", export(*range(5)))
    waiting = run(company)
    assert (waiting.outcome, waiting.mistake and waiting.mistake.code) == (Outcome.WAITING, "source_shrunk")
    assert rows(company) == 40
    assert run(company, confirmed=True).outcome is Outcome.LOADED
    assert rows(company) == 5


def test_a_changed_header_waits(company: Home) -> None:
    """A column with another name may mean something else: nothing is loaded, and the run says so."""
    source(company, kind="file", place="a.csv", mode="replace")
    put(company, "a.csv", deals(1, 2))
    run(company, confirmed=True)
    put(company, "a.csv", deals(1, 2, 3).replace("Amount", "Volume"))
    waiting = run(company)
    assert (waiting.outcome, waiting.mistake and waiting.mistake.code) == (Outcome.WAITING, "source_header_unknown")
    assert rows(company) == 2


def test_an_open_question_waits(company: Home) -> None:
    """Days that can be read in two ways are not guessed, not even where the source is confirmed."""
    source(company, kind="file", place="a.csv", mode="append")
    put(company, "a.csv", deals(1, 2).replace("2024-01-02", "03/04/2024").replace("2024-01-03", "05/06/2024"))
    waiting = run(company, confirmed=True)
    assert (waiting.outcome, waiting.mistake is not None) == (Outcome.WAITING, True)
    assert rows(company) == 0


def test_a_database_is_asked(company: Home) -> None:
    """The rows of a query become a table, and a second look that brings the same changes nothing."""
    path = company.folder / "inbox" / "erp.sqlite3"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE deals (deal_id TEXT, account TEXT, created_at TEXT, stage TEXT, amount REAL)")
        connection.execute(
            "INSERT INTO deals VALUES ('007', '中文', '2024-01-05', 'Won', 12.5), ('008', 'B', NULL, '', 1)"
        )
    connection.close()
    query = "SELECT deal_id, account, created_at, stage, amount FROM deals ORDER BY deal_id"
    source(company, kind="database", place="erp.sqlite3", query=query, mode="replace")
    assert run(company, confirmed=True).rows == 2
    assert run(company).outcome is Outcome.UNCHANGED
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM deals")
    connection.close()
    emptied = run(company)
    assert (emptied.outcome, emptied.mistake and emptied.mistake.code) == (Outcome.FAILED, "source_empty")
    assert rows(company) == 2


def test_nothing_of_a_secret_is_kept(
    company: Home, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither database, files nor log of the home hold what a secret address or token says, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    secret = server.url("/exports/2PACX-s3cret-path/pub?token=s3cret-query").replace("://", "://ann:s3cret-word@")
    monkeypatch.setenv("WAYMARK_SOURCE_SHOP", secret)
    monkeypatch.setenv("WAYMARK_SOURCE_TOKEN", "Bearer s3cret-token")
    source(company, kind="url", secret="shop", authorization="token", mode="replace")
    assert run(company).outcome is Outcome.FAILED
    server.give("/exports/2PACX-s3cret-path/pub", deals(1, 2).encode())
    assert run(company, confirmed=True).outcome is Outcome.LOADED
    assert "s3cret-token" in server.asked[-1]
    company.database.dispose()
    for path in (path for path in company.folder.rglob("*") if path.is_file()):
        assert b"s3cret" not in path.read_bytes(), path
    assert "s3cret" not in caplog.text
    assert "s3cret" not in repr(read_documents(company, "w", "source"))


def test_a_missing_secret(company: Home) -> None:
    """Says which one, and where it belongs."""
    source(company, kind="url", secret="nowhere", mode="replace")
    failed = run(company)
    assert failed.mistake is not None
    assert (failed.mistake.code, failed.mistake.found) == ("secret_missing", "nowhere")
    assert "WAYMARK_SOURCE_NOWHERE" in str(failed.mistake.again())


def test_runs_are_recorded(company: Home) -> None:
    """With beginning and end, error and counts; the newest fifty are kept, and read back as they were."""
    source(company, kind="file", place="a.csv", mode="append")
    failed = run(company)
    put(company, "a.csv", deals(1, 2))
    loaded = run(company, confirmed=True)
    assert list_runs(company, "w", "s") == [loaded, failed]
    assert last_runs(company, "w") == {"s": loaded}
    assert failed.mistake is not None
    assert str(failed.mistake.again()).startswith("The source is not there")
    for _ in range(60):
        run(company)
    assert len(list_runs(company, "w", "s")) == 50
    assert len(read_revisions(company, "w", "source_run", "s", 1000)) <= 100


def test_a_run_that_never_ended(company: Home) -> None:
    """Is there as interrupted once another has begun."""
    source(company, kind="folder", place=".", mode="append")
    record(company, "w", Run("s", datetime(2024, 1, 1, tzinfo=UTC), "schedule"))
    assert last_runs(company, "w")["s"].outcome is Outcome.RUNNING
    run(company)
    assert [item.outcome for item in list_runs(company, "w", "s")] == [Outcome.UNCHANGED, Outcome.INTERRUPTED]


def test_one_refresh_at_a_time(company: Home) -> None:
    """While a source is being refreshed, by whatever process, another refresh of it is refused."""
    source(company, kind="folder", place=".", mode="append")
    run(company)
    (lock,) = (company.folder / "locks").glob("*.lock")
    with FileLock(lock), pytest.raises(EngineError) as raised:
        run(company)
    assert raised.value.code == "refresh_busy"


def test_staging_is_left_clean(company: Home, server: Server) -> None:
    """Whatever comes of a run, nothing of it stays in staging."""
    source(company, kind="url", place=server.give("/a.csv", deals(1).encode()), mode="append")
    run(company)
    run(company, confirmed=True)
    server.answers.clear()
    run(company)
    assert [path for path in company.staging.rglob("*") if path.is_file()] == []


def test_a_load_by_hand_teaches_the_source(company: Home) -> None:
    """What a person has confirmed for a file of this header counts for the source."""
    from kpi.ingest import NamedFile, guess, inspect, plan

    path = put(company, "by hand.csv", deals(1))
    (found,) = inspect([NamedFile(path=path, name=path.name)], company)
    load(company, "w", [plan(guess(found))])
    put(company, "a.csv", deals(2, 3))
    source(company, kind="folder", place=".", mode="append")
    assert run(company).rows == 2
