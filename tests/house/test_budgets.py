"""How large may a room be, and what must every file have?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kpi.settings import PROJECT_ROOT
from tests.house.python_files import PythonFile, python_files

MOST_LINES, MOST_LINES_OF_A_PAGE = 400, 140
NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"}
TEXT = (".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".po", ".css", ".js", ".html", ".example")
SKIPPED = {".venv", ".git", "data", "test-results", "node_modules"}
UNDONE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:wo" r"rk|ho" r"me/\w+|Us" r"ers/\w+|ro" r"ot)/")


def test_no_module_outgrows_its_room() -> None:
    """No module is longer than 400 lines, no page than 140."""
    long = {file.name: file.lines for file in python_files("kpi", "tests") if file.lines > MOST_LINES}
    pages = {file.name: file.lines for file in python_files("pages") if file.lines > MOST_LINES_OF_A_PAGE}
    assert {**long, **pages} == {}


def test_rooms_have_names() -> None:
    """No module or folder is called after nothing in particular."""
    names = [file.name for file in python_files("kpi", "pages", "tests")]
    assert [name for name in names if NO_ROOMS & set(name.removesuffix(".py").split("/"))] == []


def test_everything_public_says_what_it_answers() -> None:
    """Every module, and every public function and class of the house, has a docstring."""
    assert [place for file in python_files("kpi", "pages", "streamlit_app.py") for place in _silent(file)] == []


def test_every_test_says_what_is_promised() -> None:
    """Every test function and every test module has a docstring."""
    silent = []
    for file in python_files("tests"):
        for node in ast.walk(file.tree):
            is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            if is_test and not ast.get_docstring(node):
                silent.append(f"{file.name}:{node.lineno} {node.name}")
        if file.text.strip() and not ast.get_docstring(file.tree):
            silent.append(file.name)
    assert silent == []


def test_nothing_is_swallowed() -> None:
    """No handler catches an error only to drop it, and no handler catches everything without a name."""
    handlers = [
        (file.name, node)
        for file in python_files("kpi", "pages", "streamlit_app.py")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler)
    ]
    bad = [f"{name}:{node.lineno}" for name, node in handlers if node.type is None or _does_nothing(node)]
    assert bad == []


def test_nothing_is_left_for_later_or_for_one_machine() -> None:
    """No marker of unfinished work and no path of somebody's own machine stands in any file."""
    found = []
    for path in sorted(PROJECT_ROOT.rglob("*")):
        parts = path.relative_to(PROJECT_ROOT).parts
        if SKIPPED & set(parts) or not path.is_file() or path.suffix not in TEXT or parts[-1] == "secrets.toml":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if UNDONE.search(line) or MACHINE_PATH.search(line):
                found.append(f"{'/'.join(parts)}:{number}: {line.strip()[:80]}")
    assert found == []


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(line, ast.Pass) for line in handler.body)


def _silent(file: PythonFile) -> Iterator[str]:
    """Public things without a docstring; private things and the members of protocols aside."""
    if file.text.strip() and not ast.get_docstring(file.tree):
        yield file.name
    for holder in (file.tree, *(node for node in file.tree.body if isinstance(node, ast.ClassDef))):
        if isinstance(holder, ast.ClassDef) and (holder.name.startswith("_") or _is_protocol(holder)):
            continue
        for node in holder.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                is_public = not node.name.startswith("_")
                if is_public and not ast.get_docstring(node):
                    yield f"{file.name}:{node.lineno} {node.name}"


def _is_protocol(holder: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in holder.bases)
