"""A manufacturer of industrial equipment: leads, deals and what follows from them."""

from kpi.demo.b2b.exports import exports

__all__ = ["exports"]
