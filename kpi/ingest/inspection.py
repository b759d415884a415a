"""What is in these files? One `Sniffed` per table, found by a reader process; nothing is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kpi.errors import FileError, Where
from kpi.ingest.counting import sample_evidence_sql
from kpi.ingest.forms import empty_words
from kpi.ingest.judging import judge, settle_date_orders, share_evidence, writes_decimal_commas
from kpi.ingest.reader import Reader
from kpi.ingest.rescue import sniff
from kpi.ingest.sniffed import Evidence, NamedFile, ReadingChoice, Sniffed, fingerprint
from kpi.settings import Settings, load_settings
from kpi.workspace import Home

SAMPLE_ROWS = 400  # per table from its head, half as many each from middle and tail
SAMPLE_ROWS_MANY = 100  # per table when many files are looked at together
MANY = 20
UNFINISHED = "inspection"  # by this name the sweep knows a folder that nobody will finish once it is old


def inspect(
    files: Sequence[NamedFile],
    home: Home,
    *,
    choices: Mapping[str, ReadingChoice] | None = None,
    settings: Settings | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancel: threading.Event | None = None,
) -> list[Sniffed]:
    """Look into every file; a workbook gives one answer per visible sheet that holds anything.

    `choices` says, by the name of a file, how the user wants it read. `progress` hears (files done, files in all, name
    of the last one). Raises `FileError` for the first file that cannot be read at all.
    """
    if not files:
        raise FileError("no_files", "No file was given.", remedy="Choose at least one file.")
    settings = settings or load_settings()
    choices = choices or {}
    folder = home.new_staging_folder()
    mark = folder / UNFINISHED
    mark.touch()
    kept = False
    try:
        with Reader(settings, cancel, keep=True) as reader:
            tables = sniff(
                reader,
                files,
                settings.files,
                progress,
                folder=str(folder),
                rows=SAMPLE_ROWS if len(files) <= MANY else SAMPLE_ROWS_MANY,
                most_bytes=settings.max_upload_bytes,
                evidence=sample_evidence_sql(),
                empty=empty_words(),
                choices={file.name: choices[file.name].model_dump() for file in files if file.name in choices},
            )
            found = share_evidence([_sniffed(table, choices.get(table["name"], ReadingChoice())) for table in tables])
            found = settle_date_orders(reader, settings, folder, found)
        kept = any(folder in item.readable.parents for item in found)
        mark.unlink(missing_ok=True)  # from now on it waits on a user's desk
        return found
    finally:
        if not kept:
            _remove(folder)


def preview_encoding(
    file: NamedFile, encoding: str | None = None, rows: int = 5, *, settings: Settings | None = None
) -> tuple[str, ...]:
    """The first lines of a text as an encoding reads them; None for the one that would be chosen."""
    with Reader(settings or load_settings(), keep=True) as reader:
        path = str(file.path.resolve())
        return tuple(reader.ask("preview", file=file.name, path=path, name=file.name, encoding=encoding, rows=rows))


def sniff_again(home: Home, sniffed: Sniffed, *, settings: Settings | None = None) -> Sniffed:
    """The same table, its clean copy made anew; for a `Sniffed` kept for longer than staging folders live."""
    file = NamedFile(path=sniffed.file, name=sniffed.name)
    for item in inspect([file], home, choices={sniffed.name: sniffed.choice}, settings=settings):
        if (item.sheet, item.area) == (sniffed.sheet, sniffed.area):
            return item
    raise FileError(
        "sheet_gone", "This sheet is no longer in the file.", where=Where(file=sniffed.name, sheet=sniffed.sheet)
    )


def _sniffed(table: dict[str, Any], choice: ReadingChoice) -> Sniffed:
    header = tuple(table["header"])
    counted = [Evidence(**found) for found in table["evidence"]]
    columns = []
    for at in range(table["width"]):
        name = header[at] if at < len(header) else ""
        samples = tuple(dict.fromkeys(row[at] for row in table["first_rows"] if row[at].strip()))[:5]
        columns.append(judge(name, counted[at], samples, tuple(table["words"][at])))
    if writes_decimal_commas(table["delimiter"], columns):
        columns = [
            judge(item.name, item.evidence.model_copy(update={"comma_locale": 1}), item.samples, item.words)
            for item in columns
        ]
    has_serials = any(column.reading == "serial" for column in columns)
    warnings = [note for note in table.get("notes", ()) if note != "counts_from_1904" or has_serials]
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
        content=table["content"],
        hidden=table.get("hidden", False),
        hidden_sheets=tuple(table.get("hidden_sheets", ())),
        area=table.get("area"),
        choice=choice,
        rivals=tuple((encoding, share) for encoding, share in table.get("rivals", ())),
        aside=tuple((row, reason, text) for row, reason, text in table.get("aside", ())),
        warnings=tuple(warnings),
    )


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
