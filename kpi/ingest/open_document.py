"""Which cells of an ODS show an error? The fast reader gives some back as empty, and some as 0.

Runs in the reader process. The document's XML is walked through only where a mark of an error stands in it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from kpi.ingest.workbook_parts import Place

CHUNK = 2**20
MARKS = (b'value-type="error"', b">Err:", b">#")
SHOWN = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "Err:")
MOST_ERRORS = 100_000  # of repeated cells, that are told one by one


def ods_errors(path: Path, sheet: str) -> dict[Place, str]:
    """Error cells of a sheet of an ODS, by row and column from 0."""
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist() or not _has_marks(archive):
            return {}
        walk = _Walk(sheet)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
        parser.CharacterDataHandler = walk.text
        try:
            with archive.open("content.xml") as source:
                parser.ParseFile(source)
        except expat.ExpatError:
            return walk.found  # what follows is for the reader to judge
        return walk.found


def _has_marks(archive: zipfile.ZipFile) -> bool:
    held = b""
    with archive.open("content.xml") as source:
        while chunk := source.read(CHUNK):
            if any(mark in held + chunk for mark in MARKS):
                return True
            held = chunk[-32:]
    return False


@dataclass
class _Walk:
    """Where in the sheet the parser is; rows and cells may stand for many."""

    sheet: str
    found: dict[Place, str] = field(default_factory=dict)
    inside: bool = False
    row: int = 0
    rows: int = 1
    column: int = 0
    cells: int = 1
    suspect: bool = False
    shown: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        kind = name.rsplit(" ", 1)[-1]
        given = {key.rsplit(" ", 1)[-1]: value for key, value in attributes.items()}
        if kind == "table":
            self.inside, self.row = given.get("name") == self.sheet, 0
        elif not self.inside:
            return
        elif kind == "table-row":
            self.rows, self.column = int(given.get("number-rows-repeated", 1)), 0
        elif kind in ("table-cell", "covered-table-cell"):
            self.cells, self.shown = int(given.get("number-columns-repeated", 1)), ""
            self.suspect = "error" in [v for k, v in attributes.items() if k.endswith(" value-type")] or (
                "formula" in given
            )

    def text(self, text: str) -> None:
        """Letters of a cell that may show an error."""
        if self.suspect:
            self.shown += text

    def end(self, name: str) -> None:
        """An element ends."""
        if not self.inside:
            return
        kind = name.rsplit(" ", 1)[-1]
        if kind == "table":
            self.inside = False
        elif kind == "table-row":
            self.row += self.rows
        elif kind in ("table-cell", "covered-table-cell"):
            if self.suspect and self.shown.startswith(SHOWN) and self.rows * self.cells < MOST_ERRORS:
                for row in range(self.row, self.row + self.rows):
                    for column in range(self.column, self.column + self.cells):
                        self.found[row, column] = self.shown
            self.column += self.cells
            self.suspect = False
