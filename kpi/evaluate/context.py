"""Who asks, of which data and definitions, and as of when: the frozen context that every question needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from kpi.engine import DuckDBEngine, Engine, Limits
from kpi.model import entities
from kpi.semantic.definitions import Definitions, read_definitions
from kpi.settings import load_settings
from kpi.workspace import Dataset, Home, get_workspace, read_dataset


@dataclass(frozen=True)
class Access:
    """Which rows the asker may see. `everything()` says so out loud where there is no sign-in."""

    sees_everything: bool

    @classmethod
    def everything(cls) -> Access:
        """No row is hidden."""
        return cls(sees_everything=True)


@dataclass(frozen=True)
class Context:
    """What an answer depends on besides the question. `now` is the last day the data reaches, unless set."""

    workspace: str
    dataset: Dataset
    definitions: Definitions
    access: Access
    now: date
    time_zone: str
    engine: Engine
    limits: Limits

    @property
    def key(self) -> tuple[str, int, int, date, Access]:
        """What tells two contexts apart: equal keys and questions have equal answers."""
        return self.workspace, self.dataset.version, self.definitions.revision, self.now, self.access


@lru_cache(maxsize=1)
def default_engine() -> Engine:
    """The engine that this process shares."""
    return DuckDBEngine()


def open_context(
    home: Home,
    workspace: str,
    *,
    access: Access,
    version: int | None = None,
    now: date | None = None,
    engine: Engine | None = None,
) -> Context:
    """The context of a workspace as it is now, or with its data as of an earlier version."""
    settings = load_settings()
    dataset = read_dataset(home, workspace, version)
    return Context(
        workspace=workspace,
        dataset=dataset,
        definitions=read_definitions(home, workspace),
        access=access,
        now=now or newest_day(dataset) or datetime.now(UTC).date(),
        time_zone=get_workspace(home, workspace).time_zone,
        engine=engine or default_engine(),
        limits=Limits(settings.query_seconds, settings.query_memory, settings.threads),
    )


def newest_day(dataset: Dataset, today: date | None = None) -> date | None:
    """The last day that loaded data speaks of: planned dates and dates in the real future do not count."""
    limit = today or datetime.now(UTC).date()
    days = []
    for table in dataset.tables.values():
        entity = entities().get(table.entity or "")
        planned = {field.id for field in entity.fields if field.planned} if entity else set()
        days += [
            min(latest, limit)
            for column in table.columns
            if column.type.is_time and column.name not in planned and (latest := table.latest(column.name))
        ]
    return max(days, default=None)
