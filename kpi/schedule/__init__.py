"""Background runs: what is due is done while nobody looks."""

from kpi.schedule.rounds import Done, refresh_round, tidy_round
from kpi.schedule.worker import Worker

__all__ = ["Done", "Worker", "refresh_round", "tidy_round"]
