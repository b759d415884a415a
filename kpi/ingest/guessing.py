"""Which entity do a table's rows belong to, and which column feeds which field? With a score (0-1) and reasons.

An entity is considered only when the columns that make it what it is are there (its `signature`): a table with a user
and a day is not yet an order. Among those, the share of columns it explains decides, rare names counting more than
common ones, with a bonus for its key, its time, the words of its categories and a word of the file's name. Of several
that are nearly as good, the one that feeds most of the catalogue's KPIs is preferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.ingest.columns import Fed, feeds
from kpi.ingest.mapped import MappedColumn, bound, named, own_table, unbound
from kpi.ingest.mapping import CLOSE, ColumnMapping, Guess
from kpi.ingest.memory import most_similar, recall, source_names
from kpi.ingest.names import commonness, find_fields, plain
from kpi.ingest.needs import fed_kpis
from kpi.ingest.reasons import Reason, because
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.model import Entity, entities
from kpi.workspace import Dataset, Home, find_mapping, list_mappings

LEAST = 0.35  # score below which a table stays one of its own
REPEATED_KEY = 0.5
FEW_REPEATS = 0.1  # share of repeated keys that is still an untidy export of what has one row each
KEY_BONUS, TIME_BONUS, FILE_BONUS, LOADED_BONUS, WORDS_BONUS, KPI_BONUS = 0.12, 0.08, 0.22, 0.02, 0.02, 0.03


def guess(
    sniffed: Sniffed, dataset: Dataset | None = None, remembered: Mapping[str, Any] | None = None
) -> ColumnMapping:
    """The best mapping for a table; what `dataset` holds breaks ties.

    One remembered for this header, or for one that is like it, wins; then `changes` says what is different.
    """
    fed = feeds(sniffed)
    ranked = _rank(sniffed, fed, frozenset(dataset.tables) if dataset is not None else frozenset())
    best = ranked[0] if ranked and ranked[0].score >= LEAST else None
    entity_id = best.entity if best else None
    made = ColumnMapping(
        sniffed=sniffed,
        entity=entity_id,
        table=entity_id or own_table(sniffed),
        columns=_assign(sniffed, entity_id, fed),
        score=best.score if best else 0.0,
        reasons=best.reasons if best else (),
        guesses=tuple(item for item in ranked if item.score >= LEAST),
    )
    if remembered is not None and (recalled := recall(remembered, made)):
        return recalled
    return made


def guess_all(home: Home, dataset: Dataset, tables: Sequence[Sniffed]) -> list[ColumnMapping]:
    """The best mapping for each table, with what the workspace remembers of these headers, or of similar ones."""
    memories = list_mappings(home, dataset.workspace) if tables else []
    known: dict[str, Mapping[str, Any] | None] = {}
    for table in tables:
        if table.fingerprint not in known:
            exact = find_mapping(home, dataset.workspace, table.fingerprint)
            known[table.fingerprint] = exact or most_similar(table, memories)
    return [guess(table, dataset, known[table.fingerprint]) for table in tables]


def assign(sniffed: Sniffed, entity_id: str | None) -> tuple[MappedColumn, ...]:
    """Every column of the table under one entity: the best column feeds each field, the others keep their own names."""
    return _assign(sniffed, entity_id, feeds(sniffed) if entity_id else {})


def _assign(sniffed: Sniffed, entity_id: str | None, fed: Mapping[str, Fed]) -> tuple[MappedColumn, ...]:
    best = fed.get(entity_id, {}) if entity_id else {}
    by_column = {candidate.at: candidate for candidate in best.values()}
    sources = source_names(sniffed)
    columns = []
    for at, found in enumerate(sniffed.columns):
        if not found.name and not found.evidence.filled:
            continue  # an empty column without a name: what a trailing delimiter leaves behind
        blank = MappedColumn(at=at, source=sources[at], name="", field=None, type=found.type, reading=found.reading)
        field = entities()[entity_id].field(by_column[at].field) if entity_id and at in by_column else None
        if field is not None:
            score = round(min(1.0, by_column[at].strength), 3)
            columns.append(bound(found, blank, field.id, field.type, score, by_column[at].reasons))
        else:
            columns.append(unbound(found, blank, _taken(found.name, entity_id, best, sources)))
    return named(tuple(columns), entity_id)


def _taken(name: str, entity_id: str | None, best: Fed, sources: Sequence[str]) -> tuple[Reason, ...]:
    """Why a column feeds nothing whose name means a field: another column feeds it."""
    for match in find_fields(name) if name and entity_id else ():
        if match.entity == entity_id and match.field in best:
            return (because("taken", column=sources[best[match.field].at]),)
    return ()


def _rank(sniffed: Sniffed, fed: Mapping[str, Fed], loaded: frozenset[str]) -> list[Guess]:
    """Every entity that the table may be, best first."""
    filled = [column.name for column in sniffed.columns if column.name]
    weights = {name: 1 / max(1, commonness(name)) ** 0.5 for name in filled}
    whole = sum(weights.values()) or 1.0
    file_words = plain(sniffed.name.rsplit("/", 1)[-1]) + plain(sniffed.sheet or "")
    ranked = []
    for entity in entities().values():
        best = fed.get(entity.id, {})
        if best and all(any(field in best for field in group) for group in entity.signature):
            share = sum(item.strength * weights.get(sniffed.columns[item.at].name, 1.0) for item in best.values())
            if made := _scored(sniffed, entity, best, min(1.0, share / whole), file_words, entity.id in loaded):
                ranked.append(made)
    return _by_kpis(sorted(ranked, key=lambda item: -item.score), fed)


def _scored(sniffed: Sniffed, entity: Entity, best: Fed, share: float, file_words: str, loaded: bool) -> Guess | None:
    """How surely the rows are this entity's, and why; None where a key repeats that cannot."""
    reasons = [because("columns", fed=len(best), of=sum(bool(column.name) for column in sniffed.columns))]
    hint, word = max(((_hint(word, file_words), word) for word in (entity.id, *entity.synonyms)), key=lambda x: x[0])
    score = 0.62 * share + hint * FILE_BONUS
    if hint:
        reasons.append(because("file_name", word=word))
    words = [(reason, best[field]) for field in best for reason in best[field].reasons if reason.code == "words"]
    for reason, candidate in words[:1]:
        score += WORDS_BONUS * float(reason.values["known"]) / float(reason.values["of"])
        reasons.append(because("column_words", column=sniffed.columns[candidate.at].name, **reason.values))
    score += KEY_BONUS * (entity.key in best or entity.key is None) + TIME_BONUS * (entity.time in best)
    if entity.time in best:
        reasons.append(because("time", column=sniffed.columns[best[entity.time].at].name))
    score += LOADED_BONUS * loaded
    if loaded:
        reasons.append(because("loaded"))
    key = sniffed.columns[best[entity.key].at] if entity.key in best else None
    evidence = key.evidence if key else Evidence()
    if entity.one_row_each and evidence.repeated > FEW_REPEATS * evidence.filled:
        return None
    if key is not None:
        reasons.append(because("repeated_key" if _repeats(evidence) else "key", column=key.name))
    if _repeats(evidence):
        score *= REPEATED_KEY  # rows that share a key are another entity's: lines of an order, members of a team
    return Guess(entity=entity.id, score=round(min(1.0, score), 3), columns=len(best), reasons=tuple(reasons))


