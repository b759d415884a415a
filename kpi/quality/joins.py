"""How do the loaded tables meet? Match rates both ways, the keys that find nothing, and what they were meant to be."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.compile.joins import JoinPair, join_pairs
from kpi.evaluate import Context
from kpi.evaluate.joins import Match, keys_of, match_keys, unmatched_keys
from kpi.quality.near import Near, near_keys

MOST_UNMATCHED = 5_000
MOST_KEYS = 500_000
LIKELY = 0.5


@dataclass(frozen=True)
class Unmatched:
    """A key that the other table does not have: how many rows name it, and the key that is probably meant."""

    key: str
    rows: int
    near: Near | None


@dataclass(frozen=True)
class Join:
    """One join between two loaded tables."""

    pair: JoinPair
    match: Match
    unmatched: tuple[Unmatched, ...]

    @property
    def doubles(self) -> bool:
        """Whether a row could find several rows: such a join is not used as it is, since it would count sums twice."""
        return self.match.repeated_keys > 0


def read_joins(context: Context, *, limit: int = MOST_UNMATCHED) -> list[Join]:
    """Every declared join between loaded tables, and those by columns of the same name that share half their keys.

    `limit` bounds the unmatched keys that are listed, those with most rows first.
    """
    found = []
    for pair in join_pairs(context.dataset):
        match = match_keys(pair, context)
        join = Join(pair, match, _unmatched(pair, match, context, limit))
        if pair.declared or _is_likely(join):
            found.append(join)
    return found


def _is_likely(join: Join) -> bool:
    """Whether columns that only share a name share enough values too, misspelt ones included."""
    meeting = join.match.matched_keys + sum(item.near is not None for item in join.unmatched)
    return meeting >= LIKELY * min(join.match.source_keys, join.match.target_keys) > 0


def _unmatched(pair: JoinPair, match: Match, context: Context, limit: int) -> tuple[Unmatched, ...]:
    if match.matched_keys == match.source_keys:
        return ()
    keys = unmatched_keys(pair, context, limit)
    near = near_keys([key for key, _ in keys], keys_of(pair.target, pair.key, context, MOST_KEYS))
    return tuple(Unmatched(key, rows, near.get(key)) for key, rows in keys)
