"""Which commands are there, and how does a run of one end?

Exit code 0: answered. 2: the user's mistake, in one line on stderr. 1: a bug, with its traceback. 130: interrupted.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, TyperException

from kpi.cli import again, definitions, history, listing, loading, quality, questions, sources, workspaces
from kpi.cli.failure import describe, describe_usage
from kpi.cli.options import HomeOption, JsonOption, LanguageOption, Shared, WorkspaceOption, language_of_environment
from kpi.errors import KpiError

PROGRAM = "python -m kpi"
ANSWERED, BUG, MISTAKE, INTERRUPTED = 0, 1, 2, 130
_LANGUAGE_OPTION = "--language"


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name=PROGRAM,
        help="KPIs and funnels from sales exports. Shapes of all answers: docs/cli.md.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def shared(
        context: typer.Context,
        home: HomeOption = None,
        workspace: WorkspaceOption = None,
        json: JsonOption = False,
        language: LanguageOption = None,
    ) -> None:
        """KPIs and funnels from sales exports. Shapes of all answers: docs/cli.md."""
        context.obj = Shared(home, workspace, json, language)

    for family in (loading, again, history, listing, questions, quality, definitions, sources, workspaces):
        family.register(app)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    _speak_utf8()
    asked = list(arguments) or ["--help"]
    as_json = "--json" in asked
    try:
        code = typer.main.get_command(build())(asked, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else ANSWERED
    except KpiError as error:
        return _fail(describe(error, _language(asked), as_json=as_json))
    except TyperException as error:
        return _fail(describe_usage(error.format_message(), as_json=as_json))
    except Abort:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except Exception:
        traceback.print_exc()
        return BUG


def _fail(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return MISTAKE


def _language(asked: Sequence[str]) -> str:
    """The language for an error, which may come before the options have been read."""
    for place, word in enumerate(asked):
        if word == _LANGUAGE_OPTION and place + 1 < len(asked):
            return asked[place + 1]
        if word.startswith(f"{_LANGUAGE_OPTION}="):
            return word.partition("=")[2]
    return language_of_environment()


def _speak_utf8() -> None:
    """Chinese must come out right whatever code page the system's console has."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
