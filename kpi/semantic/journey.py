"""What a journey is: the steps that a lead, buyer or account goes through. A funnel is the drawing of one.

A journey lists its *sources* in order of preference; the first whose data is loaded is the one in force. Four shapes:

- *one row per record* (stage-date columns, conditions): every step has the source's own `entity` and `key`
- *events*: the same entity holds many rows per key; steps are told apart by `where`
- *one table per step*: steps name their own `entity` and `key`
- *totals*: steps sum a column of daily totals (`total`); nobody is followed from step to step
"""

from __future__ import annotations

from pydantic import field_validator, model_validator

from kpi.model.entity import Frozen, Names
from kpi.semantic.expression import parse
from kpi.semantic.kpi import Id


class Step(Frozen):
    """One step. A record is in it when a row satisfies `where`, at the time `at` (none: when is unknown).

    A step whose fields are not loaded is left out, and said so, unless fewer than two are left.
    """

    id: Id
    names: Names
    entity: str | None = None  # default: the source's
    key: str | None = None  # default: the source's
    where: str | None = None
    at: str | None = None
    total: str | None = None

    @field_validator("where", "total")
    @classmethod
    def _parses(cls, text: str | None) -> str | None:
        if text is not None:
            parse(text)
        return text


class Source(Frozen):
    """One way to follow the journey through loaded data.

    `ordered`: step k counts when its time is not before that of step k−1, from each record's first entry on.
    Unordered: step k counts records that are in every step up to k. `within_days` is measured from the first step;
    exactly that long is still within. `amount` is the money of a record, a row value of the first step's entity.
    `needs` names fields of `entity` without which this source is not used: what tells a rich export from a plain one.
    """

    id: Id
    entity: str
    key: str | None = None
    date: str | None = None  # places a record in a period; default: the first step's `at`
    ordered: bool = False
    within_days: float | None = None
    amount: str | None = None
    needs: tuple[str, ...] = ()
    caution: Names | None = None
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _meant(self) -> Source:
        if len(self.steps) < 2:
            raise ValueError("a journey needs at least two steps")
        if len({step.id for step in self.steps}) != len(self.steps):
            raise ValueError("two steps have the same id")
        totals = [step.total is not None for step in self.steps]
        if any(totals) and not all(totals):
            raise ValueError("either every step is a total or none is")
        if not any(totals) and self.key is None and not all(step.key for step in self.steps):
            raise ValueError("a key is needed: by what is a record known from step to step?")
        if self.ordered and not all(step.at for step in self.steps):
            raise ValueError("an ordered journey needs a time (`at`) on every step")
        return self

    @property
    def is_totals(self) -> bool:
        """Whether the steps are sums of daily totals."""
        return self.steps[0].total is not None


class Journey(Frozen):
    """The steps of a scene, and the ways to find them in data."""

    id: Id
    names: Names
    scene: str | None = None
    sources: tuple[Source, ...]
