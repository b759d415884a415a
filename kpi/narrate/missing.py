"""Why does a KPI stay dark? Which field is missing, and in which file to look for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi.evaluate import Missing
from kpi.language import Translator
from kpi.model import entities
from kpi.narrate.words import entity_name, field_name
from kpi.semantic.kpi import Kpi


def describe_missing(kpi: Kpi, missing: Sequence[Missing], kpis: Mapping[str, Kpi], t: Translator) -> str:
    """One or two sentences: what is needed, where it is usually found."""
    needed = t("Needs {fields}.", fields=missing_fields(missing, kpis, t))
    if kpi.find_in is None:
        return needed
    return needed + t(" Look in: {place}.", place=kpi.find_in.in_language(t.language))


def missing_fields(missing: Sequence[Missing], kpis: Mapping[str, Kpi], t: Translator) -> str:
    """The missing fields by name, those of one entity together."""
    shown: list[str] = []
    for item in missing:
        if item.entity in kpis and item.entity not in entities():
            name = kpis[item.entity].names.in_language(t.language)
            shown.append(t("a target for {kpi}", kpi=name) if item.field == "target" else name)
        elif item.field is None:
            shown.append(t("a file with {rows}", rows=entity_name(item.entity, t)))
        else:
            field = field_name(item.entity, item.field, t)
            shown.append(t("{field} in {rows}", field=f"“{field}”", rows=entity_name(item.entity, t)))
    return t.list(list(dict.fromkeys(shown)))
