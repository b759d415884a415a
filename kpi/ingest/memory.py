"""How was a file like this mapped before? The same header again, or one that has changed a little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kpi.ingest.changes import HeaderChanges, compare, is_similar
from kpi.ingest.evidence import AMBIGUOUS, ORDERS, fits_name
from kpi.ingest.mapped import MappedColumn, bound, named, unbound
from kpi.ingest.names import plain
from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Sniffed
from kpi.model import Entity, entities
from kpi.workspace import Home, list_mappings

if TYPE_CHECKING:
    from kpi.ingest.mapping import ColumnMapping

WORTH_A_LOOK = 0.4  # share of names that two headers must have in common before renamed ones are looked for

Memory = Mapping[str, Any]


def find_similar_mapping(home: Home, workspace: str, sniffed: Sniffed) -> Memory | None:
    """What is remembered of the header most like this file's, where one is like enough; of equals, the last used."""
    return most_similar(sniffed, list_mappings(home, workspace))


def most_similar(sniffed: Sniffed, memories: Iterable[Memory]) -> Memory | None:
    """The memory whose header is most like this file's, of equals the first; None where none is like enough."""
    names = source_names(sniffed)
    letters = {plain(name) for name in names}
    best: tuple[float, Memory | None] = (0.0, None)
    for memory in memories:
        known = memory.get("columns", {})
        if len(letters & {plain(name) for name in known}) < WORTH_A_LOOK * max(len(known), len(names)):
            continue
        changes = compare(known, names, memory.get("entity"))
        if is_similar(changes) and changes.likeness > best[0]:
            best = (changes.likeness, memory)
    return best[1]


def source_names(sniffed: Sniffed) -> list[str]:
    """The columns' names in the file, made unique: a second `Amount` is called `Amount (2)`."""
    counts: dict[str, int] = {}
    names = []
    for at, column in enumerate(sniffed.columns):
        counts[column.name] = counts.get(column.name, 0) + 1
        again = counts[column.name] > 1 and column.name
        names.append(f"{column.name} ({counts[column.name]})" if again else column.name or f"column {at + 1}")
    return names


def recall(memory: Memory, base: ColumnMapping) -> ColumnMapping | None:
    """The remembered mapping on this file, where its header is the same or similar; `base` is what is guessed anew.

    Columns that the memory does not know are mapped as guessed, as far as their field is free.
    """
    from kpi.ingest.guessing import assign

    entity_id = memory.get("entity")
    if entity_id is not None and entity_id not in entities():
        return None
    known = memory.get("columns", {})
    changes = compare(known, [column.source for column in base.columns], entity_id)
    if not changes.is_none and not is_similar(changes):
        return None
    names = {pair.after: pair.before for pair in changes.renamed}
    sure = {pair.after: pair.score for pair in changes.renamed}
    kind = entities()[entity_id] if entity_id else None
    taken = {said["field"] for name, said in known.items() if name not in changes.gone and said.get("field")}
    columns: list[MappedColumn] = []
    for column in assign(base.sniffed, entity_id):
        before = names.get(column.source, column.source)
        if before in known:
            made = _recalled(base.sniffed, column, known[before], kind, before)
            columns.append(made.model_copy(update={"score": sure.get(column.source, 1.0)}) if made.field else made)
        elif column.field in taken:
            columns.append(_free(base.sniffed, column))
        else:
            columns.append(column)
    return base.model_copy(
        update={
            "entity": entity_id,
            "table": memory["table"],
            "columns": _under_old_names(named(tuple(columns), entity_id), known, names),
            "score": round(changes.likeness, 3),
            "reasons": _reasons(changes),
            "answered": frozenset({"entity", "single_column"}),
            "remembered": changes.is_none,
            "changes": None if changes.is_none else changes,
        }
    )


def _recalled(sniffed: Sniffed, column: MappedColumn, said: Memory, kind: Entity | None, before: str) -> MappedColumn:
    """The column as it was mapped; one that has another name now feeds its field only where its values fit it."""
    found = sniffed.columns[column.at]
    field = kind.field(said["field"]) if kind and said.get("field") else None
    why = because("remembered") if before == column.source else because("renamed", before=before)
    if field is not None and (before == column.source or fits_name(field.type, found.evidence)):
        words = tuple((said.get("words") or {}).items())
        made = bound(found, column, field.id, field.type, 1.0, (why,), words)
    else:
        made = unbound(found, column, (why,))
    if made.reading == AMBIGUOUS and said["reading"] in ORDERS:
        made = made.model_copy(update={"reading": said["reading"]})
    return made


def _under_old_names(
    columns: tuple[MappedColumn, ...], known: Mapping[str, Memory], names: Mapping[str, str]
) -> tuple[MappedColumn, ...]:
    """A column of one's own that has another name now is stored where it was, beside the rows of earlier files."""
    taken = {column.name for column in columns}
    made = []
    for column in columns:
        old = known[names[column.source]]["name"] if column.field is None and column.source in names else column.name
        if old != column.name and old not in taken:
            taken.add(old)
            column = column.model_copy(update={"name": old})
        made.append(column)
    return tuple(made)


def _free(sniffed: Sniffed, column: MappedColumn) -> MappedColumn:
    return unbound(sniffed.columns[column.at], column)


def _reasons(changes: HeaderChanges) -> tuple[Reason, ...]:
    if changes.is_none:
        return (because("remembered"),)
    kept = changes.same + len(changes.renamed)
    return (because("similar", same=kept, of=kept + max(len(changes.added), len(changes.gone))),)
