"""Which scenes are there, and which steps does the process of each have?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import model_validator

from kpi.model.entity import Frozen, Names
from kpi.semantic.kpi import Id
from kpi.semantic.reading import read_items

FILE = Path(__file__).parent / "scenes.yaml"


class SceneStep(Frozen):
    """One step of a scene's process: what is hard there, and what reading its KPIs is worth."""

    id: Id
    names: Names
    difficulty: Names
    worth: Names


class Scene(Frozen):
    """A way of selling, with its process from first to last step."""

    id: Id
    names: Names
    steps: tuple[SceneStep, ...]

    @model_validator(mode="after")
    def _steps_once(self) -> Scene:
        if len({step.id for step in self.steps}) != len(self.steps):
            raise ValueError("two steps have the same id")
        return self

    def step(self, step_id: str) -> SceneStep | None:
        """The step of this id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)


@lru_cache(maxsize=1)
def scenes() -> dict[str, Scene]:
    """Every scene by id, in the order they are offered."""
    return {scene.id: scene for scene in read_items(FILE, Scene)}
