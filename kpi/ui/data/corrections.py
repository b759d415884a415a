"""Corrections of spelling: the table of what suggests itself, to be approved, and the list of what is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

import pandas as pd
import streamlit as st

from kpi.evaluate import Context
from kpi.language import Translator, mark
from kpi.quality import Correction, Join, Proposal, approve, propose_corrections, read_corrections, withdraw
from kpi.quality.near import Likeness
from kpi.ui.data.found import entity_name, field_name
from kpi.ui.data.repair import Repair, is_time_to_save, show_refusal, start_repair
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.jobs import Job
from kpi.ui.session import Screen
from kpi.ui.text import plain
from kpi.workspace import Document, Home

NAME = "corrections"  # under which the session knows that these are being applied
MOST_PROPOSED = 200
GRID_ROW_PIXELS = 35
_LIKENESS: Mapping[Likeness, str] = MappingProxyType(
    {
        Likeness.SPELLING: mark("only blanks, signs or case differ"),
        Likeness.LETTERS: mark("a letter or two differ"),
    }
)


def offer_corrections(screen: Screen, joins: Sequence[Join], repair: Repair) -> None:
    """The correction table; what differs in nothing but blanks, signs or case is ticked beforehand."""
    t = screen.t
    proposals = propose_corrections(joins, read_corrections(screen.home, screen.workspace.id))[:MOST_PROPOSED]
    if not proposals:
        return
    with st.container(border=True, key="data-corrections"):
        st.markdown(f"**{t('Probably the same, spelt differently')}**")
        st.caption(
            t(
                "What you approve is corrected in the loaded rows, and in every file to come. "
                "It can be undone under Loads."
            )
        )
        show_refusal(screen, repair, NAME)
        edited = st.data_editor(
            _grid(screen, proposals),
            key=f"data.corrections.{screen.dataset.version}.{repair.drawn}",
            hide_index=True,
            width="stretch",
            height=GRID_ROW_PIXELS * (min(len(proposals), 10) + 1) + 3,
            disabled=["wrong", "rows", "place", "why"],
            column_config={
                "take": st.column_config.CheckboxColumn(t("Correct"), width="small"),
                "wrong": st.column_config.TextColumn(t("Spelt")),
                "right": st.column_config.TextColumn(t("Meant"), required=True),
                "rows": st.column_config.TextColumn(t("Rows"), alignment="right", width="small"),
                "place": st.column_config.TextColumn(t("Table and column")),
                "why": st.column_config.TextColumn(t("Because")),
            },
        )
        chosen = _chosen(proposals, edited)
        reason = st.text_input(t("Why (kept with the change)"), key="data.corrections.why", max_chars=300)
        approve_ = t.plural("Correct {n} spelling", "Correct {n} spellings", len(chosen))
        busy = repair.job is not None
        clicked = st.button(approve_, key="data.corrections.approve", type="primary", disabled=not chosen or busy)
        if is_time_to_save(screen, NAME, clicked=clicked):
            work = partial(_approve, screen.home, screen.context, chosen, reason, t)
            start_repair(screen, NAME, t("Correcting"), work)


def list_corrections(screen: Screen) -> None:
    """The corrections in force, each with who approved it and why, and the way to let the spelling stand again."""
    t = screen.t
    known = read_corrections(screen.home, screen.workspace.id)
    if not known:
        return
    st.markdown(f"**{t('Corrections in force')}**")
    for item, document in known.items():
        with st.container(border=True, key=f"data-correction-{item.name.rsplit('.', 1)[-1]}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                words, buttons = st.container(), st.container(width="content")
            with words:
                st.markdown(f"{plain(item.wrong)} → **{plain(item.right)}**")
                st.caption(plain(" · ".join(_facts(screen, item, document))))
            with buttons:
                if st.button(t("Withdraw"), key=f"data.withdraw.{item.name}", type="tertiary"):
                    open_dialog(f"withdraw.{item.name}")
    for item in known:
        title = t("Let this spelling stand again?")
        show_dialog(f"withdraw.{item.name}", title, partial(_withdraw, screen, item), t)


def _grid(screen: Screen, proposals: Sequence[Proposal]) -> pd.DataFrame:
    t = screen.t
    return pd.DataFrame(
        [
            {
                "take": item.likeness is Likeness.SPELLING,
                "wrong": item.correction.wrong,
                "right": item.correction.right,
                "rows": t.number(item.rows, 0),
                "place": _place(screen, item.correction),
                "why": t(_LIKENESS[item.likeness]),
            }
            for item in proposals
        ]
    )


def _chosen(proposals: Sequence[Proposal], edited: pd.DataFrame) -> list[Correction]:
    """The ticked corrections, with what the reader says is meant."""
    return [
        Correction(item.correction.table, item.correction.column, item.correction.wrong, str(right))
        for item, take, right in zip(proposals, edited["take"], edited["right"], strict=True)
        if take and right
    ]


def _place(screen: Screen, item: Correction) -> str:
    t, table = screen.t, screen.dataset.tables.get(item.table)
    kind = table.entity if table else None
    return f"{entity_name(kind, t) if kind else item.table} · {field_name(kind, item.column, t)}"


def _facts(screen: Screen, item: Correction, document: Document) -> list[str]:
    t = screen.t
    moment = t.moment(document.saved_at, screen.workspace.time_zone)
    said = t("approved by {author}, {moment}", author=document.author, moment=moment)
    return [part for part in (_place(screen, item), said, document.reason) if part]


def _withdraw(screen: Screen, item: Correction) -> None:
    t = screen.t
    st.markdown(
        t(
            "In files to come, **{spelling}** stays as it is. Rows that were corrected stay so "
            "until that load is undone under Loads.",
            spelling=plain(item.wrong),
        )
    )
    if st.button(t("Withdraw it"), key="data.withdraw_do", type="primary"):
        withdraw(screen.home, screen.workspace.id, item, author="local")
        close_dialog()
        st.rerun()


def _approve(
    home: Home, context: Context, chosen: Sequence[Correction], reason: str, t: Translator, job: Job[str]
) -> str:
    applied = approve(home, context.workspace, chosen, context, author="local", reason=reason.strip())
    rows = sum(item.rows for item in applied)
    return t.plural(
        "{n} row corrected. Under Loads it can be undone.", "{n} rows corrected. Under Loads it can be undone.", rows
    )
