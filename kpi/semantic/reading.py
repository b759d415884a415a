"""How is a YAML document read into frozen values, so that every mistake says where it stands?"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from kpi.errors import DefinitionError, Where
from kpi.model.entity import LOADER, Frozen

T = TypeVar("T", bound=Frozen)


def read_yaml(path: Path) -> Any:
    """The content of one YAML file. `DefinitionError` with file and line where it cannot be read."""
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionError(
            "definition_file_missing", f"There is no file {path.name}.", where=Where(file=str(path))
        ) from None
    except UnicodeDecodeError:
        raise DefinitionError(
            "definition_file_not_utf8",
            f"{path.name} is not UTF-8 text.",
            remedy="Save the file as UTF-8.",
            where=Where(file=str(path)),
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DefinitionError(
            "bad_yaml",
            f"{path.name} is not valid YAML: {getattr(error, 'problem', None) or 'it cannot be read'}.",
            where=Where(file=str(path), row=mark.line + 1 if mark else None),
        ) from None


def read_items(path: Path, kind: type[T]) -> tuple[T, ...]:
    """The values of a YAML file that holds a list of them."""
    content = read_yaml(path)
    if not isinstance(content, list):
        raise DefinitionError(
            "bad_definition",
            f"{path.name} must hold a list.",
            where=Where(file=str(path)),
            remedy="Begin entries with '- id:'.",
        )
    return tuple(read_item(item, kind, path, place) for place, item in enumerate(content, start=1))


def read_item(content: Any, kind: type[T], path: Path, place: int = 1) -> T:
    """One value. The first mistake in it is told with the file, the entry's id and the key."""
    name = str(content.get("id", f"entry {place}")) if isinstance(content, dict) else f"entry {place}"
    try:
        return kind.model_validate(content)
    except DefinitionError as error:
        raise DefinitionError(
            error.code,
            f"{name}: {error.message}",
            remedy=error.remedy,
            where=Where(file=str(path), column=name),
            found=error.found,
            near=error.near,
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(
            "bad_definition",
            f"{name}: {first['msg'].removeprefix('Value error, ')}.",
            remedy="Compare the entry with one of the ready-made ones.",
            where=Where(file=str(path), column=f"{name}.{key}" if key else name),
            found=str(first.get("input"))[:80],
        ) from None


def _parse(text: str) -> Any:
    try:
        return yaml.load(text, Loader=LOADER)
    except yaml.YAMLError:
        return yaml.safe_load(text)  # the slower one says better where the mistake is
