"""Why was this guessed? A code and its values; whoever shows them says them in the reader's language.

    of a column     name, synonym {name}, near_name {name}, words {known, of}, pattern {share}, fits {share}, different,
                    empty, renamed {before}, chosen, remembered, taken {column}, own
    of an entity    columns {fed, of}, file_name {word}, column_words {column, known, of}, time {column}, key {column},
                    repeated_key {column}, kpis {count}, loaded, chosen, remembered, similar {same, of}
    of a key        entity_key, together, unique, repeated {share}

Shares are 0-1.
"""

from __future__ import annotations

from kpi.ingest.sniffed import Frozen

Value = str | int | float


class Reason(Frozen):
    """One thing that speaks for a guess, or against it."""

    code: str
    params: tuple[tuple[str, Value], ...] = ()

    @property
    def values(self) -> dict[str, Value]:
        """What the sentence's placeholders stand for."""
        return dict(self.params)


def because(code: str, **values: Value) -> Reason:
    """A reason with its values.

    >>> because("columns", fed=6, of=8).values
    {'fed': 6, 'of': 8}
    """
    return Reason(code=code, params=tuple(values.items()))
