"""What does a journey's answer say, step by step, segment by segment and over time?"""

from kpi.funnel.maturity import lag_days, lag_query
from kpi.funnel.steps import FEW, Funnel, FunnelStep, Segment, read_funnel, read_segments, step_trend

__all__ = [
    "FEW",
    "Funnel",
    "FunnelStep",
    "Segment",
    "lag_days",
    "lag_query",
    "read_funnel",
    "read_segments",
    "step_trend",
]
