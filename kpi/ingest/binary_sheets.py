"""Which cells of an XLS or XLSB show an error? The fast reader gives them back as empty.

Runs in the reader process. Both formats are records after records; only their heads are looked at. Layouts follow
Microsoft's open specifications MS-CFB, MS-XLS and MS-XLSB. What cannot be followed ends the search: whether the
workbook can be read at all is for its reader to say.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kpi.ingest.workbook_parts import Place

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FREE = 0xFFFFFFFA  # sector numbers from here on are marks, not places
_RELATION = re.compile(rb'<Relationship\b[^>]*\bId="([^"]*)"[^>]*>')
_TARGET = re.compile(rb'\bTarget="([^"]*)"')


def xls_errors(path: Path, number: int) -> dict[Place, str]:
    """Error cells of the sheet of this number, from 0, in an XLS."""
    try:
        stream = _workbook_stream(path.read_bytes())
        starts = [struct.unpack_from("<I", body)[0] for kind, body in _biff(stream, 0) if kind == 0x85]
        return dict(_biff_errors(stream, starts[number])) if number < len(starts) else {}
    except (struct.error, IndexError):
        return {}


def _biff(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream: kind and body; charts within it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind in (0x809, 0x409, 0x209)) - (kind == 0x0A)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + size]
        if depth <= 0:
            return
        at += 4 + size


def _biff_errors(stream: bytes, start: int) -> Iterator[tuple[Place, str]]:
    for kind, body in _biff(stream, start):
        if kind == 0x205 and len(body) >= 8 and body[7] == 1:  # BOOLERR
            yield struct.unpack_from("<HH", body), ERRORS.get(body[6], "#N/A")
        elif kind in (0x06, 0x206, 0x406) and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            yield struct.unpack_from("<HH", body), ERRORS.get(body[8], "#N/A")


def _workbook_stream(data: bytes) -> bytes:
    """The stream of records inside a compound file; the file itself where it is none."""
    if not data.startswith(COMPOUND):
        return data
    sector, mini = 1 << struct.unpack_from("<H", data, 30)[0], 1 << struct.unpack_from("<H", data, 32)[0]
    directory, cutoff, first_mini, _, difat, _ = struct.unpack_from("<I4xIIIII", data, 48)
    tables = [place for place in struct.unpack_from("<109I", data, 76) if place < FREE]
    while difat < FREE and len(tables) * sector < len(data):
        more = struct.unpack_from(f"<{sector // 4}I", data, (difat + 1) * sector)
        tables += [place for place in more[:-1] if place < FREE]
        difat = more[-1]
    chain = [place for table in tables for place in struct.unpack_from(f"<{sector // 4}I", data, (table + 1) * sector)]
    entries = _stream(data[sector:], chain, directory, sector)
    small = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        start, size = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:  # the root holds the small streams
            small = _stream(data[sector:], chain, start, sector)
        elif kind == 2 and name in ("workbook", "book"):
            if size >= cutoff:
                return _stream(data[sector:], chain, start, sector)[:size]
            links = _stream(data[sector:], chain, first_mini, sector)
            return _stream(small, list(struct.unpack(f"<{len(links) // 4}I", links)), start, mini)[:size]
    return b""


def _stream(body: bytes, chain: list[int], start: int, size: int) -> bytes:
    """The sectors of a chain, one after the other; a chain that bites its own tail ends."""
    parts: list[bytes] = []
    while start < FREE and len(parts) <= len(chain):
        parts.append(body[start * size : (start + 1) * size])
        start = chain[start]
    return b"".join(parts)


def xlsb_errors(path: Path, sheet: str) -> dict[Place, str]:
    """Error cells of a sheet of an XLSB."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _xlsb_part(archive, sheet)
            return dict(_xlsb_cells(archive.read(part))) if part else {}
    except (KeyError, IndexError, struct.error, zipfile.BadZipFile):
        return {}


def _xlsb_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    relations = archive.read("xl/_rels/workbook.bin.rels")
    targets = {
        tag[1].decode(): found[1].decode() for tag in _RELATION.finditer(relations) if (found := _TARGET.search(tag[0]))
    }
    for kind, body in _records(archive.read("xl/workbook.bin")):
        if kind == 156:  # BrtBundleSh
            relation, after = _wide_text(body, 8)
            if _wide_text(body, after)[0] == sheet:
                target = targets[relation]
                return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return None


def _wide_text(body: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _xlsb_cells(data: bytes) -> Iterator[tuple[Place, str]]:
    row = 0
    for kind, body in _records(data):
        if kind == 0:  # BrtRowHdr
            row = struct.unpack_from("<I", body)[0]
        elif kind in (3, 11):  # BrtCellError, BrtFmlaError
            yield (row, struct.unpack_from("<I", body)[0]), ERRORS.get(body[8], "#N/A")


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every record; both kind and size are written in groups of seven bits."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 21:
                break
        yield kind, data[at : at + size]
        at += size
