"""Do the rows of a file speak for days first or for months first, where the values of a column leave it open?

What is looked at, the most telling first:

    start_before_end   read so, one date column never lies after another of the same rows; read otherwise, it does
    file_order         read so, the rows of the file follow one another; read otherwise, they jump about
    not_future         read otherwise, some days have not come yet
    weekdays           read so, hardly a day is a Saturday or Sunday; read otherwise, many are
    close_together     read so, the days lie four times closer together

Nothing here decides: a person is asked, and told why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from kpi.ingest import days
from kpi.ingest.sniffed import OrderReading, Sniffed
from kpi.ingest.source import cell, relation
from kpi.ingest.trees import fill

MOST_ROWS = 200_000  # of a file that are looked at
WEIGHTS = {"start_before_end": 8, "file_order": 4, "not_future": 4, "weekdays": 2, "close_together": 1}
FEWEST_ROWS, FEWEST_DAYS = 3, 20
NEARLY_ALL = 0.99
FEW_WEEKENDS, MANY_WEEKENDS = 0.03, 0.15
MUCH_CLOSER = 4
SHOWN = 3  # values that are shown as every order reads them
BEFORE, EITHER = "<", ":"  # between the names of two columns, of which one is known to start, or either may
_START = re.compile(r"order|creat|start|begin|open|engage|sign|request|下单|创建|开始|起始|签|提交|申请", re.I)
_END = re.compile(
    r"ship|deliver|due|end|clos|finish|complet|paid|pay|return|expir|发货|送达|结束|截止|完成|付款|到期|关闭|退", re.I
)

Open = Mapping[int, Sequence[str]]  # places of columns whose order is open, and the orders that fit
Known = Mapping[int, str]  # places of other columns of days, and how they are read
Counts = dict[str, Any]  # what was counted, by name


def counting(sniffed: Sniffed, open_: Open, known: Known) -> exp.Select:
    """The statement whose one row says what there is to say for each order."""
    read = {_day(at, order): _as_day(order, cell(at)) for at, orders in open_.items() for order in orders}
    read |= {_day(at, reading): _as_day(reading, cell(at)) for at, reading in known.items()}
    rows = exp.select("*").from_(relation([sniffed]).subquery("file")).limit(MOST_ROWS)
    typed = exp.select(*(exp.alias_(tree, name) for name, tree in read.items())).from_(rows.subquery("rows"))
    before = [fill("LAG(:d) OVER ()", d=exp.column(name)).as_(f"{name}_before") for name in read]
    placed = exp.select("*", *before).from_("typed")
    counts: dict[str, exp.Expr] = {}
    for at, orders in open_.items():
        for order in orders:
            counts |= _alone(_day(at, order))
            others = [(other, order) for other, fit in open_.items() if other > at and order in fit]
            for other, reading in [*others, *known.items()]:
                one, two = _day(at, order), _day(other, reading)
                direction = _direction(sniffed.columns[at].name, sniffed.columns[other].name)
                counts |= _beside(one, two, BEFORE if direction > 0 else EITHER) if direction >= 0 else {}
                counts |= _beside(two, one, BEFORE) if direction < 0 else {}
    named = [exp.alias_(tree, name) for name, tree in counts.items()]
    return exp.select(*named).with_("typed", as_=typed).with_("placed", as_=placed).from_("placed")


def counted(query: exp.Select, row: Sequence[Any]) -> Counts:
    """The counts of one file, by name."""
    return dict(zip((select.alias_or_name for select in query.selects), row, strict=True))


def added(some: Counts, more: Counts) -> Counts:
    """The counts of two files together."""
    kept = {"first": min, "last": max}
    together: Counts = {}
    for name in some:
        values = [value for value in (some[name], more[name]) if value is not None]
        combine = kept.get(name.rsplit(".", 1)[-1], sum)
        together[name] = combine(values) if values else None
    return together


def _day(at: int, order: str) -> str:
    return f"d{at}_{order}"


def _as_day(reading: str, text: exp.Expr) -> exp.Expr:
    return exp.cast(days.local(reading, text, "UTC"), "DATE")


def _alone(name: str) -> dict[str, exp.Expr]:
    """What one column of days says by itself; days as numbers, so that files add up."""
    day = {"d": exp.column(name), "b": exp.column(f"{name}_before")}
    return {
        f"{name}.rows": fill("COUNT(:d)", **day),
        f"{name}.different": fill("COUNT(DISTINCT :d)", **day),
        f"{name}.first": fill("MIN(:d - DATE '1970-01-01')", **day),
        f"{name}.last": fill("MAX(:d - DATE '1970-01-01')", **day),
        f"{name}.weekends": fill("COUNT(CASE WHEN ISODOW(:d) >= 6 THEN 1 END)", **day),
        f"{name}.future": fill("COUNT(CASE WHEN :d > CURRENT_DATE + 1 THEN 1 END)", **day),
        f"{name}.up": fill("COUNT(CASE WHEN :d > :b THEN 1 END)", **day),
        f"{name}.down": fill("COUNT(CASE WHEN :d < :b THEN 1 END)", **day),
    }


def _direction(one: str, other: str) -> int:
    """1 where the names say that one column is a start and the other an end, -1 the other way about, else 0."""
    starts, ends = ([pattern.search(name) is not None for name in (one, other)] for pattern in (_START, _END))
    return (starts[0] and ends[1]) - (starts[1] and ends[0])


def _beside(one: str, other: str, sign: str) -> dict[str, exp.Expr]:
    """How often one column's day lies before the other's, and after. The sign between their names is kept."""
    pair = {"a": exp.column(one), "b": exp.column(other)}
    return {
        f"{one}{sign}{other}.before": fill("COUNT(CASE WHEN :a < :b THEN 1 END)", **pair),
        f"{one}{sign}{other}.after": fill("COUNT(CASE WHEN :a > :b THEN 1 END)", **pair),
        f"{one}{sign}{other}.rows": fill("COUNT(:a - :b)", **pair),
    }


def judged(at: int, orders: Sequence[str], counts: Counts) -> tuple[OrderReading, ...]:
    """The orders that a column may have, each with what speaks for it against another, the likeliest first."""
    found = []
    for order in orders:
        against = {rival: _reasons(at, order, rival, counts) for rival in orders if rival != order}
        beats = [
            rival for rival, mine in against.items() if _weight(mine) > _weight(_reasons(at, rival, order, counts))
        ]
        reasons = [reason for reason in WEIGHTS if any(reason in against[rival] for rival in beats)]
        found.append(OrderReading(order=order, reasons=tuple(reasons), beats=tuple(beats)))
    return tuple(sorted(found, key=lambda reading: len(reading.beats), reverse=True))


def recommended(readings: Sequence[OrderReading]) -> OrderReading | None:
    """The order that more speaks for than for any other; None where nothing does."""
    return readings[0] if len(readings) > 1 and len(readings[0].beats) == len(readings) - 1 else None


def _weight(reasons: Sequence[str]) -> int:
    return sum(WEIGHTS[reason] for reason in reasons)


def _reasons(at: int, order: str, rival: str, counts: Counts) -> list[str]:
    return [reason for reason in WEIGHTS if _speaks(reason, at, order, rival, counts)]


def _speaks(reason: str, at: int, order: str, rival: str, counts: Counts) -> bool:
    """Whether something speaks for one order of a column against another."""
    mine, other = _of(at, order, counts), _of(at, rival, counts)
    if reason == "start_before_end":
        return any(
            _keeps_order(pair, counts) and not _keeps_order(_read_otherwise(pair, at, order, rival, counts), counts)
            for pair in _pairs(at, order, counts)
        )
    if reason == "file_order":
        moves = [(item["up"], item["down"]) for item in (mine, other)]
        steady = [max(up, down) >= NEARLY_ALL * (up + down) for up, down in moves]
        return sum(moves[0]) > FEWEST_ROWS and steady[0] and not steady[1]
    if reason == "not_future":
        return bool(mine["future"] == 0 and other["future"] > 0)
    if reason == "weekdays":
        enough = min(mine["different"], other["different"]) >= FEWEST_DAYS
        rare = mine["weekends"] <= FEW_WEEKENDS * mine["rows"]
        return bool(enough and rare and other["weekends"] >= MANY_WEEKENDS * other["rows"])
    spans = [int(item["last"] or 0) - int(item["first"] or 0) for item in (mine, other)]
    return bool(mine["different"] > FEWEST_ROWS and spans[0] * MUCH_CLOSER <= spans[1])


def _of(at: int, order: str, counts: Counts) -> Counts:
    start = f"{_day(at, order)}."
    return {name.removeprefix(start): value for name, value in counts.items() if name.startswith(start)}


def _pairs(at: int, order: str, counts: Counts) -> list[str]:
    """The pairs of columns in which this one is read in this order."""
    name = _day(at, order)
    pairs = {key.rsplit(".", 1)[0] for key in counts if BEFORE in key or EITHER in key}
    return sorted(pair for pair in pairs if name in pair.replace(BEFORE, EITHER).split(EITHER))


def _read_otherwise(pair: str, at: int, order: str, rival: str, counts: Counts) -> str:
    """The same pair of columns with this one, and the other where its order is open too, read in another order."""
    alone = pair.replace(_day(at, order), _day(at, rival))
    return alone if f"{alone}.rows" in counts else pair.replace(f"_{order}", f"_{rival}")


def _keeps_order(pair: str, counts: Counts) -> bool:
    """Whether one column's days never lie after the other's, or never before where no name says which is the start."""
    rows, before, after = (counts.get(f"{pair}.{name}") or 0 for name in ("rows", "before", "after"))
    return rows >= FEWEST_ROWS and not (after and (before or BEFORE in pair))


def shown(sniffed: Sniffed, at: int, orders: Sequence[str]) -> tuple[exp.Select, list[str]]:
    """The statement that reads some values of a column in every order, and the values, its parameter."""
    values = dict.fromkeys((*(row[at].strip() for row in sniffed.first_rows), *sniffed.columns[at].samples))
    text = exp.column("v")
    columns = [exp.cast(_as_day(order, text), "VARCHAR") for order in orders]
    query = exp.select(text, *columns).from_(fill("SELECT UNNEST(CAST($1 AS VARCHAR[])) AS v").subquery("given"))  # type: ignore[attr-defined]
    return query, [value for value in values if value]


def with_days(
    readings: Sequence[OrderReading], orders: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[tuple[OrderReading, ...], tuple[str, ...]]:
    """The orders with the days that they make of some values, and these values: those on which they differ."""
    telling = [row for row in rows if len(set(row[1:])) > 1 and None not in row[1:]][:SHOWN]
    made = {order: tuple(row[1 + number] for row in telling) for number, order in enumerate(orders)}
    told = tuple(item.model_copy(update={"days": made[item.order]}) for item in readings)
    return told, tuple(row[0] for row in telling)
