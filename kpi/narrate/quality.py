"""What do missing fields, and keys that do not meet, mean? In one sentence each."""

from __future__ import annotations

from kpi.compile.doubt import Lack
from kpi.language import Translator
from kpi.narrate.words import entity_name, field_name
from kpi.quality import Consequence, Effect, Join, Range
from kpi.semantic.expression import names_in, parse


def effect_sentence(consequence: Consequence, effect: Effect, t: Translator) -> str:
    """How many rows lack what, and between which values the KPI lies for it."""
    return (
        cause_words(effect, t)
        + t(": {outcome}.", outcome=_outcome(consequence, effect, t))
        + _alike(consequence, effect, t)
    )


def outcome_sentence(consequence: Consequence, effect: Effect, t: Translator) -> str:
    """Between which values the KPI lies for it, where how many rows lack what has been said already."""
    return t("{outcome}.", outcome=_outcome(consequence, effect, t)) + _alike(consequence, effect, t)


def _alike(consequence: Consequence, effect: Effect, t: Translator) -> str:
    """Where the KPI would be if what is missing were like the rest; nothing where that says nothing."""
    alike = effect.if_alike
    if alike is None or alike.low is None or alike.high is None:
        return ""
    return t(
        " Were they like the others, it would be between {low} and {high}.",
        low=_value(consequence, alike.low, t),
        high=_value(consequence, alike.high, t),
    )


def cause_words(effect: Effect, t: Translator) -> str:
    """How many rows of how many lack what."""
    rows, of = t.number(effect.rows, 0), t.number(effect.of, 0)
    what = entity_name(effect.table, t)
    if effect.lack is Lack.SET_ASIDE:
        return t("{rows} of {of} lines of {what} set aside", rows=rows, of=of, what=what)
    field = field_words(effect, t)
    if effect.lack is Lack.UNREADABLE:
        return t("{rows} of {of} {what} with an unreadable “{field}”", rows=rows, of=of, what=what, field=field)
    if effect.lack is Lack.UNDATED:
        return t("{rows} of {of} {what} without “{field}”", rows=rows, of=of, what=what, field=field)
    return t("{rows} of {of} {what} counted without “{field}”", rows=rows, of=of, what=what, field=field)


def range_words(consequence: Consequence, found: Range | None, t: Translator) -> str:
    """Between which values the KPI lies."""
    kpi = consequence.kpi.names.in_language(t.language)
    if found is None or (found.low is None and found.high is None):
        return t("how far that moves {kpi} cannot be told", kpi=kpi)
    if found.low is None or found.high is None:
        if found.low is not None:
            return t("{kpi} is at least {low}", kpi=kpi, low=_value(consequence, found.low, t))
        return t("{kpi} is at most {high}", kpi=kpi, high=_value(consequence, found.high, t))
    low, high = _value(consequence, found.low, t), _value(consequence, found.high, t)
    if low == high:  # or as good as
        return t("{kpi} stays {value} either way", kpi=kpi, value=low)
    if not found.safe:
        return t("{kpi} is roughly between {low} and {high}", kpi=kpi, low=low, high=high)
    return t("{kpi} is between {low} and {high}", kpi=kpi, low=low, high=high)


def join_sentence(join: Join, t: Translator) -> str:
    """How many rows find their counterpart, how many keys are named, and whether the join would double sums."""
    source, target = entity_name(join.pair.source, t), entity_name(join.pair.target, t)
    told = t(
        "{rate} of {source} find their “{field}” in {target}; {back} of these are named.",
        rate=t.percent(join.match.forward_rate),
        source=source,
        field=field_name(join.pair.source, join.pair.column, t),
        target=target,
        back=t.percent(join.match.backward_rate),
    )
    if join.doubles:
        told += t(
            " {keys} keys stand there more than once, so only one row of each is taken.",
            keys=t.number(join.match.repeated_keys, 0),
        )
    return told


def _outcome(consequence: Consequence, effect: Effect, t: Translator) -> str:
    if effect.lack in (Lack.SET_ASIDE, Lack.NO_VALUE) and effect.range is None:
        kpi = consequence.kpi.names.in_language(t.language)
        return t("{kpi} leaves them out, and how far they would move it cannot be told", kpi=kpi)
    if effect.lack is Lack.UNREADABLE:
        kpi = consequence.kpi.names.in_language(t.language)
        return t("{kpi} takes them as not having come to that", kpi=kpi)
    return range_words(consequence, effect.range, t)


def field_words(effect: Effect, t: Translator) -> str:
    """What the field that rows lack is called; all of them where several make one value."""
    names = [".".join(parts) for parts in names_in(parse(effect.field))]
    return t.list([field_name(effect.table, name, t) for name in names] or [effect.field])


def _value(consequence: Consequence, value: object, t: Translator) -> str:
    return t.value(value, consequence.kpi.unit.value, consequence.currency)  # type: ignore[arg-type]
