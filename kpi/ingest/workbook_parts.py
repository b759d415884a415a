"""Is it safe to open this workbook, and what does it hold that the fast reader does not tell?

Runs in the reader process, before the workbook is opened. The parts of an XLSX are looked through as bytes, a chunk at
a time: cells that show an error, formulas whose result was never stored, and cells so far out that the fast reader,
which lays every sheet out as a full rectangle, would need more memory than there is.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kpi.errors import FileError, Where
from kpi.settings import FileLimits

CHUNK = 2**20
SMALL = 64 * 2**20  # what any workbook may inflate to, however small its file
MOST_DENSE = 40_000_000  # cells of a rectangle that the fast reader may lay out

_NAME = rb"(?:[\w.-]+:)?"
_ERROR = re.compile(
    rb"<" + _NAME + rb'c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]+)"[^>]*>'
    rb"(?:(?!</" + _NAME + rb"c>).){0,9000}?<" + _NAME + rb"v>([^<]{1,40})</",
    re.S,
)
_FORMULA = re.compile(
    rb"<" + _NAME + rb"c\b([^>]*)>\s*<" + _NAME + rb"f\b[^>]*?(?:/>|>[^<]*</" + _NAME + rb"f>)\s*"
    rb"(?:<" + _NAME + rb"v\s*/>|<" + _NAME + rb"v[^>/]*>([^<]*)</" + _NAME + rb"v>)?"
)
_FAR = re.compile(rb'\br="([A-Z]{2,3})([0-9]+)"[^>]*[^/>]>(?!</)')
_ROW = re.compile(rb'<row [^>]*?\br="([0-9]+)"')
_BEYOND_Z = re.compile(rb'r="[A-Z][A-Z]')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_START_TAG = re.compile(rb"<[A-Za-z]")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_FROM_1904 = re.compile(r"""\bdate1904=["'](?:1|true)["']""")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")

DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # that a zip's member may show

FAILED = "\u2060"  # ends the text of a cell whose formula failed: no word for nothing, and no text that anybody wrote

Place = tuple[int, int]  # row and column, from 0


@dataclass
class Findings:
    """What a sheet's cells are besides their values. Places count from 0."""

    errors: dict[Place, str] = field(default_factory=dict)
    without_result: set[Place] = field(default_factory=set)
    is_xlsx: bool = False
    is_binary: bool = False  # an XLS, whose texts may hold NULs
    counts_from_1904: bool = False  # days; of those written as plain numbers nobody else tells


def check_workbook(path: Path, name: str, limits: FileLimits) -> None:
    """Refuse a workbook that would inflate past the limits, or whose XML declares entities of its own."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(item.file_size for item in archive.infolist())
        packed = path.stat().st_size
        if size > limits.max_inflated_bytes or size > max(SMALL, limits.max_archive_ratio * packed):
            setting = "max_inflated_mb" if size > limits.max_inflated_bytes else "max_archive_ratio"
            raise FileError(
                "workbook_too_large",
                f"Unpacked, this workbook would be {size / 2**20:,.0f} MB.",
                remedy=f"Save the sheet you need as CSV and load that, or raise {setting} in the settings.",
                where=Where(file=name),
                found=f"{size / 2**20:,.0f} MB",
                setting=setting,
            )
        for item in archive.infolist():
            if item.filename.lower().endswith((".xml", ".rels", ".vml")) and _declares_entities(archive, item):
                raise FileError(
                    "unsafe_workbook",
                    "This workbook declares XML entities, which no spreadsheet program writes and which can do harm.",
                    remedy="Open it in a spreadsheet program and save it again as XLSX, if you trust where it is from.",
                    where=Where(file=name),
                    found=item.filename,
                )


def _declares_entities(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bool:
    """Entities can be declared only before the first element."""
    prolog = b""
    try:
        with archive.open(item) as source:
            while chunk := source.read(4096):
                prolog += chunk.replace(b"\0", b"")  # as UTF-16 would hide them
                if _START_TAG.search(prolog):
                    break
    except DAMAGES:
        return False  # as above
    return b"<!ENTITY" in prolog


def is_far_flung(path: Path, sheet: str) -> bool:
    """Whether an XLSX's sheet has cells so far apart that the rectangle around them is too much to lay out."""
    last_row = last_column = 0
    for text in _sheet(path, sheet):
        last_row = max(last_row, *(int(row) for row in _ROW.findall(text, max(0, text.rfind(b"<row "))) or [b"0"]))
        for column, row in _FAR.findall(text) if _BEYOND_Z.search(text) else ():
            last_column = max(last_column, column_number(column))
            last_row = max(last_row, int(row))
    return (last_column + 1) * last_row > MOST_DENSE


def look_through(path: Path, sheet: str) -> Findings:
    """What stands in a sheet of an XLSX; nothing for other kinds of workbook."""
    if not zipfile.is_zipfile(path):
        return Findings()
    try:
        with zipfile.ZipFile(path) as archive:
            if _part_of(archive, sheet) is None:
                return Findings()
            book = _read(archive, _workbook_part(archive))
    except DAMAGES:
        return Findings()  # whether it can be read all the same is for its reader to say
    found = _scan(_sheet(path, sheet), "fullCalcOnLoad" in book)
    found.counts_from_1904 = _FROM_1904.search(book) is not None
    return found


def _sheet(path: Path, sheet: str) -> Iterator[bytes]:
    """The XML of an XLSX's sheet, as far as it can be had, in pieces that end where a cell begins."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            if part is not None:
                yield from _cells(archive, part)
    except DAMAGES:
        return  # as above


def _scan(pieces: Iterable[bytes], is_uncalculated: bool) -> Findings:
    found = Findings(is_xlsx=True)
    zeros: set[Place] = set()
    other_results = 0
    for text in pieces:
        if b't="e"' in text:
            for column, row, shown in _ERROR.findall(text):
                found.errors[int(row) - 1, column_number(column)] = html.unescape(shown.decode("utf-8", "replace"))
        if b"<f" in text or (b":c " in text and b":f" in text):
            for attributes, result in _FORMULA.findall(text):
                place = _PLACE.search(attributes)
                if place is None or b't="str"' in attributes:  # an empty text is a result
                    continue
                at = int(place[2]) - 1, column_number(place[1])
                if not result:
                    found.without_result.add(at)
                elif result == b"0":
                    zeros.add(at)
                else:
                    other_results += 1
    if is_uncalculated and not other_results:  # some programs write 0 for what they leave to be worked out on opening
        found.without_result |= zeros
    return found


def _cells(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a sheet in pieces that end where a cell begins."""
    held = b""
    with archive.open(part) as source:
        while chunk := source.read(CHUNK):
            text = held + chunk
            prefixed = text.rfind(b":c ")
            start = max(text.rfind(b"<c "), text.rfind(b"<", 0, prefixed) if prefixed > 0 else 0)
            end = start if start > 0 else len(text)
            yield text[:end]
            held = text[end:]
    yield held


def _workbook_part(archive: zipfile.ZipFile) -> str:
    """Where an XLSX keeps its list of sheets."""
    for tag in _RELATION.findall(_read(archive, "_rels/.rels")):
        if _attribute(tag, "Type").endswith("/officeDocument"):
            return _attribute(tag, "Target").lstrip("/")
    return "xl/workbook.xml"


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The member of an XLSX that holds a sheet; None in other kinds of workbook."""
    names = set(archive.namelist())
    workbook = _workbook_part(archive)
    folder, base = posixpath.split(workbook)
    relations = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if not workbook.endswith(".xml") or not {workbook, relations} <= names:
        return None
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(_read(archive, relations))}
    for tag in _SHEET.findall(_read(archive, workbook)):
        if _attribute(tag, "name") == sheet:
            target = targets.get(_attribute(tag, r"(?:\w+:)?id"), "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            return part if part in names else None
    return None


def _read(archive: zipfile.ZipFile, part: str) -> str:
    return archive.read(part).decode("utf-8", "replace") if part in archive.namelist() else ""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"""\s{name}=(?:"([^"]*)"|'([^']*)')""", tag)
    return html.unescape(found[1] if found[1] is not None else found[2]) if found else ""


def column_number(letters: bytes) -> int:
    """The place of a spreadsheet column, from 0.

    >>> column_number(b"A"), column_number(b"AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """The letters of a spreadsheet column, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
