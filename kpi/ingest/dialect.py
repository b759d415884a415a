"""How is a text cut into cells? Delimiter, where the header stands, and whether there is one.

Runs in the reader process. Works on the first part of a text; the rows that follow are judged by the reader itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kpi.ingest.cells import FIXED, QUOTE, WHITESPACE, parse
from kpi.ingest.fixed_width import Gaps, cut_fixed, find_gaps
from kpi.ingest.header import Header, find_header, header_at, is_value

__all__ = ["FIXED", "WHITESPACE", "Dialect", "find_dialect", "find_header", "is_value", "parse"]

DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "~")
ROWS = 300
SURE = 0.8  # share of rows of one width below which rarer ways of parting cells are tried as well
REGULAR = 0.95  # share of the lines in which an unusual delimiter stands equally often
ALONE = 0.4  # share of the lines in which a sign of a longer delimiter may stand by itself as well
WRAPPED = 0.5  # share of lines that stand in quotes as a whole, from which they are looked at without

_SEPARATOR_LINE = re.compile(r'"?sep=(.{1,4}?)"?\s*', re.I)
_WORDS = r"\w\s\"'.\-/()@&+%#*=?!$€£¥￥_<>\[\]{}\\，。、"  # signs that stand in words and values
_UNUSUAL = re.compile(rf"[^{_WORDS}]|[，、]")
_SEVERAL = (  # ||, ::, |~|, <|#|>
    re.compile(r"[^\w\s\"'.\-/,(){}\[\]]{2,6}"),
    re.compile(r"(?=(([^\w\s\"'.\-/,(){}\[\]])\2))"),
)


@dataclass(frozen=True)
class Dialect:
    """`skip` counts the records before the first row of data; `header` is empty where the file has none."""

    delimiter: str
    header: tuple[str, ...]
    header_row: int | None
    skip: int
    width: int
    share: float  # of the rows looked at that have this width
    gaps: Gaps = ()  # between columns of fixed width


def find_dialect(
    text: str, known: str | None = None, header_row: int | None = None, *, widest: bool = False
) -> Dialect | None:
    """The dialect by which most rows have the same number of cells; None for a text without any row.

    Where the delimiter is `known`, as in a sheet's own copy or by a person's word, only the header is looked for; and
    not even that where its row is known as well. With `widest`, the widest row says how many columns there are.
    """
    head = "\n".join(text.split("\n", ROWS + 50)[: ROWS + 50])
    lines = [line for line in head.split("\n") if line.strip()]
    if not lines:
        return None
    if known is None and (said := _SEPARATOR_LINE.fullmatch(lines[0])):
        known = said[1].replace("\\t", "\t")
    cut = _known(text, known, widest) if known is not None else _found(text, lines)
    header = find_header(cut.rows, cut.width) if header_row is None else header_at(cut.rows, cut.width, header_row)
    return _dialect(cut, header)


@dataclass(frozen=True, order=True)
class _Cut:
    """A text cut in one way; the better cut has the higher score."""

    score: float
    rank: int
    delimiter: str = field(compare=False)
    rows: Sequence[list[str]] = field(compare=False)
    width: int = field(compare=False)
    share: float = field(compare=False)
    gaps: Gaps = field(compare=False, default=())


def _dialect(cut: _Cut, header: Header) -> Dialect:
    share = _width(cut.rows[header.skip :])[1] or cut.share
    return Dialect(cut.delimiter, header.names, header.row, header.skip, header.width, share, cut.gaps)


def _known(text: str, delimiter: str, widest: bool) -> _Cut:
    if delimiter == FIXED:
        lines = text.split("\n")[:ROWS]
        return _fixed(lines, find_gaps(lines))
    rows = parse(text, delimiter, ROWS)
    width, share = _width(rows)
    return _Cut(0, 0, delimiter, rows, max(map(len, rows), default=0) if widest else width, share)


def _found(text: str, lines: Sequence[str]) -> _Cut:
    """The best way to cut a text of which nothing is known; one column where there is none."""
    best = _best(text, DELIMITERS)
    several = [token for token in _several(lines) if best is None or best.delimiter in token or best.share < SURE]
    if several and (longer := _best(text, several)) is not None and longer.share >= REGULAR:
        return longer
    if best is not None and best.share >= SURE:
        return best
    if best is None and (inner := _inside_quotes(text, lines)) is not None:
        return inner
    others = [cut for cut in (_by_blanks(text, lines), _by_places(text), _best(text, _unusual(lines))) if cut]
    rare = max((cut for cut in others if cut.share >= 0.9), key=lambda cut: cut.score, default=None)
    if rare is not None and (best is None or rare.share > best.share):
        return rare
    if best is not None:
        return best
    rows = parse(text, ",", ROWS)
    return _Cut(0, 0, ",", rows, 1, _width(rows)[1])


def _inside_quotes(text: str, lines: Sequence[str]) -> _Cut | None:
    """The cut of a text whose lines stand in quotes as a whole."""
    if sum(map(_is_wrapped, lines)) < WRAPPED * len(lines):
        return None
    inner = _best("\n".join(_unwrap(line) for line in text.split("\n")), DELIMITERS)
    return inner if inner is not None and inner.share >= SURE else None


def _best(text: str, delimiters: Iterable[str]) -> _Cut | None:
    """The delimiter by which most rows are equally wide; of equals, the one named first."""
    cuts = (_cut(text, delimiter, -rank) for rank, delimiter in enumerate(delimiters))
    return max(filter(None, cuts), default=None)


def _cut(text: str, delimiter: str, rank: int) -> _Cut | None:
    if delimiter not in text:
        return None
    rows = parse(text, delimiter, ROWS)
    width, share = _width(rows)
    if width < 2 or share < 0.5:
        return None
    score = share + min(width, 20) / 100 - 0.3 * _first_row_differs(rows, width)
    return _Cut(round(score, 9), rank, delimiter, rows, width, share)


def _by_blanks(text: str, lines: Sequence[str]) -> _Cut | None:
    """Runs of blanks part the cells, and no cell has one inside."""
    blank = [line.split() for line in lines[:ROWS]]
    width, share = _width(blank)
    if width < 2 or len(blank[0]) not in (width, width - 1) or not _looks_columnar(lines, blank, width):
        return None
    return _Cut(share + 0.1, 0, WHITESPACE, [line.split() for line in text.split("\n")[:ROWS]], width, share)


def _by_places(text: str) -> _Cut | None:
    """Cells stand at fixed places, and may have blanks inside."""
    if "\t" in text:
        return None
    lines = text.split("\n")[:ROWS]
    gaps = find_gaps(lines)
    return _fixed(lines, gaps) if gaps else None


def _fixed(lines: Sequence[str], gaps: Gaps) -> _Cut:
    rows = [cut_fixed(line, gaps) if line.strip() else [] for line in lines]
    fitting = [at for at, row in enumerate(rows) if len(row) > 1]  # what stands above and beneath is no row
    width, share = _width(rows[fitting[0] : fitting[-1] + 1] if fitting else rows)
    return _Cut(share, 0, FIXED, rows, max(1, width), share, gaps)


def _several(lines: Sequence[str]) -> list[str]:
    """Signs such as || or |~| that part cells together, the longest first."""
    tokens = {found for line in lines[:5] for pattern in _SEVERAL for found in _signs(pattern, line)}
    found = (token for token in tokens if _is_regular(lines, token) and _rarely_alone(lines, token))
    return sorted(found, key=lambda token: (-len(token), token))


def _unusual(lines: Sequence[str]) -> list[str]:
    """Single signs that stand equally often in nearly every line."""
    signs = dict.fromkeys(sign for line in lines[:3] for sign in _UNUSUAL.findall(line) if sign not in DELIMITERS)
    return [sign for sign in signs if len(lines) > 1 and _is_regular(lines, sign)]


def _is_regular(lines: Sequence[str], token: str) -> bool:
    counts = Counter(line.count(token) for line in lines if QUOTE not in line)
    if not counts:
        return False
    usual, times = counts.most_common(1)[0]
    return usual > 0 and times >= REGULAR * sum(counts.values())


def _signs(pattern: re.Pattern[str], line: str) -> list[str]:
    return [found.group(1) if pattern.groups else found.group() for found in pattern.finditer(line)]


def _rarely_alone(lines: Sequence[str], token: str) -> bool:
    """Whether a token's first sign stands but rarely outside it: else that sign is the delimiter of empty cells."""
    first, times = token[0], token.count(token[0])
    alone = sum(line.count(first) != times * line.count(token) for line in lines)
    return alone <= ALONE * len(lines)


