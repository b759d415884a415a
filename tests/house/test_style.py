"""Style and types hold over the whole house."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kpi.settings import PROJECT_ROOT


@pytest.mark.slow
@pytest.mark.parametrize("words", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join)
def test_checkers_have_nothing_to_say(words: list[str]) -> None:
    """Ruff finds no mistake and nothing to reformat; mypy, strict, finds no type that does not fit."""
    ran = subprocess.run([sys.executable, "-m", *words], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
