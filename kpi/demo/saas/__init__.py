"""A software company: trials, contracts, use of the product."""

from kpi.demo.saas.exports import exports

__all__ = ["exports"]