def _is_wrapped(line: str) -> bool:
    line = line.rstrip(" ,;\t\r")
    return len(line) > 2 and line[0] == line[-1] == QUOTE


def _unwrap(line: str) -> str:
    return line.rstrip(" ,;\t\r")[1:-1].replace('""', QUOTE) if _is_wrapped(line) else line


def _width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """The usual number of cells, and the share of rows that have it; ragged short rows count for the wider one."""
    counts = Counter(len(row) for row in rows if row and any(cell.strip() for cell in row))
    if not counts:
        return 0, 0.0
    total = sum(counts.values())
    width, most = max(counts.items(), key=lambda item: (item[1], item[0]))
    return width, most / total


def _first_row_differs(rows: Sequence[Sequence[str]], width: int) -> bool:
    first: Sequence[str] = next((row for row in rows if row and any(row)), [])
    return len(first) not in (width, width + 1, width - 1)


def _looks_columnar(lines: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether blanks separate columns rather than words: aligned runs of blanks, or numbers in most places."""
    runs = sum("  " in line.strip() or line[:1] == " " for line in lines)
    cells = [cell for row in rows[1:] if len(row) == width for cell in row]
    numbers = sum(map(is_value, cells))
    return runs > 0.5 * len(lines) or (bool(cells) and numbers > 0.6 * len(cells))
