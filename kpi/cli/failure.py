"""How does a mistake read in one line, or as one JSON object?"""

from __future__ import annotations

import json
import re

from kpi.errors import KpiError


def describe(error: KpiError, language: str, *, as_json: bool = False) -> str:
    """The error with its place, near names and remedy. JSON is the same in every language."""
    if as_json:
        return json.dumps(error.to_dict(), ensure_ascii=False, default=str)
    if not language.lower().startswith("zh"):
        return _one_line(f"error: {error}")
    from kpi.language import translator

    t = translator(language)
    near = t.list(error.near)
    params = {**error.params, "found": error.found or "", "near": near}
    place = f" ({error.where})" if str(error.where) else ""
    parts = [
        (t.by_code(error.code, **params) or error.message) + place,
        t("Did you mean {near}?", near=near) if error.near else "",
        t.by_code(f"remedy.{error.code}", **params) or error.remedy,
    ]
    return _one_line(t("error: {text}", text=" ".join(part for part in parts if part)))


def describe_usage(message: str, *, as_json: bool = False) -> str:
    """A command line that cannot be read."""
    message = _one_line(message.replace("Value error, ", ""))
    if as_json:
        body: dict[str, object] = {"error": "UsageError", "code": "usage", "message": message}
        body |= {"remedy": "`python -m kpi --help` shows every command.", "where": {}, "found": None, "near": []}
        return json.dumps(body, ensure_ascii=False)
    return f"error: {message}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
