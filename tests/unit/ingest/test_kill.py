"""kill -9 of either process at any moment of a load or an upsert: the workspace is as before it or as after it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select

from kpi.settings import PROJECT_ROOT, load_settings
from kpi.workspace import ensure_local, open_home, read_dataset
from kpi.workspace.records import data_files

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find the reader process")

ROWS = 150_000
MOMENTS = 20
LOAD = """
import sys
from dataclasses import replace
from pathlib import Path
from kpi.errors import KpiError
from kpi.ingest import NamedFile, guess, inspect, load, plan
from kpi.settings import load_settings
from kpi.workspace import Mode, open_home
home = open_home(replace(load_settings(), database_url=None), Path(sys.argv[1]))
file = Path(sys.argv[2])
mappings = [guess(found) for found in inspect([NamedFile(path=file, name=file.name)], home)]
print("begin", flush=True)
try:
    load(home, "local", [plan(mapping, Mode(sys.argv[3])) for mapping in mappings], again=True)
    print("done", flush=True)
except KpiError as error:
    print(error.code, flush=True)
"""


@dataclass(frozen=True)
class Scene:
    """A home, a file to load into it, and how; what the table holds before and after, and how long that takes."""

    home: Path
    file: Path
    mode: str
    before: tuple[int, float]
    after: tuple[int, float]
    seconds: float

    def copy(self, to: Path) -> Path:
        """The home, to be tried on."""
        shutil.copytree(self.home, to)
        return to


def write_orders(path: Path, first: int, amount: float) -> Path:
    """Orders with numbers from `first` on."""
    with path.open("w", encoding="utf-8") as out:
        out.write("order_id,customer_id,order_date,channel,total\n")
        out.writelines(
            f"{n},C{n % 5000},2024-01-{n % 28 + 1:02d} 10:00:00,web,{amount}\n" for n in range(first, first + ROWS)
        )
    return path


def begin(home: Path, file: Path, mode: str) -> subprocess.Popen[str]:
    """A process that has looked into the file and now loads it."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(home), str(file), mode], stdout=subprocess.PIPE, cwd=PROJECT_ROOT, text=True
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


def holds(folder: Path) -> tuple[int, float]:
    """After the next start: rows and sum of what the table shows, its folders holding nothing that nobody knows."""
    home = open_home(replace(load_settings(), database_url=None), folder)
    try:
        with home.database.connect() as connection:
            known = {home.data / path for path in connection.execute(select(data_files.c.path)).scalars()}
        assert set(home.data.glob("*/*")) == known
        assert not [folder for folder in home.staging.iterdir() if (folder / "load").exists()]
        rows, total = 0, 0.0
        table = read_dataset(home, "local").tables.get("orders")
        for file in table.files if table else ():
            with duckdb.connect(str(file.path), read_only=True) as connection:
                found = connection.execute("SELECT COUNT(*), COUNT(DISTINCT _row_id), SUM(amount) FROM rows").fetchone()
            assert found is not None
            assert found[0] == found[1] == file.rows
            rows, total = rows + found[0], total + float(found[2])
        return rows, total
    finally:
        home.database.dispose()


def scene_of(folder: Path, mode: str) -> Scene:
    """The scene of a first load (`append`) or of an upsert that changes half of the rows that are there."""
    home = folder / "home"
    opened = open_home(replace(load_settings(), database_url=None), home)
    ensure_local(opened)
    opened.database.dispose()
    file = write_orders(folder / "orders.csv", 0, 2.5)
    if mode == "upsert":
        assert begin(home, file, "append").communicate(timeout=120)[0] == "done\n"
        file = write_orders(folder / "more.csv", ROWS // 2, 7.5)
    tried = folder / "tried"
    shutil.copytree(home, tried)
    process = begin(tried, file, mode)
    start = time.monotonic()
    assert process.communicate(timeout=120)[0] == "done\n"
    return Scene(home, file, mode, holds(home), holds(tried), time.monotonic() - start)


@pytest.fixture(scope="module")
def loading(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """An empty home, and a file to load."""
    return scene_of(tmp_path_factory.mktemp("loading"), "append")


@pytest.fixture(scope="module")
def upserting(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A home with rows, and a file with half of them changed and as many new."""
    return scene_of(tmp_path_factory.mktemp("upserting"), "upsert")


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("which", ["loading", "upserting"])
def test_parent_is_killed(request: pytest.FixtureRequest, tmp_path: Path, which: str, moment: int) -> None:
    """A load whose own process is killed leaves all or nothing; its reader ends with it."""
    scene: Scene = request.getfixturevalue(which)
    home = scene.copy(tmp_path / "home")
    process = begin(home, scene.file, scene.mode)
    time.sleep(random.Random(moment).uniform(0, scene.seconds * 1.05))
    readers = children(process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    end = time.monotonic() + 10
    while any(map(is_running, readers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_running, readers))
    assert holds(home) in (scene.before, scene.after)


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(4))
@pytest.mark.parametrize("which", ["loading", "upserting"])
def test_reader_is_killed(request: pytest.FixtureRequest, tmp_path: Path, which: str, moment: int) -> None:
    """A load whose reader is killed ends with a clear error and changes nothing, and the next load works."""
    scene: Scene = request.getfixturevalue(which)
    home = scene.copy(tmp_path / "home")
    process = begin(home, scene.file, scene.mode)
    end = time.monotonic() + 10
    while not (readers := children(process)) and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(random.Random(moment).uniform(0, scene.seconds * 0.8))
    for pid in readers:
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert (said.strip(), holds(home)) in (("reader_crashed", scene.before), ("done", scene.after))
    if scene.mode == "upsert" or said.strip() != "done":
        assert begin(home, scene.file, scene.mode).communicate(timeout=60)[0] == "done\n"
        assert holds(home) == scene.after
