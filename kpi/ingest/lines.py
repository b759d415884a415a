"""What would a line that was set aside say, column by column? As far as it can be told, for a person to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.ingest.cells import OPEN, cut, cut_leniently
from kpi.workspace import Column, Home, Table, list_loads

DELIMITERS = (",", ";", "\t", "|", "||", "::", "|~|", "^", "~")


def line_columns(home: Home, workspace: str, table: Table, load_id: int | None) -> tuple[Column, ...]:
    """The columns that a person fills in, first those of the load's own files in their order there.

    What is decided by another column's words is left out: it follows. What no file gives comes last.
    """
    readings = {
        load.load_id: load.summary.get(table.name, {}).get("readings", {}) for load in list_loads(home, workspace)
    }
    follows = {name for of_load in readings.values() for name, said in of_load.items() if said.get("derived_from")}
    known = {column.name: column for column in table.columns if column.name not in follows}
    own = [name for name in readings.get(load_id or 0, {}) if name in known and known[name].label]
    return tuple(known[name] for name in dict.fromkeys((*own, *known)))


def cut_line(text: str, columns: Sequence[Column]) -> dict[str, str]:
    """The cells of a line by stored column, cut at the sign that gives about as many cells as there are columns.

    >>> from kpi.model import FieldType
    >>> header = {"order_id": "Order", "customer": "Customer"}
    >>> columns = [Column(name, FieldType.TEXT, None, label) for name, label in header.items()]
    >>> cut_line("SO7;C1;too;many", columns)
    {'order_id': 'SO7', 'customer': 'C1'}
    """
    given = [column for column in columns if column.label]
    best = min((_cells(text, sign) for sign in DELIMITERS), key=lambda cells: _misses(len(cells), len(given)))
    return {column.name: cell.strip() for column, cell in zip(given, best, strict=False)}


def _misses(found: int, wanted: int) -> tuple[bool, int]:
    """How badly a number of cells fits: one cell is no cut at all, unless one column is wanted."""
    return found == 1 < wanted, abs(found - wanted)


def _cells(text: str, sign: str) -> list[str]:
    cells, state = cut(text, sign)
    return cut_leniently(text, sign) if state == OPEN else cells
