"""What is there to decide about the data? Issues and gaps of one place together, with what they do to which KPIs.

A *matter* is a column with cells that could not be read, or that rows lack; the lines of a table that were set aside;
or the lines of it that are rightly no rows. It is mended, or accepted as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kpi.compile.doubt import Lack
from kpi.ingest.issues import IssueKind, Scope
from kpi.quality.accepted import AcceptedIssue, IssueKey
from kpi.quality.consequences import Consequence, Effect
from kpi.quality.unread import RIGHTLY_ASIDE
from kpi.semantic.expression import names_in, parse


class Group(StrEnum):
    """What a matter is about."""

    CELLS = "cells"  # that could not be read, in rows that are stored
    GAP = "gap"  # a field that rows lack
    LINES = "lines"  # that were set aside and are missed
    NO_ROWS = "no_rows"  # lines that were set aside rightly: totals, headers, notes, rows that came again
    FILE = "file"


@dataclass(frozen=True)
class Matter:
    """One place. `field` is the stored column, or as a definition names it where there is a gap; None for lines.

    `effects` hold every KPI that rests on it; `accepted` who accepted what of it, empty while some of it is open.
    """

    group: Group
    table: str
    field: str | None
    kinds: tuple[IssueKind, ...]
    effects: tuple[tuple[Consequence, Effect], ...]
    accepted: tuple[AcceptedIssue, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the other matters."""
        lack = self.effects[0][1].lack.value if self.group is Group.GAP else ""
        return ".".join(filter(None, (self.group.value, self.table, self.field, lack)))

    @property
    def keys(self) -> dict[IssueKey, int]:
        """What is accepted with it, each with how many rows there are."""
        found = {IssueKey(kind.table, kind.field, kind.reason): kind.count for kind in self.kinds}
        for _, effect in self.effects:
            found[effect.key] = max(effect.rows, found.get(effect.key, 0))
        return found

    @property
    def count(self) -> int:
        """How many cells or lines did not fit."""
        return sum(kind.count for kind in self.kinds)

    @property
    def more(self) -> int:
        """By how much it has grown since it was accepted."""
        before = {item.key: item.rows for item in self.accepted}
        grown = [rows - (before.get(key) or 0) for key, rows in self.keys.items() if before.get(key) is not None]
        return max([0, *grown])


def matters(
    kinds: Sequence[IssueKind],
    consequences: Iterable[Consequence],
    accepted: Mapping[IssueKey, AcceptedIssue],
) -> list[Matter]:
    """Everything there is to decide: what is open first, what moves most KPIs before the rest, then by count."""
    effects = [(item, effect) for item in consequences for effect in item.effects]
    places: dict[tuple[Group, str, str | None], list[IssueKind]] = {}
    for kind in kinds:
        places.setdefault((_group(kind), kind.table, _field(kind)), []).append(kind)
    told: set[int] = set()
    found = []
    for (group, table, field), members in places.items():
        own = [at for at, (_, effect) in enumerate(effects) if at not in told and _is_about(effect, group, members[0])]
        told.update(own)
        found.append(Matter(group, table, field, tuple(members), tuple(effects[at] for at in own)))
    gaps: dict[tuple[str, str, Lack], list[tuple[Consequence, Effect]]] = {}
    for at, (item, effect) in enumerate(effects):
        if at not in told:
            gaps.setdefault((effect.table, effect.field, effect.lack), []).append((item, effect))
    found += [
        Matter(Group.GAP, table, field or None, (), tuple(members)) for (table, field, _), members in gaps.items()
    ]
    settled = [_with_acceptance(matter, accepted) for matter in found]
    return sorted(settled, key=lambda matter: (bool(matter.accepted), -len(matter.effects), -matter.count))


def _group(kind: IssueKind) -> Group:
    if kind.scope is Scope.LINE:
        return Group.NO_ROWS if kind.reason in RIGHTLY_ASIDE else Group.LINES
    return Group.CELLS if kind.scope is Scope.CELL else Group.FILE


def _field(kind: IssueKind) -> str | None:
    return kind.field or kind.label if kind.scope is Scope.CELL else None


def _is_about(effect: Effect, group: Group, kind: IssueKind) -> bool:
    """Whether issues of this kind are (a part of) what an effect counts."""
    if group is Group.LINES:
        return effect.lack is Lack.SET_ASIDE and effect.table == kind.table
    if group is not Group.CELLS or not effect.field:
        return False
    own = (kind.field,) if effect.table == kind.table else None
    return any(parts in (own, (kind.table, kind.field)) for parts in names_in(parse(effect.field)))


def _with_acceptance(matter: Matter, accepted: Mapping[IssueKey, AcceptedIssue]) -> Matter:
    """The matter with who accepted it, where all of it is accepted."""
    known = [accepted[key] for key in matter.keys if key in accepted]
    whole = known and len(known) == len(matter.keys)
    return replace(matter, accepted=tuple(known)) if whole else matter
