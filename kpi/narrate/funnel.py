"""A funnel in sentences: where most is lost, how a step developed, which segment does worst."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.evaluate.series import Point
from kpi.funnel import FEW, Funnel, FunnelStep, Segment
from kpi.language import Translator
from kpi.narrate.words import period_words
from kpi.period import Period, TimeGrain, whole
from kpi.scorecard import differ


def funnel_headline(funnel: Funnel, t: Translator) -> str:
    """Where most records are lost, with the money where it is known; small funnels are not judged."""
    if funnel.entered == 0:
        return t("Nobody entered in this period.")
    last = funnel.steps[-1]
    if funnel.entered < FEW:
        return t("Only {n} entered: too few to tell where they are lost.", n=funnel.entered)
    worst = funnel.biggest_loss
    if worst is None:
        return t("Nothing is lost: all {n} reached {step}.", n=funnel.entered, step=_name(last, t))
    before = funnel.before(worst.id)
    text = t(
        "Most are lost before {step}: {lost} of {n} ({share}).",
        step=_name(worst, t),
        lost=t.number(worst.lost, 0),
        n=t.number(before.count if before else 0, 0),
        share=t.percent(1 - (worst.step_rate or 0.0)),
    )
    if worst.lost_amount:
        text += t(" That is {amount}.", amount=t.money(worst.lost_amount, funnel.currency, compact=True))
    return text


def funnel_also(funnel: Funnel, t: Translator) -> str:
    """The step that fewest pass, where that is another than the one before which most are lost; else empty."""
    worst, weakest = funnel.biggest_loss, funnel.weakest
    if worst is None or weakest is None or weakest.id == worst.id or funnel.entered < FEW:
        return ""
    return t(
        "The weakest step is {step}: only {rate} get there.", step=_name(weakest, t), rate=t.percent(weakest.step_rate)
    )


def funnel_subtitle(funnel: Funnel, asked: Period | None, t: Translator) -> str:
    """What is drawn: who entered when, and how many came through."""
    when = t("all data") if asked is None else period_words(asked, t)
    last = funnel.steps[-1]
    return t(
        "Records that entered in: {period}. {count} of {n} reached {step} ({rate}).",
        period=when,
        count=t.number(last.count, 0),
        n=t.number(funnel.entered, 0),
        step=_name(last, t),
        rate=t.percent(last.overall_rate),
    ) + t(" Those still under way count as lost so far.")


def step_headline(funnel: Funnel, step: FunnelStep, t: Translator) -> str:
    """One step: how many reached it and how many were lost before it."""
    before = funnel.before(step.id)
    if before is None:
        return t("{n} records entered.", n=step.count)
    return t(
        "{count} of {n} reached {step} ({rate}); {lost} did not.",
        count=t.number(step.count, 0),
        n=t.number(before.count, 0),
        step=_name(step, t),
        rate=t.percent(step.step_rate),
        lost=t.number(step.lost, 0),
    )


def trend_headline(step: FunnelStep, points: Sequence[Point], grain: TimeGrain, t: Translator) -> str:
    """The step's last two whole periods with their n; with too few records, that they are too few."""
    ended = [point for point in points if not point.partial and point.value is not None]
    name = _name(step, t)
    if len(ended) < 2:
        return t("{step} over time", step=name)
    before, last = (_point_words(point, step, grain, t) for point in ended[-2:])
    text = t("{step}: {last}, after {before}", step=name, last=last, before=before)
    return text if step.position == 1 else text + _doubt(ended[-2], ended[-1], t)


def _doubt(one: Point, other: Point, t: Translator) -> str:
    """What to add to two rates that may not differ; nothing where they do."""
    sizes = [float(point.n or 0) for point in (one, other)]
    if min(sizes) < FEW:
        return t(": too few to tell")
    hits = [float(point.value or 0) * size for point, size in zip((one, other), sizes, strict=True)]
    return "" if differ(hits[0], sizes[0], hits[1], sizes[1]) else t(": could be chance")


def _point_words(point: Point, step: FunnelStep, grain: TimeGrain, t: Translator) -> str:
    when = whole(point.start, grain)
    named = when.label(grain) if grain is TimeGrain.WEEK else period_words(when, t)
    if step.position == 1:
        return t("{value} in {period}", value=t.number(point.value, 0), period=named)
    return t("{value} of {n} in {period}", value=t.percent(point.value), n=t.number(point.n, 0), period=named)


def segment_headline(segments: Sequence[Segment], step: FunnelStep, t: Translator) -> str:
    """Best and worst segment at a step, of those that enough records could reach."""
    rated = [(segment, segment.rate(step.id)) for segment in segments]
    judged = [(segment, rate) for segment, rate in rated if rate.value is not None and float(rate.n or 0) >= FEW]
    name = _name(step, t)
    if step.position == 1 or len(judged) < 2:
        return t("{step} by segment", step=name)
    judged.sort(key=lambda item: float(item[1].value or 0))
    (worst, low), (best, high) = judged[0], judged[-1]
    text = t(
        "{step}: {best} is ahead with {high}, {worst} last with {low}",
        step=name,
        best=best.value or t("(none)"),
        high=t.percent(high.value),
        worst=worst.value or t("(none)"),
        low=t.percent(low.value),
    )
    return text + _doubt(low, high, t)


def _name(step: FunnelStep, t: Translator) -> str:
    return step.names.in_language(t.language)
