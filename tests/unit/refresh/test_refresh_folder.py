"""Files of this machine: only from allowed folders, only whole, only what was checked."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from kpi.errors import AccessError, FileError, KpiError
from kpi.refresh.folder import checked_file, find_files, take
from kpi.refresh.watch import Watch
from kpi.settings import RefreshSettings
from kpi.workspace import Home

OLD = time.time() - 3600


def put(path: Path, text: str = "a,b\n1,2\n", at: float = OLD) -> Path:
    """A file that was written some time ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def names(home: Home, folder: str, pattern: str = "*", settings: RefreshSettings | None = None) -> list[str]:
    """The names of the files found."""
    place, found = find_files(folder, pattern, home, settings or RefreshSettings())
    return [path.relative_to(place).as_posix() for path in found]


def refused(home: Home, path: str, settings: RefreshSettings | None = None) -> KpiError:
    """Why a path may not be taken."""
    with pytest.raises(KpiError) as raised:
        checked_file(path, home, settings or RefreshSettings())
    return raised.value


def test_files_are_found_in_the_order_they_were_written(home: Home) -> None:
    """Those whose names fit the pattern, in any case of letters; hidden and half-written ones are left out."""
    inbox = home.folder / "inbox"
    put(inbox / "b.csv", at=OLD)
    put(inbox / "a.CSV", at=OLD + 60)
    for name in (".hidden.csv", "~$b.csv", "c.csv.part", "c.csv.crdownload", "notes.txt"):
        put(inbox / name)
    put(inbox / "2024" / "c.csv", at=OLD + 30)
    assert names(home, ".", "*.csv") == ["b.csv", "a.CSV"]
    assert names(home, ".", "**/*.csv") == ["b.csv", "2024/c.csv", "a.CSV"]
    assert names(home, str(inbox / "2024")) == ["c.csv"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../waymark.sqlite3", "../../x", "~/x", "/", "..", "2024/../../data"])
def test_other_places_are_refused(home: Home, path: str) -> None:
    """Nothing outside the inbox may be taken, whether it is there or not."""
    assert refused(home, path).code == "folder_not_allowed"
    with pytest.raises(AccessError):
        find_files(path, "*", home, RefreshSettings())


def test_allowed_folders(home: Home, tmp_path: Path) -> None:
    """A folder that the settings name may be taken from, its neighbours may not."""
    put(tmp_path / "exports" / "a.csv")
    put(tmp_path / "exports2" / "a.csv")
    settings = RefreshSettings(folders=(tmp_path / "exports",))
    assert names(home, str(tmp_path / "exports"), settings=settings) == ["a.csv"]
    assert checked_file(str(tmp_path / "exports" / "a.csv"), home, settings)
    assert refused(home, str(tmp_path / "exports2" / "a.csv"), settings).code == "folder_not_allowed"


def test_links_do_not_lead_out(home: Home, tmp_path: Path) -> None:
    """A link to a file or folder elsewhere is neither found nor taken; one within the folder is taken by its name."""
    outside = put(tmp_path / "outside" / "secret.csv")
    inbox = home.folder / "inbox"
    put(inbox / "real.csv")
    (inbox / "link.csv").symlink_to(outside)
    (inbox / "inner.csv").symlink_to(inbox / "real.csv")
    (inbox / "folder").symlink_to(outside.parent)
    assert names(home, ".", "**/*") == ["real.csv"]
    assert refused(home, "link.csv").code == "folder_not_allowed"
    assert refused(home, "folder/secret.csv").code == "folder_not_allowed"
    assert checked_file("inner.csv", home, RefreshSettings()) == (inbox / "real.csv").resolve()
    with pytest.raises(AccessError):
        find_files("folder", "*", home, RefreshSettings())


def test_what_is_no_file(home: Home) -> None:
    """Missing files, folders in the place of files, and pipes, which would never end."""
    inbox = home.folder / "inbox"
    (inbox / "folder").mkdir(parents=True)
    os.mkfifo(inbox / "pipe.csv")
    assert refused(home, "missing.csv").code == "source_missing"
    assert refused(home, "folder").code == "source_kind"
    assert refused(home, "pipe.csv").code == "source_kind"
    assert names(home, ".") == []
    with pytest.raises(FileError):
        find_files("pipe.csv", "*", home, RefreshSettings())


def test_a_file_is_copied_as_it_is(home: Home, tmp_path: Path) -> None:
    """What is read afterwards is a copy of the whole file."""
    path = put(home.folder / "inbox" / "a.csv")
    with Watch(10, None) as watch:
        taken = take(path, tmp_path / "copy", home, RefreshSettings(), watch)
    assert taken.path.read_text(encoding="utf-8") == "a,b\n1,2\n"
    assert taken.size == 8


def test_a_file_being_written_is_waited_for(home: Home, tmp_path: Path) -> None:
    """A file that grows while it is looked at is taken once it is complete."""
    path = put(home.folder / "inbox" / "a.csv", "", at=time.time())

    def write() -> None:
        for number in range(10):
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{number},x\n")
            time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    with Watch(20, None) as watch:
        taken = take(path, tmp_path / "copy", home, RefreshSettings(), watch)
    writer.join()
    assert taken.path.read_text(encoding="utf-8").count("\n") == 10


def test_files_above_the_limit(home: Home, tmp_path: Path) -> None:
    """They are not copied."""
    path = put(home.folder / "inbox" / "a.csv", "x" * 2000)
    with Watch(10, None) as watch, pytest.raises(FileError) as raised:
        take(path, tmp_path / "copy", home, RefreshSettings(max_bytes=1000), watch)
    assert raised.value.code == "source_too_large"


def test_a_file_swapped_for_a_link(home: Home, tmp_path: Path) -> None:
    """What was checked is what is opened: a link put in its place in between is refused, every time it is tried."""
    outside = put(tmp_path / "outside.csv", "secret")
    path = put(home.folder / "inbox" / "a.csv", "fine")
    over = threading.Event()

    def swap() -> None:
        spare, link = path.with_name("spare"), path.with_name("link")
        while not over.is_set():
            put(spare, "fine")
            os.replace(spare, path)
            link.symlink_to(outside)
            os.replace(link, path)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen, refusals = set(), set()
    for number in range(300):
        target = tmp_path / f"copy{number}"
        with Watch(10, None) as watch:
            try:
                seen.add(take(path, target, home, RefreshSettings(), watch).path.read_text(encoding="utf-8"))
            except KpiError as error:
                refusals.add(error.code)
    over.set()
    swapper.join()
    assert seen <= {"fine"}
    assert refusals <= {"folder_not_allowed", "source_swapped", "unreadable", "source_missing"}
