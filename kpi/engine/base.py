"""What every engine promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from sqlglot import exp

from kpi.workspace import Dataset


@dataclass(frozen=True)
class Limits:
    """What one query may use."""

    seconds: float = 120
    memory: str = "4GB"
    threads: int = 2


class Engine(Protocol):
    """Runs read-only queries over the tables of a dataset."""

    def run(self, query: exp.Query, dataset: Dataset, limits: Limits) -> pa.Table:
        """The answer. `EngineError` when it fails or exceeds the limits; the dataset is never changed."""

    def render(self, query: exp.Query) -> str:
        """The SQL that `run` would send, laid out to be read."""