def _by_kpis(ranked: list[Guess], fed: Mapping[str, Fed]) -> list[Guess]:
    """Those that are nearly as good as the first, by what they feed; the catalogue is not asked where one is ahead."""
    close = [item for item in ranked if ranked[0].score - item.score < CLOSE and item.score >= LEAST]
    if len(close) < 2:
        return ranked
    counts = {item.entity: len(fed_kpis(item.entity, fed[item.entity].keys())) for item in close}
    most = max(counts.values()) or 1
    weighed = [
        item.model_copy(
            update={
                "score": round(min(1.0, item.score + KPI_BONUS * counts[item.entity] / most), 3),
                "reasons": (*item.reasons, because("kpis", count=counts[item.entity])),
            }
        )
        for item in close
    ]
    return sorted([*weighed, *ranked[len(close) :]], key=lambda item: -item.score)


def _repeats(evidence: Evidence) -> bool:
    """Whether most values of a column stand in it more than once."""
    return evidence.filled >= 10 and evidence.repeated > 0.33 * evidence.filled


def _hint(word: str, file_words: str) -> float:
    """How much of a hint a synonym in the file's name is: longer words tell more."""
    key = plain(word)
    if len(key) < (2 if not key.isascii() else 4) or key not in file_words:
        return 0.0
    return min(1.0, 0.6 + len(key) / 30 if key.isascii() else 0.6 + len(key) / 10)
