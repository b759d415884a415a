"""In which currency is a row, and which of its amounts are in another one?

A column that names the currency decides; else the sign in the main amount's cell, or its header; else the workspace's
own. An amount that says another currency than its row does not fit: a sum over both would mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from kpi.ingest.amounts import number
from kpi.ingest.currencies import NAMES, Coins, code_of, currency_of, in_header, scale_in_header
from kpi.ingest.plans import CURRENCY, StoredColumn
from kpi.ingest.sniffed import Evidence
from kpi.ingest.source import cell
from kpi.ingest.trees import fill, lazily
from kpi.model import Entity, FieldType


def with_currency(columns: Sequence[StoredColumn], kind: Entity | None) -> list[StoredColumn]:
    """The columns, their amounts told where a row says its currency, and a currency for them where no column names it.

    An amount that feeds no field and is in another currency than the main one is a mere number.
    """
    order = [field.id for field in kind.fields] if kind else []
    amounts = [column for column in columns if column.type is FieldType.MONEY and column.at is not None]
    amounts.sort(key=lambda item: (item.field is None, order.index(item.name) if item.field else item.at))
    if not amounts:
        return list(columns)
    named = next((column for column in columns if column.name == CURRENCY and column.at is not None), None)
    named = named or next((column for column in columns if _names_currency(column)), None)
    main = _stated(amounts[0])
    foreign = {
        item.name for item in amounts[1:] if item.field is None and (_stated(item) - main if named is None else False)
    }
    places = [(item.at, _usual(item)) for item in amounts if item.name not in foreign]
    coins = Coins(
        named.at if named else None,
        named.words if named else (),
        tuple((at, header) for at, header in places if at is not None),
    )
    told = []
    for column in columns:
        if column.name in foreign:
            column = replace(column, type=FieldType.NUMBER)
        elif column.type is FieldType.MONEY and column.at is not None:
            column = replace(column, coins=coins, scale=scale_in_header(column.label or ""))
        elif column.name == CURRENCY:
            column = replace(column, coins=coins)
        told.append(column)
    if not any(column.name == CURRENCY for column in columns):
        field = kind.field(CURRENCY) if kind else None
        told.append(StoredColumn(CURRENCY, FieldType.CATEGORY, None, "text", None, Evidence(), field, coins=coins))
    return told


def _names_currency(column: StoredColumn) -> bool:
    """Whether a column of a table of its own names the currency of its rows."""
    own = column.field is None and column.at is not None and NAMES.search(column.label or "") is not None
    return own and bool(column.words) and all(code_of(word) for word in column.words)


def _usual(column: StoredColumn) -> str | None:
    """The currency of a column's bare numbers: the one that its header names, or that all signs beside others are."""
    found = column.evidence.currencies
    return in_header(column.label or "") or (found[0] if len(found) == 1 else None)


def _stated(column: StoredColumn) -> frozenset[str]:
    header = in_header(column.label or "")
    return frozenset(column.evidence.currencies) | (frozenset({header}) if header else frozenset())


def row_currency(coins: Coins, own: str) -> exp.Expr:
    """The currency of a row, as its cells say it."""
    stated = [] if coins.column is None else [_named(coins, own)]
    main = cell(coins.amounts[0][0])
    for place, (at, header) in enumerate(coins.amounts):
        said = _said(at, header, exp.Literal.string(own))
        stated.append(said if place == 0 else fill("CASE WHEN :m IS NULL THEN :s END", m=main, s=said))
    return exp.Coalesce(this=stated[0], expressions=[*stated[1:], exp.Literal.string(own)])


def in_row_currency(column: StoredColumn, amount: exp.Expr, own: str) -> exp.Expr:
    """The amount, where its cell does not say another currency than its row."""
    coins = column.coins
    if coins is None or (coins.column is None and coins.amounts[0][0] == column.at):
        return amount
    row = row_currency(coins, own)
    header = next((header for at, header in coins.amounts if at == column.at), None)
    said = _said(column.at or 0, header, row)
    return fill("CASE WHEN COALESCE(:s, '') IN ('', :r) THEN :a END", s=said, r=row, a=amount)


def is_amount(cell_text: exp.Expr) -> exp.Expr:
    """Whether a cell is an amount that names a currency, however its decimals are written."""
    read = [number(reading, FieldType.NUMBER, cell_text) for reading in ("dot", "comma")]
    return fill("NOT :c IS NULL AND NOT COALESCE(:d, :e) IS NULL", c=currency_of(cell_text), d=read[0], e=read[1])


def scaled(column: StoredColumn, amount: exp.Expr) -> exp.Expr:
    """The amount in ones, where the header counts in more and the cell names no unit of its own."""
    if column.scale == 1 or column.at is None:
        return amount
    return fill(
        "CASE WHEN REGEXP_MATCHES(:c, '[万亿千百kKmMbB]') THEN :a ELSE TRY_CAST(:a * :n AS DECIMAL(18, 4)) END",
        c=cell(column.at),
        a=amount,
        n=exp.Literal.number(column.scale),
    )


def _said(at: int, header: str | None, own: exp.Expr) -> exp.Expr:
    """What a cell says of its currency: its sign, or its column's header. A bare number is spared the search."""
    sign = lazily(cell(at), currency_of(exp.column("x"), own))
    said = fill("CASE WHEN TRY_CAST(:c AS DOUBLE) IS NULL THEN :s END", c=cell(at), s=sign)
    if header is None:
        return said
    return fill("COALESCE(:s, CASE WHEN NOT :c IS NULL THEN :h END)", s=said, c=cell(at), h=exp.Literal.string(header))


def _named(coins: Coins, own: str) -> exp.Expr:
    """What the column of currencies says, as an ISO code where it is known; words seen beforehand come first."""
    at = cell(coins.column or 0)
    trimmed = fill("NULLIF(UPPER(TRIM(:v)), '')", v=at)
    case = exp.Case(this=trimmed)
    for word in coins.words:
        if code := code_of(word, own):
            case = case.when(exp.Literal.string(word.strip().upper()), exp.Literal.string(code))
    rest = fill("COALESCE(:c, x)", c=currency_of(exp.column("x"), exp.Literal.string(own)))
    return case.else_(lazily(trimmed, rest))
