"""What does every page need? The home, the workspace, the words and the colours, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast

import streamlit as st

from kpi.evaluate import Access, Context, open_context
from kpi.language import Translator
from kpi.settings import PROJECT_ROOT, Settings, load_settings
from kpi.ui.theme import Theme
from kpi.workspace import Dataset, Home, Workspace, open_home

SCREEN_KEY = "shell.screen"


@dataclass(frozen=True)
class Screen:
    """One rerun's surroundings. `t` translates and formats; `t.language` is what `Names.in_language` takes."""

    home: Home
    workspace: Workspace
    t: Translator
    theme: Theme
    version: int | None = None  # of the data, where the reader looks back; else the newest

    @cached_property
    def context(self) -> Context:
        """What an answer depends on besides the question: data, and the definitions in force."""
        return open_context(self.home, self.workspace.id, access=Access.everything(), version=self.version)

    @property
    def dataset(self) -> Dataset:
        """What is loaded in the workspace, at the version on screen."""
        return self.context.dataset


def page() -> Screen:
    """The screen that the shell has set for this run."""
    return cast(Screen, st.session_state[SCREEN_KEY])


def page_file(name: str) -> Path:
    """Where the page of this name stands."""
    return PROJECT_ROOT / "pages" / f"{name}.py"


def go_to(name: str) -> None:
    """Leave for another page, by its name (`data`, `kpis`, …)."""
    st.switch_page(page_file(name))


def opened_home() -> Home:
    """The configured home, opened once in this process."""
    return _opened(load_settings())


@lru_cache(maxsize=4)
def _opened(settings: Settings) -> Home:
    return open_home(settings)
