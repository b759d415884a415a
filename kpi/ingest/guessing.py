"""Which entity do a table's rows belong to, and which column feeds which field?

An entity is considered only when the columns that make it what it is are there (`SIGNATURES`): a table with a user
and a day is not yet an order. Among those, the share of columns it explains decides, rare names counting more than
common ones, with a bonus for its key, its time and a word of the file's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kpi.ingest.evidence import LIKELY, fits, fits_name
from kpi.ingest.mapping import ColumnMapping, Guess, MappedColumn, bound, named, own_table, unbound
from kpi.ingest.names import NameMatch, commonness, find_fields, plain
from kpi.ingest.sniffed import Evidence, Sniffed
from kpi.model import Entity, Field, FieldType, entities
from kpi.workspace import Dataset

LEAST = 0.35  # score below which a table stays one of its own
NAMED = 0.9  # strength of a match from which the column has the field's own name or a synonym of it
REPEATED_KEY = 0.5
ONE_ROW_EACH = frozenset({"people", "products", "accounts"})  # what their key identifies has one row
FEW_REPEATS = 0.1  # share of repeated keys that is still an untidy export of such rows
KEY_BONUS, TIME_BONUS, FILE_BONUS, LOADED_BONUS = 0.12, 0.08, 0.22, 0.02

# Of every group at least one field must be fed.
SIGNATURES: dict[str, tuple[frozenset[str], ...]] = {
    entity: tuple(frozenset(group.split("|")) for group in groups.split())
    for entity, groups in {
        "leads": "lead_id|contact|company created_at status|source|channel|contact|company|phone",
        "opportunities": "opportunity_id|name stage|status|closed_at amount|closed_at|created_at|owner",
        "stage_history": "opportunity_id entered_at stage",
        "activities": "happened_at|planned_at kind|purpose|contact_role|decision_maker|finished|automatic "
        "lead_id|opportunity_id|account|owner",
        "quotes": "quote_id quoted_at|status amount|status|version",
        "receivables": "due_at|due_amount paid_at|paid_amount|due_amount|invoiced_at",
        "events": "occurred_at event|page visitor|session|customer",
        "orders": "order_id|customer ordered_at amount|paid_amount|quantity|customer",
        "order_lines": "order_id product|description quantity|amount|unit_price",
        "payments": "paid_at amount payment_id|method|kind",
        "stock": "quantity product|store date",
        "products": "product price|unit_cost|category|series|brand|launched_at",
        "accounts": "account industry|segment|size|region|country|plan|created_at|employees|revenue|churned|channel",
        "signups": "signed_up_at account|user",
        "subscriptions": "started_at mrr|plan|is_trial|billing account|subscription_id",
        "usage": "used_at account|user|subscription_id feature|count|key_action|duration_seconds",
        "tickets": "ticket_id opened_at",
        "people": "person team|manager|region|role|hired_at|email",
        "campaign_spend": "spend date|campaign|channel",
        "promotions": "promotion starts_at",
        "surveys": "score sent_at|answered_at survey_id|account|kind",
        "referrals": "referrer|referral_id referred_at|status|account",
        "ideas": "title|idea_id submitted_at person|team",
        "peer_scores": "score rater|person scored_at|rater",
        "channel_day": "date visitors|order_buyers|paying_buyers|door_visitors|stock_quantity "
        "door_visitors|product_viewers|cart_buyers|order_buyers|paying_buyers|orders|paid_amount|order_amount",
    }.items()
}


def guess(
    sniffed: Sniffed, dataset: Dataset | None = None, remembered: Mapping[str, Any] | None = None
) -> ColumnMapping:
    """The best mapping for a table. One remembered for the same header wins; what `dataset` holds breaks ties."""
    ranked = _rank(sniffed, frozenset(dataset.tables) if dataset is not None else frozenset())
    best = ranked[0] if ranked and ranked[0].score >= LEAST else None
    entity_id = best.entity if best else None
    made = ColumnMapping(
        sniffed=sniffed,
        entity=entity_id,
        table=entity_id or own_table(sniffed),
        columns=assign(sniffed, entity_id),
        score=best.score if best else 0.0,
        reason=best.reason if best else "",
        guesses=tuple(item for item in ranked if item.score >= LEAST),
    )
    if remembered is not None and (recalled := ColumnMapping.recall(sniffed, remembered, made)):
        return recalled
    return made


def assign(sniffed: Sniffed, entity_id: str | None) -> tuple[MappedColumn, ...]:
    """Every column of the table under one entity: the best column feeds each field, the others keep their own names."""
    best = _best_columns(sniffed, entities()[entity_id]) if entity_id else {}
    by_column = {at: (field, strength) for field, (at, strength) in best.items()}
    columns = []
    for at, found in enumerate(sniffed.columns):
        if not found.name and not found.evidence.filled:
            continue  # an empty column without a name: what a trailing delimiter leaves behind
        blank = MappedColumn(
            at=at, source=_source(sniffed, at), name="", field=None, type=found.type, reading=found.reading
        )
        if at in by_column and entity_id:
            field, strength = by_column[at]
            kind = _field(entity_id, field).type
            columns.append(
                bound(found, blank, field, kind, round(strength, 3), "name" if strength > NAMED else "near_name")
            )
        else:
            columns.append(unbound(found, blank))
    return named(tuple(columns), entity_id)


def _source(sniffed: Sniffed, at: int) -> str:
    """A column's name in the file, made unique: a second `Amount` is called `Amount (2)`."""
    name = sniffed.columns[at].name or f"column {at + 1}"
    before = sum((column.name or "") == sniffed.columns[at].name for column in sniffed.columns[:at])
    return f"{name} ({before + 1})" if before and sniffed.columns[at].name else name


