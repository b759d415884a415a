"""The scorecard: which scene, period and owner, its board, and what the page says about it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from kpi.evaluate import Access, KpiQuery, Result, open_context
from kpi.narrate import (
    board_also,
    board_counts,
    board_headline,
    describe_missing,
    fresh_sentence,
    period_words,
    scene_name,
)
from kpi.scorecard import Board, Fresh, Span, newly_off, read_board
from kpi.scorecard.board import owners_in
from kpi.semantic.scene import scenes
from kpi.ui.answers import answer
from kpi.ui.controls import choose_scope
from kpi.ui.link import choose
from kpi.ui.session import Screen, go_to
from kpi.ui.status import show_status
from kpi.ui.text import plain

PAGE = "scorecard"


@dataclass(frozen=True)
class View:
    """What the sidebar asks for."""

    scene: str
    span: Span
    owner: str | None


def choose_view(screen: Screen) -> View:
    """The controls of the scorecard, in the sidebar."""
    t = screen.t
    with st.sidebar:
        scene = choose(
            st.selectbox,
            t("Scene"),
            tuple(scenes()),
            name="scene",
            key=f"{PAGE}.scene.{screen.workspace.id}",
            t=t,
            default=screen.workspace.scene,
            show=lambda name: scene_name(name, t),
        )
        scope = choose_scope(screen, PAGE, with_all=False, with_compare=True)
        owners = owners_in(scene, screen.context)
        owner = choose(
            st.selectbox,
            t("Owner"),
            ("", *owners),
            name="owner",
            key=f"{PAGE}.owner",
            t=t,
            show=lambda name: name or t("Everybody"),
            help=t("Only the KPIs that this person or team answers for. Owners are set on page KPIs."),
        )
    return View(scene, scope.span, owner or None)


def load_board(screen: Screen, view: View) -> Board:
    """The board of a view; every number in it is computed once per data version."""

    def ask(query: KpiQuery) -> Result:
        return answer(screen, query)

    return read_board(view.scene, view.span, screen.context, ask, owner=view.owner)


def load_fresh(screen: Screen, board: Board) -> tuple[Fresh, ...]:
    """The KPIs that fell off target with the last change of the data."""
    version = screen.dataset.version
    if version < 2:
        return ()
    before = open_context(screen.home, screen.workspace.id, access=Access.everything(), version=version - 1)

    def ask(query: KpiQuery) -> Result:
        return answer(screen, query, before)

    return newly_off(board, before, ask)


def show_headline(screen: Screen, board: Board) -> None:
    """The finding, the next findings, and how many KPIs stand how."""
    t, span = screen.t, board.span
    st.title(plain(board_headline(board, t)))
    if also := board_also(board, t):
        st.markdown(plain(also))
    with st.container(horizontal=True, gap="small"):
        for status, count in board_counts(board, t):
            show_status(status, t, count=count)
    when = period_words(span.period, t)
    if span.partial:
        when = t("{period}, so far (to {day})", period=when, day=t.date(span.passed.last))
    if span.baseline is not None:
        when += " · " + t("compared with {period}", period=period_words(span.baseline, t))
    st.caption(plain(f"{scene_name(board.scene, t)} · {when}"))


def show_fresh(screen: Screen, fresh: tuple[Fresh, ...]) -> None:
    """What fell off target with the last load; nothing when nothing did."""
    if not fresh:
        return
    t = screen.t
    lines = [f"**{t('Newly off target since the last load')}**"]
    lines += [f"- {plain(fresh_sentence(item, t))}" for item in fresh]
    st.warning("\n".join(lines))


def show_dark(screen: Screen, board: Board) -> None:
    """The KPIs that the data cannot answer: which field is missing, and in which file to look."""
    if not board.dark:
        return
    t = screen.t
    label = t.plural("{n} KPI is waiting for data", "{n} KPIs are waiting for data", len(board.dark))
    with st.expander(label, expanded=not board.lines, key=f"{PAGE}.dark"):
        for dark in board.dark:
            name = plain(dark.kpi.names.in_language(t.language))
            missing = describe_missing(dark.kpi, dark.missing, screen.context.definitions.kpis, t)
            st.markdown(f"**{name}**  \n{plain(missing)}")
        if st.button(t("Load a file"), key=f"{PAGE}.load"):
            go_to("data")
