"""Why was a file mapped so, and what is different from last time? The reasons of a guess, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kpi.ingest.changes import HeaderChanges
from kpi.ingest.reasons import Reason
from kpi.language import Translator, mark

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "name": mark("has the field's name"),
        "synonym": mark("“{name}” is another name for it"),
        "near_name": mark("resembles “{name}”"),
        "words": mark("{known} of {of} different values are known"),
        "pattern": mark("{share} of the values look like it"),
        "fits": mark("{share} of the values fit"),
        "different": mark("every value is different"),
        "empty": mark("holds no values"),
        "renamed": mark("was called “{before}” last time"),
        "chosen": mark("your choice"),
        "remembered": mark("as last time"),
        "taken": mark("“{column}” feeds that field"),
        "own": mark("keeps its own name"),
        "columns": mark("{fed} of {of} columns are known"),
        "file_name": mark("the file's name says “{word}”"),
        "column_words": mark("{known} of {of} values in “{column}” are known"),
        "time": mark("“{column}” says when"),
        "key": mark("“{column}” names each row"),
        "repeated_key": mark("“{column}” holds the same values again and again"),
        "kpis": mark("KPIs it feeds: {count}"),
        "loaded": mark("such rows are loaded already"),
        "similar": mark("{same} of {of} columns are as last time"),
        "entity_key": mark("the key of these rows"),
        "together": mark("tell the first rows apart"),
        "unique": mark("no value stands twice in the rows looked at"),
        "repeated": mark("{share} of the values stand there more than once"),
    }
)


def reason_words(reason: Reason, t: Translator) -> str:
    """One reason as part of a sentence; shares are per cents."""
    said = {
        name: t.percent(value, 0) if name == "share" and not isinstance(value, str) else value
        for name, value in reason.values.items()
    }
    return t(_REASONS[reason.code], **said)


def why(reasons: Sequence[Reason], t: Translator) -> str:
    """Every reason in one line."""
    return " · ".join(reason_words(reason, t) for reason in reasons)


def change_sentences(changes: HeaderChanges, t: Translator) -> list[str]:
    """What is different from the header of the file before, a sentence each."""
    sentences = []
    if changes.added:
        sentences.append(t("New columns: {names}.", names=t.list(list(changes.added))))
    if changes.gone:
        sentences.append(t("No longer there: {names}.", names=t.list(list(changes.gone))))
    if changes.renamed:
        pairs = [f"{pair.before} → {pair.after}" for pair in changes.renamed]
        sentences.append(t("Renamed: {names}.", names=t.list(pairs)))
    return sentences
