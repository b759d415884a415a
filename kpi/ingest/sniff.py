"""What is in this file? Format, encoding, cells, header and a sample of every column, one answer per table.

Runs in the reader process. What a column's values mean is counted by one SQL statement that the parent sends along,
so that the evidence and the later reading use the same expressions.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from kpi.errors import FileError, Where
from kpi.ingest.decode import Decoding, copy_clean, detect, has_blank_line, survey
from kpi.ingest.dialect import WHITESPACE, find_dialect, parse
from kpi.ingest.sheets import read_sheets

HEAD = 512 * 2**10
PART = 128 * 2**10
FIRST_ROWS = 20
MOST_COLUMNS = 500
MOST_BLANK = 100_000  # blank rows whose numbers are kept
MOST_WORDS = 60  # different values up to which they are all reported
MOST_CELL = 400  # letters of a cell that evidence and samples look at

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm"}
_NUMBERED = re.compile(r"(.*)_\d+", re.S)
JSON = {".json", ".jsonl", ".ndjson"}


@dataclass(frozen=True)
class Request:
    """One file to look at; `rows` bounds the sample taken per table, `folder` takes rewritten copies."""

    path: Path
    name: str
    folder: Path
    rows: int
    most_bytes: int


def sniff_file(request: Request) -> list[dict[str, Any]]:
    """Every table of one file, with the rows of its sample under `sample` (the caller turns them into evidence)."""
    path, name = request.path, request.name
    size = _size(path, name)
    if size > request.most_bytes:
        raise FileError(
            "too_large",
            f"The file has {size / 2**20:,.0f} MB; the limit is {request.most_bytes / 2**20:,.0f} MB.",
            remedy="Split it, or raise max_upload_mb in the settings.",
            where=Where(file=name),
            found=f"{size / 2**20:,.0f} MB",
        )
    with path.open("rb") as file:
        magic = file.read(8)
    suffix = Path(name).suffix.lower()
    if magic.startswith(b"PAR1") or suffix == ".parquet":
        return [_columnar(request, "parquet", "SELECT * FROM read_parquet(?)")]
    if suffix in WORKBOOKS or magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(request, suffix)
    if suffix in JSON or (suffix not in (".csv", ".tsv", ".txt") and magic.lstrip()[:1] in (b"{", b"[")):
        return [_columnar(_as_utf8(request), "json", "SELECT * FROM read_json(?, sample_size = -1)")]
    return [_text(request)]


def _size(path: Path, name: str) -> int:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise FileError(
            "unreadable",
            f"The file cannot be opened: {error.strerror}.",
            remedy="Check that it is there and that you may read it.",
            where=Where(file=name),
            found=error.strerror,
        ) from None
    if size == 0:
        raise empty(name)
    return size


def empty(name: str, sheet: str | None = None) -> FileError:
    """The error for a file or sheet without any row."""
    return FileError(
        "empty_file",
        "There is nothing in this file.",
        remedy="Export it again; the export may have been cut off.",
        where=Where(file=name, sheet=sheet),
    )


def no_rows(name: str) -> FileError:
    """The error for a table that ends with its header."""
    return FileError(
        "no_rows",
        "There is a header in this file, but no row beneath it.",
        remedy="Export it again with a longer period or fewer filters.",
        where=Where(file=name),
    )


def _check_width(width: int, name: str) -> None:
    if width > MOST_COLUMNS:
        raise FileError(
            "too_many_columns",
            f"The table has {width:,} columns; the limit is {MOST_COLUMNS:,}.",
            remedy="Export only the columns you need, one row per record.",
            where=Where(file=name),
            found=f"{width:,}",
        )


def _text(request: Request) -> dict[str, Any]:
    path = request.path
    stream = survey(path)
    decoding = detect(path, stream, request.name)
    foreign = decoding.encoding not in ("utf-8", "utf-8-sig")
    if foreign or not stream.is_utf8 or stream.has_nul or stream.mixed_line_ends:
        target = request.folder / f"{path.stem[:40]}-utf8.csv"
        decoding = Decoding(decoding.encoding, decoding.confidence, copy_clean(path, target, decoding))
        path, stream = target, survey(target)
    made = _delimited(request, path)
    if not made["first_rows"]:
        raise no_rows(request.name)
    made.update(
        format="csv",
        encoding=decoding.encoding,
        confidence=decoding.confidence,
        replaced=decoding.replaced,
        estimate=max(0, stream.line_feeds + (not _ends_with_newline(path)) - made["skip"]),
    )
    return made


def _workbook(request: Request, suffix: str) -> list[dict[str, Any]]:
    tables = []
    headers = 0
    for sheet, path, rows, errors in read_sheets(request.path, request.name, request.folder, request.most_bytes):
        made = _delimited(request, path, ",")
        made["blank_rows"] = blank_rows(path, ",", made["skip"])
        made.update(format=suffix.lstrip(".") or "workbook", sheet=sheet, error_cells=errors)
        made["estimate"] = max(0, rows - (made["header_row"] is not None))
        headers += not made["first_rows"]
        if made["first_rows"]:
            tables.append(made)
    if not tables:
        raise no_rows(request.name) if headers else empty(request.name)
    return tables


def _delimited(request: Request, path: Path, delimiter: str | None = None) -> dict[str, Any]:
    """Cut a UTF-8 text into cells: dialect from its head, sample from head, middle and tail."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD)
        parts = []
        for start in (size // 2, size - PART) if size > HEAD + 2 * PART and request.rows >= 300 else ():
            file.seek(start)
            parts.append(file.read(PART).split(b"\n", 1)[-1])
    text = _whole_lines(head, size).decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    dialect = find_dialect(text, delimiter)
    if dialect is None:
        raise empty(request.name)
    _check_width(dialect.width, request.name)
    rows = parse(text, dialect.delimiter, dialect.skip + request.rows)[dialect.skip :]
    for part in parts:
        lines = part.decode("utf-8", "replace").replace("\r\n", "\n")
        rows += parse(lines, dialect.delimiter, request.rows // 2)[:-1]
    if dialect.delimiter == WHITESPACE:
        path = _rewrite_blanks(path, request.folder / f"{path.stem[:40]}-cells.csv")
    records = [row for row in rows if any(cell.strip() for cell in row)]
    return {
        "file": str(request.path),
        "name": request.name,
        "readable": str(path),
        "sheet": None,
        "delimiter": dialect.delimiter,
        "header": list(dialect.header),
        "header_row": dialect.header_row,
        "skip": dialect.skip,
        "width": dialect.width,
        "share": dialect.share,
        "blank_rows": [],  # asked for later, and only where rows are missing
        "first_rows": [_fit(row, dialect.width) for row in records[:FIRST_ROWS]],
        "sample": [_fit(row, dialect.width) for row in records if abs(len(row) - dialect.width) <= 1],
        "encoding": None,
        "confidence": 1.0,
        "replaced": 0,
    }


def _columnar(request: Request, kind: str, select: str) -> dict[str, Any]:
    """Parquet and JSON know their columns; the sample is taken as text so that one way of judging serves all."""
    connection = duckdb.connect()
    try:
        parameters: list[Any] = [str(request.path)]
        names = [row[0] for row in connection.execute(f"DESCRIBE {select}", parameters).fetchall()]
        if kind == "json" and are_own(
            names
        ):  # as text from here on: a long id must not pass through a floating point number
            select = "SELECT * FROM read_json(?, columns = ?)"
            parameters = [*parameters, dict.fromkeys(names, "VARCHAR")]
        rows = connection.execute(f"{select} LIMIT {request.rows * 2:d}", parameters).fetchall()
        count = connection.execute(f"SELECT count(*) FROM ({select})", parameters).fetchall()[0][0]
    except duckdb.Error as error:
        raise FileError(
            "broken_file",
            f"This is no readable {kind.title()} file.",
            remedy="Export it again, or as CSV.",
            where=Where(file=request.name),
            found=str(error).split("\n", 1)[0][:200],
        ) from None
    finally:
        connection.close()
    if not names or not count:
        raise empty(request.name)
    _check_width(len(names), request.name)
    texts = [[_as_text(value) for value in row] for row in rows]
    return {
        "file": str(request.path),
        "name": request.name,
        "readable": str(request.path),
        "sheet": None,
        "format": kind,
        "delimiter": None,
        "header": names,
        "header_row": None,
        "skip": 0,
        "width": len(names),
        "share": 1.0,
        "blank_rows": [],
        "first_rows": texts[:FIRST_ROWS],
        "sample": texts,
        "encoding": None,
        "confidence": 1.0,
        "replaced": 0,
        "estimate": count,
    }


def are_own(names: Sequence[str]) -> bool:
    """Whether JSON columns have their own names; a key that differs by case alone is given a number by the engine.

    >>> are_own(["amount", "tax"]), are_own(["amount", "Amount_1"])
    (True, False)
    """
    known = {name.lower() for name in names}
    return not any((found := _NUMBERED.fullmatch(name.lower())) and found[1] in known for name in names)


def _as_utf8(request: Request) -> Request:
    stream = survey(request.path)
    decoding = detect(request.path, stream, request.name)
    if stream.is_utf8 and decoding.encoding == "utf-8":
        return request
    target = request.folder / f"{request.path.stem[:40]}-utf8.json"
    copy_clean(request.path, target, decoding)
    return Request(target, request.name, request.folder, request.rows, request.most_bytes)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else str(value)


def _whole_lines(head: bytes, size: int) -> bytes:
    return head if len(head) >= size else head[: head.rfind(b"\n") + 1] or head


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in (b"\n", b"\r")


def _fit(row: list[str], width: int) -> list[str]:
    return ([cell[:MOST_CELL] for cell in row] + [""] * width)[:width]


def _rewrite_blanks(path: Path, target: Path) -> Path:
    """Columns parted by runs of blanks become comma-separated; blank lines stay, so that rows keep their numbers."""
    with (
        path.open(encoding="utf-8-sig", errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for line in source:
            cells = line.split()
            if '"' in line or "," in line:
                cells = ['"' + cell.replace('"', '""') + '"' for cell in cells]
            out.write(",".join(cells) + "\n")
    return target


def blank_rows(path: Path, delimiter: str, skip: int) -> list[int]:
    """The numbers of blank records after the header: the engine passes over them, and row numbers must not slip."""
    found: list[int] = []
    if not has_blank_line(path):
        return found
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter="," if delimiter == WHITESPACE else delimiter)
        try:
            for number, row in enumerate(reader, start=1):
                if not row and number > skip:
                    found.append(number)
                    if len(found) >= MOST_BLANK:
                        break
        except csv.Error:  # a cell beyond the field limit: row numbers after it stay as they are
            return found
    return found


def gather(tables: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection, evidence: str) -> None:
    """Turn every table's sample into evidence per column, in one statement for all tables; samples are dropped."""
    columns: list[int] = []
    values: list[str] = []
    bases: list[int] = []
    base = 0
    for table in tables:
        bases.append(base)
        rows = table.pop("sample")
        table["sampled"] = len(rows)
        table["words"] = []
        for at in range(table["width"]):
            cells = [row[at] for row in rows]
            columns += [base + at] * len(cells)
            values += cells
            different = dict.fromkeys(cell.strip() for cell in cells)
            different.pop("", None)
            table["words"].append(list(different) if len(different) <= MOST_WORDS else [])
        base += table["width"]
    counted = connection.execute(evidence, [columns, values])
    names = [item[0] for item in counted.description or ()]
    by_column = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in counted.fetchall()}
    for table, start in zip(tables, bases, strict=True):
        table["evidence"] = [by_column.get(start + at, {}) for at in range(table["width"])]
