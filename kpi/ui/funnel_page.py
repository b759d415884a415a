"""The page that B2B, B2C and SaaS share: one journey from first step to last."""

from __future__ import annotations

from kpi.ui.empty import show_empty
from kpi.ui.funnel import can_follow, choose_view, show_funnel
from kpi.ui.funnel_detail import show_downloads, show_segments, show_step_records, show_steps, show_trend
from kpi.ui.session import Screen


def show_journey(screen: Screen, journey: str) -> None:
    """Draw the page of a journey, or what to do where its data is not there."""
    if not screen.dataset.tables:
        show_empty(screen)
        return
    if not can_follow(screen, journey):
        return
    view = choose_view(screen, journey)
    step = show_funnel(screen, view)
    show_steps(screen, view)
    segments = show_segments(screen, view, step)
    show_trend(screen, view, step)
    show_step_records(screen, view, step)
    show_downloads(screen, view, segments)
