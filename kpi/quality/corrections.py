"""Which keys should be spelt otherwise? Proposed from near matches, approved by a person, applied to what is loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kpi.errors import QueryError
from kpi.evaluate import Context
from kpi.evaluate.joins import row_ids
from kpi.ingest.corrections import APPROVED, CORRECTABLE, KIND, Correction, read_corrections
from kpi.ingest.edits import Edit, edit_rows
from kpi.quality.joins import Join
from kpi.quality.near import Likeness
from kpi.workspace import Home, read_documents, save_document

WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Proposal:
    """A correction that suggests itself: how many rows it would change, and what speaks for it."""

    correction: Correction
    rows: int
    likeness: Likeness


@dataclass(frozen=True)
class Applied:
    """An approved correction, and how many loaded rows it changed."""

    correction: Correction
    rows: int


def propose_corrections(joins: Iterable[Join], known: Collection[Correction] = ()) -> list[Proposal]:
    """The corrections that would make unmatched keys meet, those with most rows first; what is `known` is left out."""
    taken = {(item.table, item.column, item.wrong) for item in known}
    found: dict[tuple[str, str, str], list[Proposal]] = {}
    for join in joins:
        for item in join.unmatched:
            place = (join.pair.source, join.pair.column, item.key)
            if item.near is not None and place not in taken:
                made = Proposal(Correction(*place, item.near.key), item.rows, item.near.likeness)
                found.setdefault(place, []).append(made)
    clear = [made[0] for made in found.values() if len({item.correction.right for item in made}) == 1]
    return sorted(clear, key=lambda made: (-made.rows, made.correction.name))


def approve(
    home: Home,
    workspace: str,
    corrections: Sequence[Correction],
    context: Context,
    *,
    author: str = "local",
    reason: str = "",
) -> list[Applied]:
    """Put corrections in force, for the rows that are loaded and for every file to come.

    The rows of a table are changed in one load, which can be undone; the corrections then still hold for later files
    until they are withdrawn. `QueryError` for a column that is not there or holds no names.
    """
    edits: dict[str, list[Edit]] = {}
    applied = []
    for item in corrections:
        _check(item, context)
        ids = row_ids(item.table, item.column, item.wrong, context)
        edits.setdefault(item.table, []).extend(Edit(row_id, item.column, item.right) for row_id in ids)
        applied.append(Applied(item, len(ids)))
    for table, of_table in edits.items():
        if of_table:
            edit_rows(home, workspace, table, of_table, author=author, reason=reason)
    for item in corrections:
        _save(home, workspace, item, APPROVED, author, reason)
    return applied


def withdraw(home: Home, workspace: str, correction: Correction, *, author: str = "local", reason: str = "") -> None:
    """Let a spelling stand again in files to come; rows that were corrected stay so until that load is undone."""
    if correction not in read_corrections(home, workspace):
        raise QueryError(
            "not_corrected",
            f"{correction.wrong!r} is not corrected in {correction.table}.{correction.column}.",
            found=correction.wrong,
            place=f"{correction.table}.{correction.column}",
        )
    _save(home, workspace, correction, WITHDRAWN, author, reason)


def _check(correction: Correction, context: Context) -> None:
    table = context.dataset.tables.get(correction.table)
    stored = table.column(correction.column) if table else None
    if stored is not None and stored.type not in CORRECTABLE:
        raise QueryError(
            "not_correctable",
            f"{correction.table}.{correction.column} holds no names or words.",
            remedy="Edit its cells instead.",
            found=correction.column,
            place=f"{correction.table}.{correction.column}",
        )
    if correction.wrong == correction.right or not correction.right.strip():
        raise QueryError(
            "empty_correction",
            f"{correction.wrong!r} is to become what it is, or nothing.",
            remedy="Say which spelling is the right one.",
            found=correction.wrong,
        )


def _save(home: Home, workspace: str, item: Correction, state: str, author: str, reason: str) -> None:
    known = read_documents(home, workspace, KIND).get(item.name)
    revision = known.revision if known else 0
    save_document(home, workspace, KIND, item.name, item.to_body(state), after=revision, author=author, reason=reason)
