"""How does an answer leave the program? As one JSON document, or as a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from kpi.cli.session import Session
    from kpi.evaluate import Result
    from kpi.language import Translator

WIDEST = 100_000  # where output is no terminal, nothing is wrapped or cut
TEXT_UNITS = ("text", "date", "timestamp", "boolean", "list")


@dataclass(frozen=True)
class Listing:
    """A list that is no answer to a question of the data; it has the same shape as one."""

    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As `Result.to_dict`, without SQL."""
        return {
            "columns": list(self.columns),
            "units": list(self.units),
            "rows": [[_jsonable(value) for value in row] for row in self.rows],
            "sql": None,
            "warnings": list(self.warnings),
        }


def print_listing(session: Session, listing: Listing) -> None:
    """A list, as the session wants it."""
    if session.json:
        print_json(listing.to_dict())
        return
    rows = [
        [cell(value, unit, session.t) for value, unit in zip(row, listing.units, strict=True)] for row in listing.rows
    ]
    print_table(listing.columns, listing.units, rows, listing.warnings)


def print_result(session: Session, result: Result) -> None:
    """An answer to a question of the data, as the session wants it."""
    if session.json:
        print_json(result.to_dict(session.language))
        return
    t, columns = session.t, list(result.frame.columns)
    rows = []
    for row in result.frame.itertuples(index=False, name=None):
        shown = [
            cell(value, unit, t, result.currency, session.workspace.time_zone)
            for value, unit in zip(row, result.units, strict=True)
        ]
        if columns[0] == "period" and isinstance(row[0], date):
            shown[0] = _period(row[0], result)
        rows.append(shown)
    print_table(columns, result.units, rows, [warning.in_language(session.language) for warning in result.warnings])


def print_json(body: object) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")


def print_table(
    columns: Sequence[str], units: Sequence[str], rows: Sequence[Sequence[str]], notes: Iterable[str] = ()
) -> None:
    """A table with numbers to the right, and the notes beneath it. Cells are plain text, whatever stands in them."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDEST)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    for name, unit in zip(columns, units, strict=True):
        table.add_column(Text(name), justify="left" if unit in TEXT_UNITS else "right")
    for row in rows:
        table.add_row(*(Text(value) for value in row))
    with console.capture() as captured:
        console.print(table)
        for note in notes:
            console.print(Text(note), style="italic")
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def say(session: Session, text: str) -> None:
    """A sentence for people; under JSON there is none."""
    if not session.json:
        sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """What is going on, for somebody who watches; nothing where output goes to a file or program."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")


def cell(value: Any, unit: str, t: Translator, currency: str | None = None, zone: str = "UTC") -> str:
    """One cell as people read it: rates in per cent, money with its currency, moments on the workspace's clock."""
    if value is None or value != value:
        return "–"
    if unit == "list":
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and unit not in TEXT_UNITS:
        return t.value(value, unit, currency)
    if hasattr(value, "item"):
        return cell(value.item(), unit, t, currency, zone)
    return " ".join(str(value).split())


def _period(start: date, result: Result) -> str:
    from kpi.period import whole

    if result.grain is not None:
        return whole(start, result.grain).label(result.grain)
    return result.period.label(None) if result.period else start.isoformat()


def _moment(at: datetime, zone: str) -> str:
    """A stored (UTC) moment on the workspace's clock, to the second; milliseconds only where there are any."""
    local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="milliseconds" if local.microsecond else "seconds")


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
