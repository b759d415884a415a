"""The Python files of the house, read once as syntax trees."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kpi.settings import PROJECT_ROOT


@dataclass(frozen=True)
class PythonFile:
    """One file. `name` is its path from the project's folder, with forward slashes."""

    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How long it is."""
        return self.text.count("\n")

    @property
    def imports(self) -> set[str]:
        """The modules that it imports, wherever in the file."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
        return found

    @property
    def roots(self) -> set[str]:
        """The packages that it imports."""
        return {module.partition(".")[0] for module in self.imports}


@lru_cache(maxsize=8)
def python_files(*places: str) -> tuple[PythonFile, ...]:
    """Every Python file under these files and folders of the project."""
    paths: list[Path] = []
    for place in places:
        path = PROJECT_ROOT / place
        paths += [path] if path.is_file() else sorted(path.rglob("*.py"))
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found.append(PythonFile(path.relative_to(PROJECT_ROOT).as_posix(), text, ast.parse(text)))
    return tuple(found)
