"""Small workbooks of kinds that no library here writes, byte by byte: compound files, XLS, XLSB."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A}

Row = Sequence[str | float | None]


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip whose members all have the same day, so that it is the same whenever it is made."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file; streams are padded to sectors, and none is small enough for the mini stream."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [_entry("Root Entry", 5, END, 0, child=1)]

    def add(data: bytes) -> int:
        start = len(sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        chain.extend([*range(start + 1, start + len(pieces)), END])
        return start

    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    for number, name in enumerate(names):
        data = streams[name].ljust(4096, b"\0")
        right = number + 2 if number + 1 < len(names) else FREE
        entries.append(_entry(name, 2, add(data), len(data), right=right))
    directory = b"".join(entries)
    directory += _entry("", 0, 0, 0) * (-len(entries) % 4)
    first = add(directory)
    place = len(sectors)
    chain.append(FAT)
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, first, 0, 4096, END, 0, END, 0, place)
    return head + struct.pack("<108I", *[FREE] * 108) + b"".join(sectors) + table


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
    return head + struct.pack("<III", FREE, right, child) + bytes(36) + struct.pack("<III", start, size, 0)


def xls(sheet: str, rows: Sequence[Row]) -> bytes:
    """An XLS of one sheet: texts, numbers, and errors such as #N/A."""
    body = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            place = struct.pack("<HHH", number, at, 0)
            if isinstance(cell, str) and cell in ERRORS:
                body += _biff(0x205, place + bytes([ERRORS[cell], 1]))
            elif isinstance(cell, str):
                body += _biff(0x204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            elif cell is not None:
                body += _biff(0x203, place + struct.pack("<d", cell))
    body += _biff(0x0A, b"")
    head = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = bytes([len(sheet), 0]) + sheet.encode("latin-1")
    start = len(head) + 4 + 6 + len(name) + 4
    head += _biff(0x85, struct.pack("<IBB", start, 0, 0) + name) + _biff(0x0A, b"")
    return compound({"Workbook": head + body})


def _biff(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xlsb(sheet: str, rows: Sequence[Row]) -> bytes:
    """An XLSB of one sheet: texts, numbers, and errors such as #N/A."""
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
    book += _record(144) + _record(132)
    width = max(map(len, rows))
    cells = _record(129) + _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + _record(145)
    for number, row in enumerate(rows):
        cells += _record(0, struct.pack("<IIHBBI", number, 0, 300, 0, 0, 0) + bytes(1))
        for at, cell in enumerate(row):
            place = struct.pack("<II", at, 0)
            if isinstance(cell, str) and cell in ERRORS:
                cells += _record(3, place + bytes([ERRORS[cell]]))
            elif isinstance(cell, str):
                cells += _record(6, place + _wide(cell))
            elif cell is not None:
                cells += _record(5, place + struct.pack("<d", cell))
    cells += _record(146) + _record(130)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{packages}"><Relationship Id="rId1" Type="{kind}/officeDocument" '
            'Target="xl/workbook.bin"/></Relationships>',
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{packages}"><Relationship Id="rId1" '
            f'Type="{kind}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": cells,
        }
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + body
