"""What is in these files? One `Sniffed` per table, found by a reader process; nothing is stored."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where
from kpi.ingest.evidence import AMBIGUOUS, LIKELY, date_order, infer, is_date_only, number_reading
from kpi.ingest.forms import evidence_query, sample_evidence_sql
from kpi.ingest.reader import Reader
from kpi.ingest.sniffed import Evidence, NamedFile, Sniffed, SniffedColumn, fingerprint
from kpi.ingest.source import cells_of, open_request
from kpi.settings import Settings, load_settings
from kpi.workspace import Home

SAMPLE_ROWS = 400  # per table from its head, half as many each from middle and tail
SAMPLE_ROWS_MANY = 100  # per table when many files are looked at together
MANY = 20
UNFINISHED = "inspection"  # by this name the sweep knows a folder that nobody will finish once it is old
MOST_WORDS = 60  # different values of a column that are kept

_DOTTED_DAY = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d{2,4}\b.*", re.S)


def inspect(
    files: Sequence[NamedFile],
    home: Home,
    *,
    settings: Settings | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Sniffed]:
    """Look into every file; a workbook gives one answer per visible sheet that holds anything.

    `progress` hears (files done, files in all, name of the last one). Raises `FileError` for the first file that
    cannot be read at all.
    """
    if not files:
        raise FileError("no_files", "No file was given.", remedy="Choose at least one file.")
    settings = settings or load_settings()
    folder = home.new_staging_folder()
    mark = folder / UNFINISHED
    mark.touch()
    kept = False
    try:
        with Reader(settings, cancel, keep=True) as reader:
            tables = reader.ask(
                "sniff",
                file=files[0].name if len(files) == 1 else None,
                told=None if progress is None else lambda step: progress(step["done"], step["of"], step["name"]),
                files=[(str(file.path.resolve()), file.name) for file in files],
                folder=str(folder),
                rows=SAMPLE_ROWS if len(files) <= MANY else SAMPLE_ROWS_MANY,
                most_bytes=settings.max_upload_bytes,
                evidence=sample_evidence_sql(),
            )
            found = _share_evidence([_sniffed(table) for table in tables])
            found = _settle_date_orders(reader, settings, folder, found)
        kept = any(folder in item.readable.parents for item in found)
        mark.unlink(missing_ok=True)  # from now on it waits on a user's desk
        return found
    finally:
        if not kept:
            _remove(folder)


def sniff_again(home: Home, sniffed: Sniffed, *, settings: Settings | None = None) -> Sniffed:
    """The same table, its clean copy made anew; for a `Sniffed` kept for longer than staging folders live."""
    for item in inspect([NamedFile(path=sniffed.file, name=sniffed.name)], home, settings=settings):
        if item.sheet == sniffed.sheet:
            return item
    raise FileError(
        "sheet_gone", "This sheet is no longer in the file.", where=Where(file=sniffed.name, sheet=sniffed.sheet)
    )


def _sniffed(table: dict[str, Any]) -> Sniffed:
    header = tuple(table["header"])
    counted = [Evidence(**found) for found in table["evidence"]]
    columns = []
    for at in range(table["width"]):
        name = header[at] if at < len(header) else ""
        samples = tuple(dict.fromkeys(row[at] for row in table["first_rows"] if row[at].strip()))[:5]
        columns.append(_column(name, counted[at], samples, tuple(table["words"][at])))
    if _writes_decimal_commas(table["delimiter"], columns):
        columns = [
            _column(item.name, item.evidence.model_copy(update={"comma_locale": 1}), item.samples, item.words)
            for item in columns
        ]
    warnings = ["error_cells"] if table.get("error_cells") else []
    if table["header_row"] is None and table["delimiter"] is not None:
        warnings.append("no_header")
    if table["width"] == 1:
        warnings.append("single_column")
    if table["replaced"]:
        warnings.append("replaced_bytes")
    if table["confidence"] < 0.8:
        warnings.append("uncertain_encoding")
    if table["share"] < 0.95:
        warnings.append("ragged")
    return Sniffed(
        file=Path(table["file"]),
        name=table["name"],
        format=table["format"],
        readable=Path(table["readable"]),
        sheet=table["sheet"],
        encoding=table["encoding"],
        confidence=table["confidence"],
        delimiter=table["delimiter"],
        header_row=table["header_row"],
        skip=table["skip"],
        blank_rows=tuple(table["blank_rows"]),
        columns=tuple(columns),
        first_rows=tuple(tuple(row) for row in table["first_rows"]),
        row_estimate=table["estimate"],
        fingerprint=fingerprint(header or tuple(f"#{at}" for at in range(table["width"]))),
        replaced=table["replaced"],
        warnings=tuple(warnings),
    )


def _writes_decimal_commas(delimiter: str | None, columns: list[SniffedColumn]) -> bool:
    """Whether a table is from where 1.234 is a thousand and more: so its other numbers, its cuts or its days say."""
    numbers = [
        item.evidence for item in columns if item.evidence.dot + item.evidence.comma >= LIKELY * item.evidence.filled
    ]
    if any(item.dot_only > 0 and number_reading(item) == "dot" for item in numbers):
        return False
    if any(item.comma_only > 0 and number_reading(item) == "comma" for item in numbers):
        return True
    return delimiter == ";" or any(_DOTTED_DAY.fullmatch(value) for item in columns for value in item.samples)


def _share_evidence(found: list[Sniffed]) -> list[Sniffed]:
    """Files of one shape are judged together: what one of them leaves open, another settles."""
    shapes: dict[tuple[str, int], list[Sniffed]] = {}
    for item in found:
        shapes.setdefault((item.fingerprint, len(item.columns)), []).append(item)
    shared: dict[tuple[str, int], tuple[SniffedColumn, ...]] = {}
    for shape, items in shapes.items():
        columns = zip(*(item.columns for item in items), strict=True)
        shared[shape] = tuple(
            _column(
                same[0].name,
                reduce(add, (column.evidence for column in same)),
                same[0].samples,
                tuple(dict.fromkeys(word for column in same for word in column.words))[:MOST_WORDS],
            )
            for same in columns
        )
    return [
        item.model_copy(update={"columns": shared[item.fingerprint, len(item.columns)]})
        if len(shapes[item.fingerprint, len(item.columns)]) > 1
        else item
        for item in found
    ]


def _column(name: str, evidence: Evidence, samples: tuple[str, ...], words: tuple[str, ...]) -> SniffedColumn:
    kind, reading = infer(name, evidence)
    order = date_order(evidence) if kind.is_time else None
    return SniffedColumn(
        name=name,
        type=kind,
        reading=reading,
        evidence=evidence,
        date_order=order,
        date_only=kind.is_time and is_date_only(evidence, reading),
        samples=samples,
        words=words,
    )


def _settle_date_orders(reader: Reader, settings: Settings, folder: Path, found: list[Sniffed]) -> list[Sniffed]:
    """Where a sample leaves days and months open, one value past 12 anywhere in the column may decide."""
    open_ = [(item, at) for item in found for at, column in enumerate(item.columns) if column.date_order == AMBIGUOUS]
    if not open_:
        return found
    reader.ask("open", **open_request(settings, None, folder, [item for item, _ in open_]))
    settled: dict[tuple[int, int], Evidence] = {}
    for item, at in open_:
        query = evidence_query(cells_of(item, at))
        rows = reader.ask("run", file=item.name, sql=query.sql(dialect="duckdb"))
        if rows:
            names = [select.alias_or_name for select in query.selects][1:]
            settled[id(item), at] = Evidence(**dict(zip(names, rows[0][1:], strict=True)))
    reader.ask("close")
    return [
        item.model_copy(
            update={
                "columns": tuple(
                    _column(column.name, settled[id(item), at], column.samples, column.words)
                    if (id(item), at) in settled
                    else column
                    for at, column in enumerate(item.columns)
                )
            }
        )
        for item in found
    ]


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