@lru_cache(maxsize=4096)
def _field(entity_id: str, field_id: str) -> Field:
    found = entities()[entity_id].field(field_id)
    if found is None:
        raise KeyError(field_id)
    return found


def _best_columns(sniffed: Sniffed, entity: Entity) -> dict[str, tuple[int, float]]:
    """For every field of the entity that some column can feed: the column and how surely."""
    candidates = []
    for at, found in enumerate(sniffed.columns):
        if not found.name:
            continue
        for match in find_fields(found.name):
            if match.entity != entity.id:
                continue
            field = _field(entity.id, match.field)
            share = fits(field.type, found.evidence)
            if share >= LIKELY or (match.strength > NAMED and fits_name(field.type, found.evidence)):
                candidates.append(
                    (_strength(match, field, found.name, share, bool(found.evidence.filled)), at, match.field)
                )
    best: dict[str, tuple[int, float]] = {}
    used: set[int] = set()
    for strength, at, field_id in sorted(candidates, key=lambda item: (-item[0], item[1])):
        if field_id not in best and at not in used:
            best[field_id] = (at, strength)
            used.add(at)
    return best


def _strength(match: NameMatch, field: Field, name: str, share: float, filled: bool) -> float:
    """A little is added where an id field meets a column that is called an id, and taken from an empty column."""
    is_id = field.type is FieldType.ID and plain(name).endswith(("id", "编号", "单号", "no", "code"))
    return match.strength * share + (0.03 if is_id else 0.0) - (0.0 if filled else 0.2)


def _rank(sniffed: Sniffed, loaded: frozenset[str]) -> list[Guess]:
    """Every entity that the table may be, best first."""
    filled = [column for column in sniffed.columns if column.name]
    weights = {column.name: 1 / max(1, commonness(column.name)) ** 0.5 for column in filled}
    whole = sum(weights.values()) or 1.0
    file_words = plain(sniffed.name.rsplit("/", 1)[-1]) + plain(sniffed.sheet or "")
    ranked = []
    for entity in entities().values():
        best = _best_columns(sniffed, entity)
        if not all(group & best.keys() for group in SIGNATURES.get(entity.id, ())):
            continue
        share = sum(strength * weights[sniffed.columns[at].name] for at, strength in best.values()) / whole
        word = max((_hint(word, file_words) for word in (entity.id, *entity.synonyms)), default=0.0)
        score = 0.62 * min(1.0, share) + word * FILE_BONUS
        score += KEY_BONUS * (entity.key in best or entity.key is None) + TIME_BONUS * (entity.time in best)
        score += LOADED_BONUS * (entity.id in loaded)
        key = sniffed.columns[best[entity.key][0]].evidence if entity.key in best else Evidence()
        if entity.id in ONE_ROW_EACH and key.repeated > FEW_REPEATS * key.filled:
            continue
        if _repeats(key):
            score *= REPEATED_KEY  # rows that share a key are another entity's: lines of an order, members of a team
        reason = f"{len(best)} of {len(filled)} columns" + (", file name" if word else "")
        ranked.append(Guess(entity=entity.id, score=round(min(1.0, score), 3), columns=len(best), reason=reason))
    return sorted(ranked, key=lambda item: -item.score)


def _repeats(evidence: Evidence) -> bool:
    """Whether most values of a column stand in it more than once."""
    return evidence.filled >= 10 and evidence.repeated > 0.33 * evidence.filled


def _hint(word: str, file_words: str) -> float:
    """How much of a hint a synonym in the file's name is: longer words tell more."""
    key = plain(word)
    if len(key) < (2 if not key.isascii() else 4) or key not in file_words:
        return 0.0
    return min(1.0, 0.6 + len(key) / 30 if key.isascii() else 0.6 + len(key) / 10)
