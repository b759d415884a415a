"""What would this load change? Rows new, changed, gone and the same, and the money; shown before anything changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from kpi.ingest import Prepared, SampleRow, TableDiff
from kpi.language import Translator, mark
from kpi.ui.data.found import entity_name, field_name
from kpi.ui.data.modes import MODES
from kpi.ui.session import Screen
from kpi.ui.text import plain

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "changed": mark("changed"),
        "new": mark("new"),
        "gone": mark("gone"),
        "repeated": mark("repeated in the file"),
    }
)
MOST_FIELDS = 8


def show_difference(screen: Screen, prepared: Prepared) -> None:
    """One card per table that held rows already; a line for each that is new."""
    t = screen.t
    st.subheader(t("What this load would change"), anchor=False)
    st.caption(t("Nothing has been changed yet."))
    for diff in prepared.diffs:
        with st.container(border=True, key=f"data-diff-{diff.table}"):
            st.markdown(f"**{plain(_named(diff, t))}** · {t(MODES[diff.mode]) if diff.mode in MODES else diff.mode}")
            _counts(diff, t)
            for words in _remarks(diff, t):
                st.warning(words)
            _fields(diff, t)
            _money(diff, screen)
            _samples(diff, t)


def _named(diff: TableDiff, t: Translator) -> str:
    return entity_name(diff.entity, t) if diff.entity else diff.table


def _counts(diff: TableDiff, t: Translator) -> None:
    figures = {
        t("New rows"): diff.new,
        t("Changed rows"): diff.changed,
        t("Rows gone"): diff.gone,
        t("Unchanged"): diff.same,
        t("Rows before"): diff.before,
        t("Rows after"): diff.after,
    }
    with st.grid("auto", min_column_width=110, gap="small"):
        for label, figure in figures.items():
            st.metric(label, t.number(figure, 0), border=True)


def _remarks(diff: TableDiff, t: Translator) -> list[str]:
    said = []
    if diff.already:
        said.append(
            t.plural(
                "{n} row of this file is there already, word for word, and would count twice.",
                "{n} rows of this file are there already, word for word, and would count twice.",
                diff.already,
            )
        )
    if diff.repeated:
        said.append(
            t.plural(
                "{n} row has a key that a later row of the file has too; the later one is taken.",
                "{n} rows have a key that a later row of the file has too; the later one is taken.",
                diff.repeated,
            )
        )
    if diff.unkeyed:
        said.append(t.plural("{n} row has no key and is added.", "{n} rows have no key and are added.", diff.unkeyed))
    return said


def _fields(diff: TableDiff, t: Translator) -> None:
    if not diff.fields:
        return
    shown = [
        t.plural("{column} in {n} row", "{column} in {n} rows", change.rows, column=_column(diff, change.column, t))
        for change in diff.fields[:MOST_FIELDS]
    ]
    more = len(diff.fields) - MOST_FIELDS
    if more > 0:
        shown.append(t.plural("{n} more column", "{n} more columns", more))
    st.markdown(t("What changes: {parts}.", parts=plain(t.list(shown))))


def _money(diff: TableDiff, screen: Screen) -> None:
    if not diff.money:
        return
    t, currency = screen.t, screen.workspace.currency
    frame = pd.DataFrame(
        [
            {
                "key": change.key,
                "column": _column(diff, change.column, t),
                "before": t.money(change.before, currency),
                "after": t.money(change.after, currency),
            }
            for change in diff.money
        ]
    )
    st.caption(t("The biggest changes in money"))
    titles = {"key": t("Key"), "column": t("Column"), "before": t("Before"), "after": t("After")}
    _table(frame, titles, right=("before", "after"))


def _samples(diff: TableDiff, t: Translator) -> None:
    rows = [line for sample in diff.samples for line in _lines(diff, sample, t)]
    if not rows:
        return
    with st.expander(t("Sample rows"), key=f"data.samples.{diff.table}"):
        titles = {"kind": t("Row"), "key": t("Key"), "column": t("Column"), "before": t("Before"), "after": t("After")}
        _table(pd.DataFrame(rows, columns=list(titles)), titles)


def _lines(diff: TableDiff, sample: SampleRow, t: Translator) -> list[dict[str, str]]:
    """One line per cell that tells: of a changed row those that differ, of any other row its values in one."""
    kind = t(KINDS[sample.kind]) if sample.kind in KINDS else sample.kind
    if sample.kind == "changed":
        return [
            {
                "kind": kind,
                "key": sample.key,
                "column": _column(diff, cell.column, t),
                "before": cell.before or "–",
                "after": cell.after or "–",
            }
            for cell in sample.cells
        ]
    gone = sample.kind == "gone"
    texts = (cell.before if gone else cell.after for cell in sample.cells)
    values = " · ".join(text for text in texts if text)
    before, after = (values, "–") if gone else ("–", values)
    return [{"kind": kind, "key": sample.key, "column": "–", "before": before, "after": after}]


def _table(frame: pd.DataFrame, titles: Mapping[str, str], right: Collection[str] = ()) -> None:
    columns = {
        name: st.column_config.TextColumn(title, alignment="right" if name in right else "left")
        for name, title in titles.items()
    }
    st.dataframe(frame, hide_index=True, width="stretch", column_config=columns)


def _column(diff: TableDiff, column: str, t: Translator) -> str:
    return field_name(diff.entity, column, t)
