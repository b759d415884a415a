"""Who may import what: floors, screens, engine."""

from __future__ import annotations

import importlib.util
import tomllib

from importlinter.cli import lint_imports

from kpi.settings import PROJECT_ROOT
from tests.house.python_files import python_files

SCREENS = ("streamlit_app.py", "pages/", "kpi/ui/")
DATABASE = ("kpi/engine/", "kpi/ingest/")


def test_imports_run_downwards_only() -> None:
    """The contracts of pyproject.toml hold: floors in order, rooms on one floor apart, none left out."""
    assert lint_imports(config_filename=str(PROJECT_ROOT / "pyproject.toml"), no_cache=True) == 0


def test_every_room_is_a_package_with_a_sign() -> None:
    """Every folder of Python files has an `__init__.py` that says what the room is for."""
    folders = {file.name.rsplit("/", 1)[0] for file in python_files("kpi")} - {"kpi"}
    signs = {file.name.rsplit("/", 1)[0]: file for file in python_files("kpi") if file.name.endswith("/__init__.py")}
    assert sorted(folders - signs.keys()) == []


def test_streamlit_stays_on_the_screens() -> None:
    """Streamlit is imported by the app, its pages and kpi/ui only."""
    users = [file.name for file in python_files("kpi", "pages", "streamlit_app.py") if "streamlit" in file.roots]
    assert [name for name in users if not name.startswith(SCREENS)] == []


def test_only_engine_and_reader_open_databases() -> None:
    """DuckDB is imported by the engine and by ingest only: everybody else asks `evaluate`."""
    users = [file.name for file in python_files("kpi", "pages", "streamlit_app.py") if "duckdb" in file.roots]
    assert [name for name in users if not name.startswith(DATABASE)] == []


def test_pages_do_not_compute() -> None:
    """A page imports no dataframe library, no SQL builder and no database."""
    forbidden = {"pandas", "numpy", "pyarrow", "sqlglot", "duckdb", "sqlalchemy"}
    assert {file.name: file.roots & forbidden for file in python_files("pages") if file.roots & forbidden} == {}


def test_every_library_is_required_at_an_exact_version() -> None:
    """What the code imports stands in requirements.txt, what tests import in requirements-dev.txt, all pinned."""
    run, dev = _pins("requirements.txt"), _pins("requirements-dev.txt")
    known = {**run, **dev}
    assert sorted(_foreign("kpi", "pages", "streamlit_app.py") - _modules(run)) == []
    assert sorted(_foreign("tests") - _modules(known)) == []
    constraints = _pins("constraints.txt")
    assert {name: version for name, version in known.items() if constraints.get(name) != version} == {}


def test_the_project_says_which_python() -> None:
    """pyproject.toml and the Makefile ask for the same oldest Python."""
    wanted = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert wanted == ">=3.11"
    assert "sys.version_info >= (3, 11)" in (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")


MODULES = {  # packages whose modules have another name
    "babel": {"babel"},
    "import-linter": {"importlinter"},
    "python-calamine": {"python_calamine"},
    "pyyaml": {"yaml"},
    "vl-convert-python": {"vl_convert"},
}


def _pins(name: str) -> dict[str, str]:
    """Package → version; every line that names a package names its version."""
    found = {}
    for line in (PROJECT_ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("#", "-")):
            package, sign, version = line.partition("==")
            assert sign, f"{name}: {line} is not pinned"
            found[package.strip().lower()] = version.strip()
    return found


def _modules(pins: dict[str, str]) -> set[str]:
    return set().union(*(MODULES.get(package, {package}) for package in pins))


def _foreign(*places: str) -> set[str]:
    """The libraries that these files import: neither our own nor Python's."""
    roots = set().union(*(file.roots for file in python_files(*places)))
    return {root for root in roots if root not in ("kpi", "tests", "__future__") and not _is_python(root)}


def _is_python(root: str) -> bool:
    import sys

    return root in sys.stdlib_module_names or importlib.util.find_spec(root) is None
