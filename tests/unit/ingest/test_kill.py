"""kill -9 of either process at any moment of a load leaves the workspace as before it, and nothing lying about."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.settings import PROJECT_ROOT, load_settings
from kpi.workspace import Home, ensure_local, open_home, read_dataset

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find the reader process")

ROWS = 400_000
LOAD = """
import sys
from dataclasses import replace
from pathlib import Path
from kpi.errors import KpiError
from kpi.ingest import NamedFile, guess, inspect, load, plan
from kpi.settings import load_settings
from kpi.workspace import open_home
home = open_home(replace(load_settings(), database_url=None), Path(sys.argv[1]))
file = Path(sys.argv[2])
mappings = [guess(found) for found in inspect([NamedFile(path=file, name=file.name)], home)]
print("begin", flush=True)
try:
    load(home, "local", [plan(mapping) for mapping in mappings])
    print("done", flush=True)
except KpiError as error:
    print(error.code, flush=True)
"""


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes a good part of a second to load."""
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("order_id,customer_id,order_date,channel,total\n")
        out.writelines(f"{n},C{n % 5000},2024-01-{n % 28 + 1:02d} 10:00:00,web,{n % 900}.5\n" for n in range(ROWS))
    return path


def begin(home: Home, orders: Path) -> subprocess.Popen[str]:
    """A process that has looked into the file and now loads it."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(home.folder), str(orders)],
        stdout=subprocess.PIPE,
        cwd=PROJECT_ROOT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def children(process: subprocess.Popen[str]) -> list[int]:
    """The process ids of its children, threads' children included."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").glob("*/children"):
        found += [int(pid) for pid in task.read_text().split()]
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def assert_whole(folder: Path) -> int:
    """After the next start, the workspace holds complete loads only, and its folders nothing else; how many rows."""
    home = open_home(replace(load_settings(), database_url=None), folder)
    try:
        tables = read_dataset(home, "local").tables
        published = {file.path for table in tables.values() for file in table.files}
        assert set(home.data.glob("*/*")) == published
        assert not [folder for folder in home.staging.iterdir() if (folder / "load").exists()]
        rows = sum(table.rows for table in tables.values())
        assert rows in (0, ROWS)
        return rows
    finally:
        home.database.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_parent_is_killed(home: Home, orders: Path, seed: int) -> None:
    """A load whose own process is killed leaves all or nothing; its reader ends with it."""
    ensure_local(home)
    process = begin(home, orders)
    time.sleep(random.Random(seed).uniform(0, 1.2))
    readers = children(process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    end = time.monotonic() + 10
    while any(map(is_running, readers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_running, readers))
    assert_whole(home.folder)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_reader_is_killed(home: Home, orders: Path, seed: int) -> None:
    """A load whose reader is killed ends with a clear error and changes nothing, and the next load works."""
    ensure_local(home)
    process = begin(home, orders)
    end = time.monotonic() + 10
    while not (readers := children(process)) and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(random.Random(seed).uniform(0, 0.5))
    for pid in readers:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    rows = assert_whole(home.folder)
    assert (said.strip(), rows) in (("reader_crashed", 0), ("done", ROWS))
    again = begin(home, orders)
    assert again.communicate(timeout=60)[0] == "done\n"
    assert read_dataset(home, "local").tables["orders"].rows == rows + ROWS
