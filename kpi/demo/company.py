"""What is a demo company? What happened to it, who answers for which KPI, and which files its systems export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pandas as pd

from kpi.model import Names


@dataclass(frozen=True)
class Goal:
    """Who answers for a KPI (a person or team in the data), and what it should reach each month in the currency.

    Without `monthly`, the KPI's own target from the catalogue stands.
    """

    owner: str
    monthly: Decimal | None = None

    @property
    def annual(self) -> Decimal | None:
        """The target of a whole year: twelve equal months."""
        return None if self.monthly is None else self.monthly * 12


@dataclass(frozen=True)
class Company:
    """One fictional company, a workspace of its own. `fix_on` is the day from which its improvement works.

    `files` names each export and the entity that its rows are; `targets` are keyed by KPI id. `reads` names, for KPIs
    that have several definitions whose fields are all loaded, the entity whose definition is the right one here; `note`
    says why.
    """

    id: str
    names: Names
    scene: str
    currency: str
    time_zone: str
    story: Names
    fix_on: date
    files: Mapping[str, str]
    targets: Mapping[str, Goal]
    reads: Mapping[str, str] = field(default_factory=dict)
    note: Names | None = None


@dataclass(frozen=True)
class Export:
    """One file as a system would write it: headers as columns, times as datetime64, days named in `days`."""

    file: str
    frame: pd.DataFrame
    days: frozenset[str] = field(default_factory=frozenset)
    encoding: str = "utf-8"
