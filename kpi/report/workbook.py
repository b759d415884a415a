"""Scorecard and funnel as workbooks: the figures, what they mean, what they rest on, and the SQL that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.chart import segment_label
from kpi.funnel import Funnel, FunnelStep, Segment
from kpi.language import Translator
from kpi.narrate import (
    board_also,
    board_headline,
    describe_definition,
    describe_missing,
    describe_target,
    funnel_also,
    funnel_headline,
    funnel_subtitle,
    layer_name,
    period_words,
    rests_on,
    scene_name,
    status_name,
)
from kpi.period import Period
from kpi.report.sheet import Book, Typed
from kpi.scorecard import Board, Line
from kpi.semantic.kpi import Kpi
from kpi.semantic.scene import scenes

_CELL = 32_000  # a spreadsheet cell holds 32,767 signs


def scorecard_workbook(board: Board, kpis: Mapping[str, Kpi], currency: str, t: Translator) -> bytes:
    """The scorecard, its trends, definitions with SQL, and the KPIs that could not be computed."""
    book = Book(currency, t)
    book.sheet(
        t("Scorecard"),
        board_headline(board, t),
        [note for note in (board_also(board, t), _about(board, t)) if note],
        [
            t("Step"),
            t("KPI"),
            t("Value"),
            t("Target"),
            t("Gap"),
            t("Status"),
            t("Compared with"),
            t("Change"),
            t("N / D"),
            t("Owner"),
            t("Layer"),
        ],
        [_line(board, line, t) for line in board.worst_first],
    )
    book.sheet(
        t("Trend"),
        t("Trend"),
        [t("* marks a period that has not ended.")],
        [t("KPI"), t("Period from"), t("Value"), ""],
        [
            (
                line.kpi.names.in_language(t.language),
                point.start,
                Typed(point.value, line.kpi.unit.value),
                "*" if point.partial else "",
            )
            for line in board.lines
            for point in line.trend
        ],
    )
    book.sheet(
        t("Definitions"),
        t("What each KPI means"),
        [],
        [t("KPI"), "ID", t("Meaning"), t("Definition"), t("Target"), t("Caution"), "SQL"],
        [_definition(line, kpis, currency, t) for line in board.lines],
    )
    if board.dark:
        book.sheet(
            t("Not computed"),
            t("KPIs that the loaded data cannot answer"),
            [],
            [t("KPI"), t("What is missing")],
            [
                (dark.kpi.names.in_language(t.language), describe_missing(dark.kpi, dark.missing, kpis, t))
                for dark in board.dark
            ],
        )
    return book.save()


def funnel_workbook(
    funnel: Funnel,
    asked: Period | None,
    t: Translator,
    *,
    dimension: str | None = None,
    segments: Sequence[Segment] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """The funnel, its segments, and the SQL. `dimension` is the breakdown's name as people know it."""
    book = Book(funnel.currency, t)
    heads = [
        t("Step"),
        t("Records"),
        t("Of the step before"),
        t("Of all that entered"),
        t("Lost"),
        t("Amount"),
        t("Amount lost"),
    ]
    small_print = [text for text in (funnel_also(funnel, t), funnel_subtitle(funnel, asked, t), *notes) if text]
    small_print += [warning.in_language(t.language) for warning in funnel.warnings]
    book.sheet(t("Funnel"), funnel_headline(funnel, t), small_print, heads, [_step(step, t) for step in funnel.steps])
    if segments:
        book.sheet(
            t("Segments"),
            t("By {dimension}", dimension=dimension or ""),
            [],
            [dimension or t("Segment"), *heads],
            [(segment_label(segment.value, t), *_step(step, t)) for segment in segments for step in segment.steps],
        )
    book.sheet("SQL", t("The question as it was asked"), [], ["SQL"], [(line,) for line in funnel.sql.splitlines()])
    return book.save()


def _about(board: Board, t: Translator) -> str:
    span = board.span
    text = f"{scene_name(board.scene, t)} · {period_words(span.period, t)}"
    if span.partial:
        text += t(" (so far, to {day})", day=t.date(span.passed.last))
    if span.baseline is not None:
        text += " · " + t("compared with {period}", period=period_words(span.baseline, t))
    return text


def _line(board: Board, line: Line, t: Translator) -> tuple[Any, ...]:
    unit, found = line.kpi.unit.value, line.standing
    step = next((place.step for place in line.kpi.places if place.scene == board.scene), None)
    named = scenes()[board.scene].step(step) if step else None
    return (
        named.names.in_language(t.language) if named else "",
        line.kpi.names.in_language(t.language),
        Typed(found.value, unit),
        Typed(found.target, unit),
        Typed(found.gap, unit),
        status_name(found.status, t),
        Typed(line.baseline, unit),
        Typed(line.change, unit),
        rests_on(line, t),
        line.kpi.owner or "",
        layer_name(line.kpi.layer, t),
    )


def _definition(line: Line, kpis: Mapping[str, Kpi], currency: str, t: Translator) -> tuple[str, ...]:
    caution = "\n".join(warning.in_language(t.language) for warning in line.standing.warnings)
    return (
        line.kpi.names.in_language(t.language),
        line.kpi.id,
        line.kpi.meaning.in_language(t.language),
        describe_definition(line.kpi, line.definition, kpis, t).sentence,
        describe_target(line.kpi, t, currency),
        caution,
        line.standing.sql[:_CELL],
    )


def _step(step: FunnelStep, t: Translator) -> tuple[Any, ...]:
    return (
        step.names.in_language(t.language),
        Typed(step.count, "count"),
        Typed(step.step_rate, "rate"),
        Typed(step.overall_rate, "rate"),
        Typed(step.lost, "count"),
        Typed(step.amount, "money"),
        Typed(step.lost_amount, "money"),
    )
