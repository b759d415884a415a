"""Prints the messages that no catalogue translates yet, ready to paste into one of `locale/zh/*.po`."""

from __future__ import annotations

import json
import sys

from kpi.language.catalogue import ERROR, read_files
from kpi.language.source import all_errors, all_messages, problems


def main() -> int:
    """Print what is missing; 1 when something is."""
    entries = {(entry.context, _first(entry.id)) for catalogue in read_files("zh") for entry in catalogue}
    for texts, place in all_messages().items():
        if (None, texts[0]) not in entries:
            plural = f"\nmsgid_plural {_quoted(texts[1])}\nmsgstr[0] " if len(texts) > 1 else "\nmsgstr "
            sys.stdout.write(f'#: {place}\nmsgid {_quoted(texts[0])}{plural}""\n\n')
    for error in all_errors():
        for code in (error.code, *([f"remedy.{error.code}"] if error.has_remedy else [])):
            if (ERROR, code) not in entries:
                names = ", ".join(sorted(error.names)) or "no values"
                sys.stdout.write(
                    f'#: {error.place}\n#. {error.text} · {names}\nmsgctxt "error"\nmsgid "{code}"\nmsgstr ""\n\n'
                )
    found = problems("zh")
    sys.stderr.write("".join(f"{line}\n" for line in found if not line.startswith("missing")))
    return 1 if found else 0


def _first(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
