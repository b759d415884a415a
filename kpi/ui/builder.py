"""The guided builder: a KPI without code, with its value on the user's own data while it is made."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi.chart import draw_trend
from kpi.errors import KpiError
from kpi.evaluate import KpiQuery, choose, last_whole_month
from kpi.evaluate.series import series
from kpi.language import mark
from kpi.narrate import describe_definition, period_words
from kpi.period import TimeGrain
from kpi.semantic.definitions import kpi_from, save_kpi, save_settings
from kpi.semantic.kpi import Kpi
from kpi.ui.answers import answer
from kpi.ui.builder_about import About, choose_about
from kpi.ui.builder_draft import FORMULA, KEPT, MEASURE, RATIO, Draft, Side, can_build, draft_of, id_from
from kpi.ui.builder_side import choose_side, number_fields
from kpi.ui.charts import show_chart
from kpi.ui.errors import show_error
from kpi.ui.kpis import COPY, EDIT, jump_to
from kpi.ui.session import Screen
from kpi.ui.text import plain

_WAYS = {
    MEASURE: mark("One number"),
    RATIO: mark("A ratio: numerator ÷ denominator"),
    FORMULA: mark("A formula over KPIs"),
    KEPT: mark("As it is"),
}
MONTHS = 13
_PREVIEW = "preview"  # the id of a KPI that has no name yet


def show_builder(screen: Screen, kpi: Kpi | None, mode: str) -> None:
    """Make a KPI, edit one, or make one from a copy."""
    t = screen.t
    titles = {EDIT: t("Edit KPI"), COPY: t("Copy KPI")}
    st.title(titles.get(mode, t("New KPI")))
    if st.button(t("Back without saving"), key="builder.back", type="tertiary"):
        jump_to(kpi.id if kpi else None)
    key = f"builder.{mode}.{kpi.id if kpi else 'new'}"
    made, beside = st.columns([3, 2], gap="large")
    with made:
        draft = _choose_draft(screen, key, kpi)
        about = choose_about(screen, key, kpi, mode, draft)
    with beside:
        found = _preview(screen, draft, about, kpi)
        _save_button(screen, kpi, mode, about, found)


def _choose_draft(screen: Screen, key: str, kpi: Kpi | None) -> Draft:
    t = screen.t
    known = _known(screen, kpi)
    way = st.segmented_control(
        t("What kind of KPI is it?"),
        tuple(name for name in _WAYS if name != KEPT or (known is not None and known.way == KEPT)),
        default=known.way if known else MEASURE,
        key=f"{key}.way",
        format_func=lambda name: t(_WAYS[name]),
        required=True,
    )
    if way == KEPT:
        st.caption(
            t("This definition holds more than the fields below can say. It is kept unless you choose another kind.")
        )
        return Draft(KEPT)
    if way == FORMULA:
        return Draft(FORMULA, formula=_choose_formula(screen, key, known))
    first = t("Numerator: rows of") if way == RATIO else t("Rows of")
    numerator = choose_side(screen, f"{key}.numerator", known.numerator if known else None, first)
    if way == MEASURE:
        return Draft(MEASURE, numerator)
    st.divider()
    start = known.denominator if known and known.denominator else numerator
    return Draft(RATIO, numerator, choose_side(screen, f"{key}.denominator", start, t("Denominator: rows of")))


def _known(screen: Screen, kpi: Kpi | None) -> Draft | None:
    if kpi is None:
        return None
    found = choose(kpi, screen.dataset, screen.context.definitions.kpis).definition
    definition = found or kpi.definitions[0]
    return draft_of(definition) if can_build(definition) else Draft(KEPT)


def _choose_formula(screen: Screen, key: str, known: Draft | None) -> str:
    t, kpis = screen.t, screen.context.definitions.kpis
    formula = st.text_input(
        t("Formula"),
        value=known.formula if known else "",
        key=f"{key}.formula",
        placeholder="revenue / customers",
        help=t("KPIs by their id, numbers, + − * / and brackets."),
    )
    look = st.selectbox(
        t("Look up the id of a KPI"),
        list(kpis),
        index=None,
        key=f"{key}.lookup",
        format_func=lambda name: f"{kpis[name].names.in_language(t.language)} · {name}",
        placeholder=t("Type a name"),
    )
    if look:
        st.code(look, language=None)
    return formula.strip()


def _preview(screen: Screen, draft: Draft, about: About, kpi: Kpi | None) -> Kpi | None:
    """The value on the data that is loaded, or what is wrong so far."""
    t = screen.t
    with st.container(border=True, key="builder-preview"):
        st.markdown(f"**{t('On your data')}**")
        if draft.way == FORMULA and not draft.formula:
            st.caption(t("Write a formula to see its value."))
            return None
        try:
            made = kpi_from(_body(screen, draft, about, kpi))
            _show_preview(screen, made)
        except KpiError as error:
            show_error(error, t)
            return None
    return made


def _show_preview(screen: Screen, made: Kpi) -> None:
    t, now = screen.t, screen.context.now
    month = last_whole_month(now)
    whole, last = (answer(screen, KpiQuery(made, period)) for period in (None, month))
    with st.grid(2, min_column_width=120):
        for label, result in ((t("All data"), whole), (period_words(month, t), last)):
            value = t.value(result.frame.iloc[0]["value"], made.unit.value, result.currency)
            st.metric(plain(label), plain(value))
    row = whole.frame.iloc[0]
    if row["denominator"] is not None:
        sides = zip((row["numerator"], row["denominator"]), whole.units[-3:-1], strict=True)
        shown = [t.value(side, unit, whole.currency) for side, unit in sides]
        st.caption(plain(t("N/D {sides}", sides=" / ".join(shown))))
    points = series(answer(screen, KpiQuery(made, grain=TimeGrain.MONTH)))[-MONTHS:]
    if len(points) > 1:
        drawing = draw_trend(
            points, made.unit.value, whole.currency, TimeGrain.MONTH, t, screen.theme, title="", height=140
        )
        show_chart(drawing, "builder.trend", heading=False)
    definition = choose(made, screen.dataset, screen.context.definitions.kpis).definition or made.definitions[0]
    words = describe_definition(made, definition, screen.context.definitions.kpis, t)
    st.caption(plain(words.sentence))


def _save_button(screen: Screen, kpi: Kpi | None, mode: str, about: About, found: Kpi | None) -> None:
    t, definitions = screen.t, screen.context.definitions
    named = about.names[t.language] != t("New KPI")
    if kpi is not None and mode == EDIT and kpi.id not in definitions.own:
        st.caption(t("This changes the ready-made definition in this workspace only."))
    if not named:
        st.caption(t("Give the KPI a name to save it."))
    if st.button(t("Save KPI"), key="builder.save", type="primary", disabled=found is None or not named) and found:
        kpi_id = kpi.id if kpi is not None and mode == EDIT else id_from(about.names["en"], definitions.kpis)
        saved = found.model_copy(update={"id": kpi_id})
        save_kpi(screen.home, screen.workspace.id, saved)
        save_settings(
            screen.home,
            screen.workspace.id,
            kpi_id,
            target=saved.target,
            owner=saved.owner,
            layer=saved.layer,
            archived=kpi.archived if kpi is not None and mode == EDIT else False,
        )
        st.toast(t("Saved."))
        jump_to(kpi_id)


def _body(screen: Screen, draft: Draft, about: About, kpi: Kpi | None) -> dict[str, Any]:
    """The KPI as plain values."""
    if draft.way == KEPT and kpi is not None:
        definitions = [item.model_dump(mode="json") for item in kpi.definitions]
    elif draft.numerator is None:
        definitions = [{"formula": draft.formula}]
    else:
        definitions = [{"numerator": _side(screen, draft.numerator)}]
        if draft.denominator is not None:
            definitions[0]["denominator"] = _side(screen, draft.denominator)
    return {
        "id": _PREVIEW,
        "names": dict(about.names),
        "meaning": dict(about.meaning),
        "unit": about.unit.value,
        "direction": about.direction.value,
        "layer": about.layer.value,
        "places": [dict(place) for place in about.places],
        "owner": about.owner,
        "target": dict(about.target) if about.target else None,
        "definitions": definitions,
        "find_in": kpi.find_in.model_dump() if kpi is not None and kpi.find_in is not None else None,
    }


def _side(screen: Screen, side: Side) -> dict[str, Any]:
    return side.body(number_fields(screen, side.entity))
