"""In which currency is an amount? Signs, codes and names beside it, or in its column's header, as ISO codes.

A sign that several currencies share stands for the workspace's own where it is one of them: `$` is HKD in Hong Kong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from kpi.ingest.trees import fill, looked_up, words

SHARED = {
    "$": ("USD", "AUD", "CAD", "HKD", "SGD", "TWD", "NZD", "MXN"),
    "¥": ("CNY", "JPY"),
    "￥": ("CNY", "JPY"),
    "元": ("CNY", "TWD", "HKD"),
}  # what a sign may stand for, the likeliest first
_CODES = """
    CNY USD EUR GBP JPY HKD TWD KRW INR AUD CAD CHF SGD NZD SEK NOK DKK PLN CZK HUF RON TRY RUB UAH BRL MXN ZAR THB VND
    IDR MYR PHP AED SAR ILS EGP
"""
_NAMES = {
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "NZ$": "NZD",
    "AU$": "AUD",
    "CA$": "CAD",
    "MX$": "MXN",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "R$": "BRL",
    "RMB": "CNY",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "₹": "INR",
    "₽": "RUB",
    "₫": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₺": "TRY",
    "₴": "UAH",
    "₪": "ILS",
    "ZŁ": "PLN",
    "人民币": "CNY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "港元": "HKD",
    "港币": "HKD",
    "新台币": "TWD",
    "台币": "TWD",
    "韩元": "KRW",
    "瑞士法郎": "CHF",
}
CURRENCIES = {**_NAMES, **{code: code for code in _CODES.split()}, **{sign: codes[0] for sign, codes in SHARED.items()}}

WIDE, NARROW = "０１２３４５６７８９．，％（）－＋＄−–’＇\u00a0\u202f\u3000", "0123456789.,%()-+$--''   "


def any_of(tokens: Iterable[str]) -> str:
    """The pattern of one of these texts, longer ones first."""
    return "(?:" + "|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True)) + ")"


SIGNS = any_of(CURRENCIES)
NAMES = re.compile(r"currency|币种|币别|货币", re.I)  # headers of columns that name a currency in every row

_BRACKETED = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]|(?:_|\b)(cny|rmb|usd|eur|gbp|jpy|hkd)$", re.I)
_CHINESE_SCALES = {"万亿": 10**12, "千万": 10**7, "百万": 10**6, "十万": 10**5, "亿": 10**8, "万": 10**4, "千": 10**3}
_SCALES = {**_CHINESE_SCALES, "BILLIONS": 10**9, "BN": 10**9, "MILLIONS": 10**6, "MN": 10**6, "MIO": 10**6, "M": 10**6}
_SCALES |= {"THOUSANDS": 10**3, "TSD": 10**3, "K": 10**3, "000": 10**3, "000S": 10**3}
_SCALE = re.compile(rf"(?:IN |单位[:：]?)?'?({'|'.join(_SCALES)})")
_ENDING = re.compile(rf"({'|'.join(_CHINESE_SCALES)})元$")


@dataclass(frozen=True)
class Coins:
    """Where the cells of a row say their currency: a column of its own, or the signs of amounts, the main one first."""

    column: int | None = None  # place of the column that names the currency
    words: tuple[str, ...] = ()  # different values of it, where they are few
    amounts: tuple[tuple[int, str | None], ...] = ()  # places of amounts, and the currency of bare numbers there


def flat(cell: exp.Expr) -> exp.Expr:
    """A cell in capitals, with narrow digits and signs."""
    return fill(
        "UPPER(TRIM(TRANSLATE(:v, :wide, :narrow)))",
        v=cell,
        wide=exp.Literal.string(WIDE),
        narrow=exp.Literal.string(NARROW),
    )


def currency_of(cell: exp.Expr, own: exp.Expr | None = None) -> exp.Expr:
    """The currency that a cell states; null where it states none. `own` is what a shared sign stands for if it may."""
    token = fill("REGEXP_EXTRACT(:f, :p)", f=flat(cell), p=exp.Literal.string(SIGNS))
    found = looked_up(token, CURRENCIES)
    if own is None:
        return found
    case = exp.Case()
    for sign, codes in SHARED.items():
        shared = fill(":t = :s AND LIST_CONTAINS(:c, :o)", t=token, s=exp.Literal.string(sign), c=words(codes), o=own)
        case = case.when(shared, own.copy())
    return case.else_(found)


def code_of(word: str, own: str | None = None) -> str | None:
    """The currency that a whole word names; None where it names none.

    >>> code_of("rmb"), code_of("$"), code_of("$", "HKD"), code_of("Euro")
    ('CNY', 'USD', 'HKD', None)
    """
    token = word.strip().upper()
    return own if own is not None and own in SHARED.get(token, ()) else CURRENCIES.get(token)


def in_header(name: str, own: str | None = None) -> str | None:
    """The currency that a column's header names, in brackets or at its end.

    >>> in_header("Amount (USD)"), in_header("金额（万元）"), in_header("net_eur"), in_header("amount")
    ('USD', 'CNY', 'EUR', None)
    """
    for found in _BRACKETED.finditer(name):
        inner = (found[1] or found[2] or "").upper()
        token = re.search(rf"(?<![A-Z]){SIGNS}(?![A-Z])", inner)
        if token is not None:
            return code_of(token[0], own)
    return None


def scale_in_header(name: str) -> int:
    """What one in a column counts, as its header says; 1 where it says nothing.

    >>> [scale_in_header(name) for name in ("金额（万元）", "Revenue (USD k)", "Sales ($)", "合同额亿元")]
    [10000, 1000, 1, 100000000]
    """
    ending = _ENDING.search(name)
    if ending is not None:
        return _SCALES[ending[1]]
    for found in _BRACKETED.finditer(name):
        unit = re.sub(SIGNS, "", (found[1] or "").upper()).strip(" .,/")
        scale = _SCALE.fullmatch(unit)
        if scale is not None:
            return _SCALES[scale[1]]
    return 1
