"""Which messages does the source code hold, and which of them lack a translation?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.language.catalogue import ERROR, read_files
from kpi.language.formats import placeholders

ROOT = Path(__file__).resolve().parent.parent.parent
MARKERS = {"t": 1, "mark": 1, "plural": 2}  # function or method name → how many messages lead its arguments
Message = tuple[str, ...]  # one text, or singular and plural


@dataclass(frozen=True)
class Found:
    """A message in the source, with the first place that says it."""

    message: Message
    place: str


@dataclass(frozen=True)
class FoundError:
    """An error's code in the source; `names` are the values that its sentence may use."""

    code: str
    text: str
    has_remedy: bool
    names: frozenset[str] = field(default_factory=frozenset)
    place: str = ""


def source_files() -> Iterator[Path]:
    """Every Python file that can put a word on screen."""
    yield ROOT / "streamlit_app.py"
    for folder in ("kpi", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def messages_in(text: str, place: str) -> Iterator[Found]:
    """The literal messages of one file. A message put together at run time is no message: it is not found."""
    for call in _calls(text):
        wanted = MARKERS.get(_name(call.func), 0)
        leading = [_literal(argument) for argument in call.args[:wanted]]
        texts = tuple(part for part in leading if part)
        if wanted and len(texts) == wanted:
            yield Found(texts, f"{place}:{call.lineno}")


def errors_in(text: str, place: str) -> Iterator[FoundError]:
    """The errors of one file: `…Error("code", "English text", remedy=…, name=value)`."""
    for call in _calls(text):
        if not _name(call.func).endswith(("Error", "NotEnoughData")) or len(call.args) < 2:
            continue
        code = _literal(call.args[0])
        if code:
            names = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
            remedy = any(keyword.arg == "remedy" for keyword in call.keywords)
            yield FoundError(code, ast.unparse(call.args[1]), remedy, names, f"{place}:{call.lineno}")


def all_messages() -> dict[Message, str]:
    """Every message of the product with its first place."""
    found: dict[Message, str] = {}
    for path in source_files():
        for item in messages_in(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))):
            found.setdefault(item.message, item.place)
    return found


def all_errors() -> list[FoundError]:
    """Every error of the product."""
    return [
        item
        for path in source_files()
        for item in errors_in(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]


def problems(language: str) -> list[str]:
    """What is wrong with a language's catalogues, one line each; empty when they are complete."""
    wanted, errors = all_messages(), {item.code for item in all_errors()}
    remedies = {f"remedy.{item.code}" for item in all_errors() if item.has_remedy}
    seen: dict[tuple[str | None, str], str] = {}
    lines: list[str] = []
    for catalogue in read_files(language):
        for entry in catalogue:
            if not entry.id:
                continue
            texts, translations = _texts(entry.id), _texts(entry.string)
            key = (entry.context, texts[0])
            if key in seen and seen[key] != str(entry.string):
                lines.append(f"said in two ways: {texts[0]!r}")
            seen[key] = str(entry.string)
            if not all(translations):
                lines.append(f"empty: {texts[0]!r}")
            elif entry.context == ERROR:
                if texts[0] not in errors | remedies:
                    lines.append(f"no such error any more: {texts[0]}")
            elif texts not in wanted:
                lines.append(f"no longer said: {texts[0]!r}")
            else:
                lines += _wrong_placeholders(texts, translations)
    lines += [f"missing: {texts[0]!r} ({place})" for texts, place in wanted.items() if (None, texts[0]) not in seen]
    lines += [f"missing error: {code}" for code in sorted(errors | remedies) if (ERROR, code) not in seen]
    return lines


def _wrong_placeholders(texts: Message, translations: Iterable[str]) -> list[str]:
    allowed = set().union(*(placeholders(text) for text in texts))
    return [
        f"placeholders differ: {texts[0]!r} → {translation!r}"
        for translation in translations
        if placeholders(translation) != allowed
    ]


def _texts(value: Any) -> Message:
    """Babel gives one text, or several where there is a plural."""
    return (value or "",) if isinstance(value, str | None) else tuple(value)


def _calls(text: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
