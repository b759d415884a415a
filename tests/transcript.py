"""Documents that are run: the files and commands of a Markdown page, and what the page says comes out.

A fenced block that begins with "```csv deals.csv" is a file (an encoding may follow its name); one with "```console"
holds commands after "$ " and their output. "..." in the output stands for anything, within a line or over whole lines.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpi.cli.application import main

FENCE = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAM = ["python", "-m", "kpi"]


@dataclass(frozen=True)
class Step:
    """One command with what should come out, or (without a command) a file to write."""

    command: str
    text: str


def steps_of(page: str) -> list[Step]:
    """The files and commands of a page, in order; blocks in other languages and without a file name are left out."""
    found = []
    for language, name, body in FENCE.findall(page):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                found.append(Step(command, output))
        elif name:
            found.append(Step("", f"{name}\n{body}"))
    return found


def run_page(page: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Write the page's files to `folder`, run its commands there, and compare; how many commands there were."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WAYMARK_LANGUAGE", "en")
    commands = 0
    for step in steps_of(page):
        if not step.command:
            name, _, body = step.text.partition("\n")
            path, _, encoding = name.partition(" ")
            (folder / path).write_text(body, encoding=encoding or "utf-8")
            continue
        words = shlex.split(step.command)
        if words[:3] != PROGRAM:
            continue
        commands += 1
        capsys.readouterr()
        code = main(["--home", str(folder / "home"), *words[3:]])
        printed = capsys.readouterr()
        assert code == (2 if printed.err else 0), printed.err
        found = printed.out + printed.err
        assert matches(step.text, found), f"$ {step.command}\n--- the page says\n{step.text}\n--- came out\n{found}"
    return commands


def matches(expected: str, found: str) -> bool:
    """Whether an output is what the page says; blanks at the ends of lines do not count."""
    wanted = "\n".join(line.rstrip() for line in expected.strip().splitlines())
    pattern = re.escape(wanted).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, found.strip(), re.DOTALL) is not None
