"""What is in this file? Format, encoding, cells, header and a sample of every column, one answer per table.

Runs in the reader process. What a column's values mean is counted by one SQL statement that the parent sends along,
so that the evidence and the later reading use the same expressions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from kpi.errors import FileError, Where
from kpi.ingest.decode import content_of, copy_clean, survey
from kpi.ingest.encoding import detect
from kpi.ingest.limits import check_lines, check_rows, check_size, check_width
from kpi.ingest.request import FIRST_ROWS, Request, empty, no_rows
from kpi.ingest.sheets import Asked, read_sheets
from kpi.ingest.texts import blank_rows, delimited, sniff_text
from kpi.ingest.workbook_parts import FAILED

MOST_WORDS = 60  # different values up to which they are all reported

WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm"}
MAGIC = 1024  # bytes at the start of a file that tell its kind
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|\?xml|script)\b", re.I)
_NUMBERED = re.compile(r"(.*)_\d+", re.S)
JSON = {".json", ".jsonl", ".ndjson"}


def sniff_file(request: Request) -> list[dict[str, Any]]:
    """Every table of one file, with the rows of its sample under `sample` (the caller turns them into evidence)."""
    path, name = request.path, request.name
    size = _size(path, name)
    check_size(size, request.most_bytes, name)
    tables = _tables(request)
    for table in tables:
        check_rows(table["estimate"], request.limits, Where(file=name, sheet=table["sheet"]))
    if any("content" not in table for table in tables):
        content = content_of(path)
        tables = [{**table, "content": content} for table in tables]
    return tables


def _tables(request: Request) -> list[dict[str, Any]]:
    path, name = request.path, request.name
    with path.open("rb") as file:
        magic = file.read(MAGIC)
    suffix = Path(name).suffix.lower()
    if magic.startswith(b"PAR1") or suffix == ".parquet":
        return [_columnar(request, "parquet", "SELECT * FROM read_parquet(?)")]
    is_workbook = magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if is_workbook or (suffix in WORKBOOKS and not _is_text(magic)):  # some exports give texts a workbook's name
        return _workbook(request, suffix)
    if suffix in JSON or (suffix not in (".csv", ".tsv", ".txt") and magic.lstrip()[:1] in (b"{", b"[")):
        return [_columnar(_as_utf8(request), "json", "SELECT * FROM read_json(?, sample_size = -1)")]
    _refuse_markup(magic, name)
    check_lines(path, request.limits, name)
    return [sniff_text(request)]


def _is_text(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or not re.search(rb"[\x00-\x08]", head)


def _refuse_markup(head: bytes, name: str) -> None:
    """Some programs write web pages under the name of a table, and servers send their login page instead of one."""
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe")):
        raise FileError(
            "web_page",
            "This is a web page or XML under the name of a table.",
            remedy="Save it as XLSX in a spreadsheet program; if it is a login page, sign in and export again.",
            where=Where(file=name),
        )


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


def _workbook(request: Request, suffix: str) -> list[dict[str, Any]]:
    tables = []
    headers = 0
    path, limits, chosen = request.path, request.limits, request.choice.sheets
    for found in read_sheets(Asked(path, request.name, request.folder, limits, chosen, request.safely)):
        made = delimited(request, found.path, ",")
        made["blank_rows"] = blank_rows(found.path, ",", made["skip"])
        made.update(
            format=suffix.lstrip(".") or "workbook",
            sheet=found.sheet,
            area=found.area,
            hidden=found.hidden,
            hidden_sheets=found.hidden_sheets,
            notes=found.notes,
        )
        made["estimate"] = max(0, found.rows - (made["header_row"] is not None))
        headers += not made["first_rows"]
        if made["first_rows"]:
            tables.append(made)
    if not tables:
        raise no_rows(request.name) if headers else empty(request.name)
    return tables


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
    check_width(len(names), request.limits, Where(file=request.name))
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
    return replace(request, path=target)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else str(value)


def gather(tables: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection, evidence: str) -> None:
    """Turn every table's sample into evidence per column, in one statement for all tables; samples are dropped.

    Words that stand for nothing are told apart here, by the table's `empty`: each file may have its own.
    """
    columns: list[int] = []
    values: list[str] = []
    bases: list[int] = []
    voids: list[list[list[str]]] = []
    base = 0
    for table in tables:
        bases.append(base)
        rows = table.pop("sample")
        table["sampled"] = len(rows)
        table["words"] = []
        nothing = set(table.pop("empty"))
        voids.append([])
        for at in range(table["width"]):
            cells = [row[at] for row in rows]
            different = dict.fromkeys(cell.strip() for cell in cells if not cell.endswith(FAILED))
            different.pop("", None)
            empty = {word: word.lower() for word in different if word.lower() in nothing}
            voids[-1].append(list(dict.fromkeys(empty.values())))
            given = [cell for cell in cells if cell.strip() not in empty] if empty else cells
            columns += [base + at] * len(given)
            values += given
            table["words"].append(list(different) if len(different) <= MOST_WORDS else [])
        base += table["width"]
    counted = connection.execute(evidence, [columns, values])
    names = [item[0] for item in counted.description or ()]
    by_column = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in counted.fetchall()}
    for table, start, empties in zip(tables, bases, voids, strict=True):
        table["evidence"] = [{**by_column.get(start + at, {}), "empty": empty} for at, empty in enumerate(empties)]
