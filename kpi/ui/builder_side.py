"""One side of a KPI in the guided builder: which rows, what is reckoned of them, which of them count."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from kpi.compile.relations import dimensions
from kpi.errors import KpiError
from kpi.evaluate import KpiQuery
from kpi.evaluate.breakdowns import field_names
from kpi.language import mark
from kpi.model import FieldType, entities
from kpi.narrate import aggregate_name, entity_name
from kpi.narrate.words import value_name
from kpi.semantic.definitions import kpi_from
from kpi.semantic.kpi import Aggregate
from kpi.ui.answers import answer
from kpi.ui.builder_draft import OPERATORS, WITHOUT_VALUE, Condition, Side
from kpi.ui.session import Screen
from kpi.workspace import Table

MOST_VALUES = 300
_OPERATOR_NAMES = {
    "=": mark("is"),
    "<>": mark("is not"),
    "in": mark("is one of"),
    "contains": mark("contains"),
    ">=": mark("at least"),
    "<=": mark("at most"),
    ">": mark("over"),
    "<": mark("under"),
    "is_null": mark("is empty"),
    "is_not_null": mark("is filled in"),
}


def choose_side(screen: Screen, key: str, known: Side | None, label: str) -> Side:
    """Draw one side; `known` is what it opens with."""
    t, tables = screen.t, screen.dataset.tables
    names = sorted(tables, key=lambda name: -tables[name].rows)
    entity = st.selectbox(
        label,
        names,
        index=names.index(known.entity) if known and known.entity in names else 0,
        key=f"{key}.entity",
        format_func=lambda name: f"{entity_name(name, t)} ({t.number(tables[name].rows, 0)})",
    )
    table = tables[entity]
    start = known if known and known.entity == entity else None
    key = f"{key}.{entity}"
    with st.container(horizontal=True):
        aggregate = _choose_aggregate(screen, key, start)
        field = _choose_field(screen, key, table, aggregate, start)
        date = _choose_date(screen, key, table, start)
    conditions = _choose_conditions(screen, key, table, start)
    extra = st.text_input(
        t("Further filter (optional)"),
        value=start.extra if start else "",
        key=f"{key}.extra",
        placeholder="closed_at <= created_at + days(30)",
        help=t("For what the conditions above cannot say. Example: amount > 1000 or region in ('East', 'West')"),
    )
    return Side(entity, aggregate, field, date, conditions, extra)


def number_fields(screen: Screen, entity: str) -> frozenset[str]:
    """The fields of a table whose values are numbers."""
    table = screen.dataset.tables.get(entity)
    return frozenset(column.name for column in table.columns if column.type.is_number) if table else frozenset()


def _namer(screen: Screen, table: Table) -> Callable[[str], str]:
    return lambda name: field_names(screen.dataset, table, name).in_language(screen.t.language)


def _choose_aggregate(screen: Screen, key: str, start: Side | None) -> Aggregate:
    options = [item.value for item in Aggregate]
    chosen = st.selectbox(
        screen.t("Reckon"),
        options,
        index=options.index(start.aggregate.value) if start else 0,
        key=f"{key}.aggregate",
        format_func=lambda name: aggregate_name(Aggregate(name), screen.t),
    )
    return Aggregate(chosen)


def _choose_field(screen: Screen, key: str, table: Table, aggregate: Aggregate, start: Side | None) -> str | None:
    if aggregate is Aggregate.COUNT:
        return None
    fits = [column.name for column in table.columns if aggregate is Aggregate.COUNT_DISTINCT or column.type.is_number]
    if not fits:
        st.caption(screen.t("These rows have no number to reckon with."))
        return None
    return st.selectbox(
        screen.t("Of field"),
        fits,
        index=fits.index(start.field) if start and start.field in fits else 0,
        key=f"{key}.field.{aggregate.value}",
        format_func=_namer(screen, table),
    )


def _choose_date(screen: Screen, key: str, table: Table, start: Side | None) -> str | None:
    times = [column.name for column in table.columns if column.type.is_time]
    if not times:
        return None
    entity = entities().get(table.entity or "")
    usual = start.date if start and start.date else (entity.time if entity else None)
    return st.selectbox(
        screen.t("Dated by"),
        times,
        index=times.index(usual) if usual in times else 0,
        key=f"{key}.date",
        format_func=_namer(screen, table),
        help=screen.t("Which date places a row in a period"),
    )


def _choose_conditions(screen: Screen, key: str, table: Table, start: Side | None) -> tuple[Condition, ...]:
    """The rows of conditions; each can be taken away, and one more can be added."""
    t, state = screen.t, f"{key}.lines"
    known = start.conditions if start else ()
    if state not in st.session_state:
        st.session_state[state] = list(range(len(known)))
    lines: list[int] = st.session_state[state]
    found: list[Condition] = []
    for line in lines:
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}-line-{line}".replace(".", "-")):
            found.append(_condition(screen, f"{key}.{line}", table, known[line] if line < len(known) else None))
            if st.button("✕", key=f"{key}.{line}.drop", help=t("Take this condition away")):
                st.session_state[state] = [other for other in lines if other != line]
                st.rerun()
    if st.button(t("Add a condition"), key=f"{key}.add"):
        st.session_state[state] = [*lines, max([*lines, len(known) - 1], default=-1) + 1]
        st.rerun()
    return tuple(found)


def _condition(screen: Screen, key: str, table: Table, known: Condition | None) -> Condition:
    t = screen.t
    fields = [column.name for column in table.columns]
    fields += [name for name in dimensions(screen.dataset, table) if "." in name]
    if known and known.field not in fields:
        fields.append(known.field)
    field = st.selectbox(
        t("Field"),
        fields,
        index=fields.index(known.field) if known else 0,
        key=f"{key}.field",
        format_func=_namer(screen, table),
    )
    operator = st.selectbox(
        t("Condition"),
        OPERATORS,
        index=OPERATORS.index(known.operator) if known else 0,
        key=f"{key}.operator",
        format_func=lambda name: t(_OPERATOR_NAMES[name]),
    )
    if operator in WITHOUT_VALUE:
        return Condition(field, operator)
    start = known.values if known and known.field == field else ()
    return Condition(field, operator, _choose_value(screen, f"{key}.{field}", table, field, operator, start))


def _choose_value(
    screen: Screen, key: str, table: Table, field: str, operator: str, start: Sequence[str]
) -> tuple[str, ...]:
    """Typed, or chosen among the values that the rows have."""
    t = screen.t
    column = table.column(field)
    if operator == "contains" or (column is not None and (column.type.is_number or column.type.is_time)):
        text = st.text_input(t("Value"), value=start[0] if start else "", key=f"{key}.text")
        return (text,) if text.strip() else ()
    values = list(dict.fromkeys([*start, *_values(screen, table, field)]))

    def show(value: str) -> str:
        return value_name(table.entity or table.name, field, value, t)

    if operator == "in":
        return tuple(
            st.multiselect(
                t("Values"), values, default=list(start), key=f"{key}.values", format_func=show, accept_new_options=True
            )
        )
    chosen = st.selectbox(
        t("Value"),
        values,
        index=values.index(start[0]) if start else None,
        key=f"{key}.value",
        format_func=show,
        accept_new_options=True,
        placeholder=t("Choose or type"),
    )
    return () if chosen is None else (str(chosen),)


def _values(screen: Screen, table: Table, field: str) -> list[str]:
    """The values that a field's rows have, the frequent ones first; none where they cannot be counted."""
    column = table.column(field)
    if column is not None and column.type is FieldType.BOOLEAN:
        return ["true", "false"]
    date = next((item.name for item in table.columns if item.type.is_time), None)
    names = {"en": "rows", "zh": "行数"}
    measure = {"kind": "rows", "entity": table.name, "aggregate": "count", "date": date}
    counting = kpi_from(
        {"id": "rows_here", "names": names, "meaning": names, "unit": "count", "definitions": [{"numerator": measure}]}
    )
    try:
        frame = answer(screen, KpiQuery(counting, dimensions=(field,))).frame
    except KpiError:
        return []  # the value is typed then
    ordered = frame.sort_values("value", ascending=False)[field]
    return [str(value) for value in ordered if value is not None][:MOST_VALUES]
