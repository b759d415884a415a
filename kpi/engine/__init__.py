"""SQL tree → frame. An engine offers a dataset's tables under the schema `loaded` and knows nothing of KPIs."""

from kpi.engine.base import Engine, Limits
from kpi.engine.duckdb import DuckDBEngine

__all__ = ["DuckDBEngine", "Engine", "Limits"]
