"""Controls that several pages have: period, comparison, breakdown and filter, each kept in the link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from kpi.evaluate import last_whole_month
from kpi.evaluate.breakdowns import Breakdown
from kpi.language import Translator, mark
from kpi.model import entities
from kpi.narrate import compare_name, grain_name, period_words
from kpi.period import Period, TimeGrain
from kpi.scorecard import Compare, Span, offered_periods, parse_period, span_of, write_period
from kpi.ui.link import choose, read_link, write_link
from kpi.ui.session import Screen
from kpi.workspace import Dataset

ALL, DAYS = "all", "days"
MOST_PERIODS = 120
_OWN = {ALL: mark("All data"), DAYS: mark("Other days")}


@dataclass(frozen=True)
class Scope:
    """The period asked for (None: all data) with what it is compared with."""

    period: Period | None
    span: Span


def choose_scope(screen: Screen, page: str, *, with_all: bool, with_compare: bool) -> Scope:
    """Draw the period and comparison controls. `with_all` opens on all data, else it is the last whole month."""
    t, now = screen.t, screen.context.now
    grains = (*((ALL,) if with_all else ()), *(grain.value for grain in _GRAINS), DAYS)
    kind = choose(
        st.segmented_control,
        t("Period"),
        grains,
        name="span",
        key=f"{page}.span",
        t=t,
        default=_kind_in_link() or (ALL if with_all else TimeGrain.MONTH.value),
        show=lambda name: t(_OWN[name]) if name in _OWN else grain_name(TimeGrain(name), t),
        required=True,
    )
    period = None
    if kind == DAYS:
        period = _choose_days(screen, page)
    elif kind != ALL:
        period = _choose_period(screen, page, TimeGrain(kind))
    compare = _choose_compare(page, t) if with_compare else Compare.NONE
    return Scope(
        period, span_of(period or Period(first_day(screen.dataset, now), now + timedelta(days=1)), now, compare)
    )


_GRAINS = (TimeGrain.MONTH, TimeGrain.QUARTER, TimeGrain.YEAR)


def choose_dimension(
    options: Sequence[Breakdown], label: str, name: str, key: str, t: Translator, *, default: str | None = None
) -> Breakdown | None:
    """One breakdown or none."""
    named = {item.name: item for item in options}
    chosen = choose(
        st.selectbox,
        label,
        ("", *named),
        name=name,
        key=key,
        t=t,
        default=default,
        show=lambda item: named[item].names.in_language(t.language) if item in named else t("None"),
    )
    return named.get(chosen)


def type_text(label: str, name: str, key: str, *, placeholder: str = "", help_text: str | None = None) -> str:
    """A line of text, kept in the link."""
    read_link(name, key, lambda text: text)
    text = str(
        st.text_input(label, key=key, placeholder=placeholder, help=help_text, persist_state="session") or ""
    ).strip()
    write_link(name, text or None)
    return text


def only_these(dimension: str, values: Sequence[str | None]) -> str | None:
    """The filter that keeps these values of a dimension, in the language of filters; None keeps all.

    >>> only_these("people.region", ["East", "O'Hara"])
    "people.region in ('East', 'O''Hara')"
    """
    if not values:
        return None
    field = ".".join(part if part.isidentifier() else f"`{part}`" for part in dimension.split("."))
    known = ["'" + value.replace("'", "''") + "'" for value in values if value is not None]
    parts = [f"{field} in ({', '.join(known)})"] if known else []
    if None in values:
        parts.append(f"{field} is null")
    return " or ".join(parts)


def both(*filters: str | None) -> str | None:
    """The filter of rows that satisfy all of these."""
    given = [text for text in filters if text]
    return given[0] if len(given) == 1 else " and ".join(f"({text})" for text in given) or None


def first_day(dataset: Dataset, now: date) -> date:
    """The first day that loaded data speaks of."""
    days = []
    for table in dataset.tables.values():
        entity = entities().get(table.entity or "")
        planned = {field.id for field in entity.fields if field.planned} if entity else set()
        days += [
            earliest
            for column in table.columns
            if column.type.is_time and column.name not in planned and (earliest := table.earliest(column.name))
        ]
    return min([*days, now])


def _choose_period(screen: Screen, page: str, grain: TimeGrain) -> Period:
    t, now = screen.t, screen.context.now
    offered = offered_periods(first_day(screen.dataset, now), now, grain)[:MOST_PERIODS]
    named = {write_period(period): period for period in offered}
    ended = [name for name, period in named.items() if period.end <= now + timedelta(days=1)]

    def show(name: str) -> str:
        words = period_words(named[name], t) if name in named else name
        return words if name in ended else t("{period} (so far)", period=words)

    chosen = choose(
        st.selectbox,
        grain_name(grain, t),
        tuple(named),
        name="period",
        key=f"{page}.{grain.value}",
        t=t,
        default=ended[0] if ended else None,
        show=show,
    )
    return named[chosen]


def _choose_days(screen: Screen, page: str) -> Period:
    key, now = f"{page}.days", screen.context.now
    month = last_whole_month(now)
    read_link("period", key, _days)
    if key not in st.session_state:
        st.session_state[key] = (month.start, month.last)
    days = st.date_input(
        screen.t("From – to"), key=key, max_value=max(now, month.last), format="YYYY-MM-DD", persist_state="session"
    )
    chosen = [day for day in (days if isinstance(days, tuple) else (days,)) if day is not None]
    period = Period(chosen[0], chosen[-1] + timedelta(days=1)) if chosen else month
    write_link("period", f"{period.start.isoformat()}..{period.last.isoformat()}")
    return period


def _days(text: str) -> tuple[date, date] | None:
    period = parse_period(text)
    return (period.start, period.last) if period else None


def _kind_in_link() -> str | None:
    """Which kind of period a link means that names only the period itself."""
    period = parse_period(st.query_params.get("period", ""))
    if period is None:
        return None
    span = span_of(period, period.last, Compare.NONE)
    return span.grain.value if span.grain else DAYS


def _choose_compare(page: str, t: Translator) -> Compare:
    return Compare(
        choose(
            st.selectbox,
            t("Compare with"),
            tuple(item.value for item in Compare),
            name="compare",
            key=f"{page}.compare",
            t=t,
            show=lambda name: compare_name(Compare(name), t),
            help=t("A period that has not ended is compared with equally many days."),
        )
    )
