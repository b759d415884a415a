"""What does one command work on? The home, workspace, definitions and context, each opened when first asked for."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kpi.settings import load_settings

if TYPE_CHECKING:
    from kpi.evaluate import Context
    from kpi.language import Translator
    from kpi.semantic.definitions import Definitions
    from kpi.workspace import Dataset, Home, Workspace


@dataclass(frozen=True)
class Session:
    """One command's surroundings; leave it as a context manager, so that files are let go of."""

    folder: Path | None
    named: str | None
    json: bool
    language: str
    as_of: str | None = None

    @cached_property
    def home(self) -> Home:
        """The home, made on first use."""
        from kpi.workspace import open_home

        opened = open_home(load_settings(), self.folder)
        self._closing.callback(opened.database.dispose)
        return opened

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace that was named, or the one that is there from the start."""
        from kpi.workspace import ensure_local, get_workspace

        return ensure_local(self.home) if self.named is None else get_workspace(self.home, self.named)

    @cached_property
    def definitions(self) -> Definitions:
        """KPIs and journeys in force, without opening any data."""
        from kpi.semantic.definitions import read_definitions

        return read_definitions(self.home, self.workspace.id)

    @cached_property
    def version(self) -> int | None:
        """The version of the data that is asked; None for the newest."""
        from kpi.workspace import read_as_of, version_at

        return None if self.as_of is None else version_at(self.home, self.workspace.id, read_as_of(self.as_of))

    @cached_property
    def dataset(self) -> Dataset:
        """What is loaded, at the version that is asked."""
        from kpi.workspace import read_dataset

        return read_dataset(self.home, self.workspace.id, self.version)

    @cached_property
    def context(self) -> Context:
        """What an answer depends on besides the question. The command line has no sign-in, so it sees everything."""
        from kpi.evaluate import Access, open_context

        opened = open_context(self.home, self.workspace.id, access=Access.everything(), version=self.version)
        if close := getattr(opened.engine, "close", None):
            self._closing.callback(close)
        return opened

    @cached_property
    def t(self) -> Translator:
        """Sentences and numbers in the user's language."""
        from kpi.language import translator

        return translator(self.language)

    @cached_property
    def _closing(self) -> contextlib.ExitStack:
        return contextlib.ExitStack()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
