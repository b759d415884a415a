"""A food brand: channels, orders, stock."""

from kpi.demo.b2c.exports import exports

__all__ = ["exports"]
