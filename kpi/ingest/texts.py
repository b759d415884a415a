"""How is a text cut into a table? Encoding, dialect, a clean copy where one is needed, and a sample of its rows.

Runs in the reader process.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kpi.errors import Where
from kpi.ingest.cells import copy_delimiter
from kpi.ingest.damage import is_damaged, is_sound, plan_mending
from kpi.ingest.decode import copy_clean, has_blank_line, survey
from kpi.ingest.dialect import Dialect, find_dialect, parse
from kpi.ingest.encoding import detect
from kpi.ingest.limits import check_width
from kpi.ingest.mend import BeyondRepairError, Outcome, write_copy
from kpi.ingest.request import FIRST_ROWS, HEAD, Request, empty, fit, no_rows, no_such_row
from kpi.ingest.totals import is_total

PART = 128 * 2**10
MOST_BLANK = 100_000  # blank rows whose numbers are kept


def sniff_text(request: Request) -> dict[str, Any]:
    """The one table of a text."""
    path = request.path
    stream = survey(path)
    content = stream.content
    decoding = detect(path, stream, request.name, request.choice.encoding)
    foreign = decoding.encoding not in ("utf-8", "utf-8-sig")
    if foreign or not stream.is_utf8 or stream.has_nul or stream.mixed_line_ends:
        target = request.folder / f"{path.stem[:40]}-utf8.csv"
        decoding = replace(decoding, replaced=copy_clean(path, target, decoding))
        path, stream = target, survey(target)
    made = delimited(request, path, quoted=stream.quotes > 0)
    if not made["first_rows"]:
        raise no_rows(request.name)
    lines = stream.line_feeds + (not _ends_with_newline(path))
    made.update(
        format="csv",
        content=content,
        encoding=decoding.encoding,
        confidence=decoding.confidence,
        rivals=decoding.rivals,
        replaced=decoding.replaced,
        estimate=made.get("estimate", max(0, lines - made["skip"])),
    )
    return made


def delimited(request: Request, path: Path, sheet: str | None = None, *, quoted: bool = False) -> dict[str, Any]:
    """Cut a UTF-8 text into cells: dialect from its head, sample from head, middle and tail.

    A sheet's own copy has the delimiter `sheet` and is whole; any other text is mended where rows of it are damaged.
    """
    choice = request.choice
    head, parts = _pieces(path, request.rows)
    delimiter = choice.delimiter if sheet is None else sheet
    dialect = find_dialect(head, delimiter, choice.header_row, widest=sheet is not None)
    if dialect is None:
        raise empty(request.name)
    if choice.header_row and dialect.header_row and not dialect.header:
        raise no_such_row(request.name, choice.header_row)
    check_width(dialect.width, request.limits, Where(file=request.name))
    mended = None
    if sheet is None:
        target = request.folder / f"{path.stem[:40]}-cells.csv"
        mended = _mended(path, target, head, parts, dialect, quoted)
    share = dialect.share
    if mended is not None:
        path = target
        head, parts = _pieces(path, request.rows)
        share = 1 - len(mended.aside) / max(1, mended.records)
    cut_by = copy_delimiter(dialect.delimiter)
    rows = parse(head, cut_by, dialect.skip + request.rows)[dialect.skip :]
    for part in parts:
        rows += parse(part, cut_by, request.rows // 2)[:-1]
    records = [row for row in rows if any(cell.strip() for cell in row)]
    header = [name.strip() for name in dialect.header]
    judged = [row for row in records if abs(len(row) - dialect.width) <= 1 and not _is_aside(row, header)]
    while dialect.width > 2 and judged and sum(map(bool, judged[-1])) == 1:
        judged.pop()  # a note at the end
    made = {
        "file": str(request.path),
        "name": request.name,
        "readable": str(path),
        "sheet": None,
        "delimiter": dialect.delimiter,
        "header": list(dialect.header),
        "header_row": dialect.header_row,
        "skip": dialect.skip,
        "width": dialect.width,
        "share": share,
        "blank_rows": [],  # asked for later, and only where rows are missing
        "first_rows": [fit(row, dialect.width) for row in records[:FIRST_ROWS]],
        "sample": [fit(row, dialect.width) for row in judged or records],
        "encoding": None,
        "confidence": 1.0,
        "replaced": 0,
    }
    return made if mended is None else {**made, "aside": mended.aside, "estimate": mended.records}


def _pieces(path: Path, rows: int) -> tuple[str, list[str]]:
    """The head of a text in whole lines and, where many rows are wanted, some lines of its middle and tail."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
        parts = []
        for start in (size // 2, size - PART) if size > HEAD + 2 * PART and rows >= 300 else ():
            file.seek(start)
            parts.append(file.read(PART).split(b"\n", 1)[-1])
    return _lines(_whole_lines(head, size)), [_lines(part) for part in parts]


def _lines(text: bytes) -> str:
    return text.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _mended(
    path: Path, target: Path, head: str, parts: Sequence[str], dialect: Dialect, quoted: bool
) -> Outcome | None:
    """What has become of the rows in a mended copy; None where the text can be read as it is."""
    if dialect.width < 2:
        return None
    rewritten = copy_delimiter(dialect.delimiter) != dialect.delimiter
    quoted = quoted and path.stat().st_size > HEAD  # quotes further on, too
    sound = not rewritten and is_sound(head, dialect, dialect.skip) and all(is_sound(p, dialect, 0) for p in parts)
    if sound and not quoted:
        return None
    plan = plan_mending(head, dialect)
    if not rewritten and not is_damaged(path, head, parts, plan, quoted=quoted):
        return None
    try:
        return write_copy(path, target, plan, always=rewritten)
    except BeyondRepairError:
        return None


def _is_aside(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row says nothing about its columns' types: the header once more, or a total."""
    return [cell.strip() for cell in row] == header or any(map(is_total, row))


def _whole_lines(head: bytes, size: int) -> bytes:
    return head if len(head) >= size else head[: head.rfind(b"\n") + 1] or head


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in (b"\n", b"\r")


def blank_rows(path: Path, delimiter: str, skip: int) -> list[int]:
    """The numbers of blank records after the header: the engine passes over them, and row numbers must not slip."""
    found: list[int] = []
    if not has_blank_line(path):
        return found
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=copy_delimiter(delimiter)[0])
        try:
            for number, row in enumerate(reader, start=1):
                if not row and number > skip:
                    found.append(number)
                    if len(found) >= MOST_BLANK:
                        break
        except csv.Error:  # a cell beyond the field limit: row numbers after it stay as they are
            return found
    return found
