"""Which options may stand before and after every command, and how is a command declared that takes them?"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from kpi.cli.session import Session

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder with workspaces and data; else WAYMARK_HOME, else data/home.")
]
WorkspaceOption = Annotated[str | None, typer.Option("--workspace", help="Which company's data; else `local`.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
LanguageOption = Annotated[
    str | None, typer.Option("--language", help="en or zh; else WAYMARK_LANGUAGE, else the system's.")
]


AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="LOAD|MOMENT", help="The data as it was: a load's number, a day, or a moment."),
]


@dataclass(frozen=True)
class Shared:
    """The options that every command takes, as they were given so far."""

    home: Path | None = None
    workspace: str | None = None
    json: bool = False
    language: str | None = None
    as_of: str | None = None

    def under(self, later: Shared) -> Shared:
        """These, overridden by what was given after the command."""
        return replace(
            self,
            home=later.home or self.home,
            workspace=later.workspace or self.workspace,
            json=later.json or self.json,
            language=later.language or self.language,
            as_of=later.as_of or self.as_of,
        )

    def session(self) -> Session:
        """A session with these options."""
        return Session(self.home, self.workspace, self.json, self.language or language_of_environment(), self.as_of)


def language_of_environment() -> str:
    """The language that the environment asks for: WAYMARK_LANGUAGE, then the system's own variables, then English."""
    for name in ("WAYMARK_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    return "en"


SHARED = {
    "home": (HomeOption, None),
    "workspace": (WorkspaceOption, None),
    "json": (JsonOption, False),
    "language": (LanguageOption, None),
}


def group(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """Declare a command that has commands of its own; the shared options may stand after its name as well."""
    inner = typer.Typer(help=about, rich_markup_mode=None)

    @inner.callback()
    def shared(
        context: typer.Context,
        home: HomeOption = None,
        workspace: WorkspaceOption = None,
        json: JsonOption = False,
        language: LanguageOption = None,
    ) -> None:
        before: Shared = context.obj or Shared()
        context.obj = before.under(Shared(home, workspace, json, language))

    shared.__doc__ = about
    app.add_typer(inner, name=name)
    return inner


def command(app: typer.Typer, name: str, *, past: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare `function(session, …)` as a command; the shared options are added to its own.

    One that can be asked of the `past` takes `--as-of` as well.
    """
    options = {**SHARED, "as_of": (AsOfOption, None)} if past else SHARED

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            later = Shared(**{option: given.pop(option) for option in options})
            before: Shared = given.pop("context").obj or Shared()
            with before.under(later).session() as session:
                function(session, **given)

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("context", keyword, annotation=typer.Context),
            *(parameter.replace(kind=keyword) for parameter in own),
            *(
                inspect.Parameter(option, keyword, annotation=kind, default=default)
                for option, (kind, default) in options.items()
            ),
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = function.__doc__
        app.command(name)(run)
        return function

    return declare
