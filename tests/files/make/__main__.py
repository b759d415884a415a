"""Write every workbook and archive of this folder that is made by hand."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook

from tests.files.make.binary import compound, xls, xlsb, zipped

FOLDER = Path(__file__).parents[1]
HEADER = ("Order ID", "Order date", "Customer", "Total")
ORDERS = (
    (1001, date(2024, 3, 4), "Blue Ltd", 120.5),
    (1002, date(2024, 3, 15), "Red Inc", 80),
    (1003, date(2024, 3, 26), "Green AG", 45.25),
)
TARGETS = (("Region", "Target"), ("North", 500), ("South", 400), ("West", 300))


def book(fill: Callable[[Workbook], None]) -> bytes:
    """A workbook, the same whenever it is made."""
    made = openpyxl.Workbook()
    made.properties.created = made.properties.modified = datetime(2024, 1, 1)
    fill(made)
    file = io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    now = rb"\d{4}-\d\d-\d\dT[\d:]+Z"
    parts["docProps/core.xml"] = re.sub(now, b"2024-01-01T00:00:00Z", parts["docProps/core.xml"])
    return zipped(parts)


def put(sheet: object, rows: object, top: int = 1, left: int = 1) -> None:
    """Rows into cells from a corner on."""
    for down, row in enumerate(rows):  # type: ignore[arg-type,var-annotated]
        for right, value in enumerate(row):
            if value is not None:
                sheet.cell(top + down, left + right, value)  # type: ignore[attr-defined]


def stacked(made: Workbook) -> None:
    """Two tables one above the other, each under its title, notes between."""
    sheet = made.active
    put(sheet, [("Orders in March",)])
    put(sheet, [HEADER, *ORDERS], top=3)
    put(sheet, [("Targets by region",)], top=8)
    put(sheet, TARGETS, top=10)


def beside(made: Workbook) -> None:
    """A long table, and a short one to its right."""
    put(made.active, [HEADER, *ORDERS, (1004, date(2024, 3, 27), "Blue Ltd", 10)])
    put(made.active, TARGETS, left=6)


def spacer(made: Workbook) -> None:
    """A blank column within one table."""
    put(made.active, [(*HEADER[:2], None, *HEADER[2:]), *[(*row[:2], None, *row[2:]) for row in ORDERS]])


def gaps(made: Workbook) -> None:
    """Blank rows within one table."""
    put(made.active, [HEADER, ORDERS[0]])
    put(made.active, ORDERS[1:], top=5)


def pages(made: Workbook) -> None:
    """The same header once more after a blank row, under a title of its own: two tables of one shape."""
    put(made.active, [("North",), HEADER, *ORDERS])
    put(made.active, [("South",)], top=7)
    put(made.active, [HEADER, *[(row[0] + 10, *row[1:]) for row in ORDERS]], top=9)


def merged(made: Workbook) -> None:
    """A header of two lines, cells merged downwards and across."""
    sheet = made.active
    put(sheet, [("Sales by quarter",), ("Region", "2023", None, "2024", None, "Lead"), (None, "H1", "H2", "H1", "H2")])
    for cells in ("A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"):
        sheet.merge_cells(cells)
    put(sheet, [("North", 1, 2, 3, 4, "Ann"), ("South", 5, 6, 7, 8, "Bob")], top=4)


def tall(made: Workbook) -> None:
    """A header of four lines; only the merged cells tell that it is one."""
    sheet = made.active
    put(sheet, [("Store", "Visitors", "Sales", None, "Note"), (), (None, None, "gross", "net")])
    put(sheet, [(None, None, "EUR", "EUR")], top=4)
    for cells in ("A1:A4", "B1:B4", "C1:D2", "E1:E4"):
        sheet.merge_cells(cells)
    put(sheet, [("Bonn", 10, 99.5, 80, "open"), ("Kiel", 20, 50, 40, "new")], top=5)


def merged_data(made: Workbook) -> None:
    """A region merged down over its rows stands in the first one only."""
    sheet = made.active
    put(sheet, [("Region", "City", "Visits"), ("North", "Kiel", 5), (None, "Bremen", 6), ("South", "Ulm", 7)])
    sheet.merge_cells("A2:A3")


def hidden_only(made: Workbook) -> None:
    """All rows stand in a hidden sheet."""
    sheet = made.create_sheet("Archive")
    put(sheet, [HEADER, *ORDERS])
    sheet.sheet_state = "hidden"


def hidden(made: Workbook) -> None:
    """A visible table and a very hidden one."""
    made.active.title = "Current"
    put(made.active, [HEADER, ORDERS[0]])
    sheet = made.create_sheet("Archive")
    put(sheet, [HEADER, *ORDERS[1:]])
    sheet.sheet_state = "veryHidden"


def months(made: Workbook) -> None:
    """A sheet for each month."""
    made.active.title = "Mar"
    put(made.active, [HEADER, *ORDERS])
    put(made.create_sheet("Apr"), [HEADER, *[(row[0] + 10, row[1].replace(month=4), *row[2:]) for row in ORDERS]])


def mac(made: Workbook) -> None:
    """Days counted from 1904."""
    made.epoch = CALENDAR_MAC_1904
    put(made.active, [HEADER, *ORDERS])


def mac_serials(made: Workbook) -> None:
    """Days counted from 1904, as plain numbers."""
    made.epoch = CALENDAR_MAC_1904
    put(made.active, [HEADER, (1, 43893, "Blue Ltd", 5), (2, 43904, "Red Inc", 6)])


def serials(made: Workbook) -> None:
    """Days as numbers, written as text."""
    put(made.active, [HEADER, (1, "45355", "Blue Ltd", 5), (2, "45366", "Red Inc", 6), (3, "45377", "Green AG", 7)])


def uncalculated(made: Workbook) -> None:
    """Formulas whose results no program has ever worked out."""
    put(made.active, [HEADER, *[(*row[:3], f"=10*{number}") for number, row in enumerate(ORDERS, start=1)]])
    made.active["D3"] = 80


def clocks(made: Workbook) -> None:
    """Times and amounts whose last digits are a float's noise, and an id beyond fifteen digits."""
    put(made.active, [("Order ID", "Order date", "Customer", "Total")])
    put(made.active, [(1, 45355.31261574074, "Blue Ltd", 0.1 + 0.2), (1e16 + 2, 45355.9999999999, "Red Inc", 7)], top=2)
    for row in (2, 3):
        made.active.cell(row, 2).number_format = "yyyy-mm-dd hh:mm:ss"


def long_cell(made: Workbook) -> None:
    """A text of several lines, and one with quotes and commas, in a sheet that does not begin at A1."""
    put(made.active, [("Order ID", "Order date", "Note", "Total"), (1, date(2024, 3, 4), 'a "b", c\nd', 5)], 3, 3)


def far(made: Workbook) -> None:
    """A table, and a stray blank in the last cell that a sheet has."""
    put(made.active, [HEADER, *ORDERS])
    made.active.cell(1048576, 16384, "x")


def patched(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, part: change(parts[part])})


def prefixed(xml: bytes) -> bytes:
    """A sheet as written by programs that give every name a prefix, one of its cells an error."""
    xml = xml.replace(b"<v>80</v>", b"<v>#REF!</v>").replace(b'<c r="D3" t="n">', b'<c t="e" r="D3">')
    return re.sub(rb"(</?)(\w)", rb"\1x:\2", xml).replace(b'xmlns="', b'xmlns:x="')


def with_entities(xml: bytes) -> bytes:
    """Entities that grow as they are resolved."""
    bomb = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return re.sub(rb"^(<\?xml[^>]*\?>)?", rb"\1" + bomb, xml, count=1)


def open_document() -> bytes:
    """An ODS: errors, a day, repeated cells, a hidden sheet."""
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    cells = {
        "text": lambda text: f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>',
        "number": lambda text: f'<table:table-cell office:value-type="float" office:value="{text}"/>',
        "day": lambda text: f'<table:table-cell office:value-type="date" office:date-value="{text}"/>',
        "error": lambda text: (
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
            f'office:string-value="" calcext:value-type="error"><text:p>{text}</text:p></table:table-cell>'
        ),
        "old": lambda text: (
            '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
            f"<text:p>{text}</text:p></table:table-cell>"
        ),
    }

    def row(*given: tuple[str, str]) -> str:
        return "<table:table-row>" + "".join(cells[kind](text) for kind, text in given) + "</table:table-row>"

    def order(number: str, day: str, total: tuple[str, str]) -> str:
        return row(("number", number), ("day", day), ("text", "Blue Ltd"), total)

    rows = (
        row(*(("text", name) for name in HEADER))
        + order("1", "2024-03-04", ("number", "5.5"))
        + '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="4"/>'
        "</table:table-row>"
        + order("2", "2024-03-15", ("error", "#DIV/0!"))
        + order("3", "2024-03-26", ("old", "Err:502"))
        + order("4", "2024-03-27", ("number", "7"))
    )
    content = (
        f'<office:document-content xmlns:office="{kinds}:office:1.0" xmlns:table="{kinds}:table:1.0" '
        f'xmlns:text="{kinds}:text:1.0" xmlns:style="{kinds}:style:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">'
        '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="Orders">{rows}</table:table>'
        f'<table:table table:name="Old" table:style-name="ta2">{row(("text", "x"), ("number", "1"))}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{kinds}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )


def protected_member(content: bytes) -> bytes:
    """A zip whose second member says that it is encrypted."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark, content.find(mark) + 4)
        changed[at + flags] |= 1
    return bytes(changed)


def damaged_member(content: bytes) -> bytes:
    """A zip whose second member has other bytes than were packed."""
    at = content.find(b"PK\x03\x04", 4)
    start = at + 30 + struct.unpack_from("<H", content, at + 26)[0]
    return content[: start + 5] + b"\xff\x00\xff" + content[start + 8 :]


def main() -> None:
    """Write them."""
    march = "Order ID,Order date,Customer,Total\n1001,2024-03-04,Blue Ltd,120.5\n1002,2024-03-15,Red Inc,80\n"
    april = march.replace("2024-03", "2024-04").replace("100", "200")
    cells = [HEADER, (1, 45355, "Blue Ltd", 5.5), (2, 45366, "Red Inc", "#N/A"), (3, 45377, "Green AG", "#DIV/0!")]
    two = zipped({"march.csv": march, "april.csv": april})
    web_page = "<html><body><table><tr><th>Order ID</th><th>Total</th></tr><tr><td>1</td><td>5</td></tr></table></body>"
    files = {
        "stacked_tables.xlsx": book(stacked),
        "tables_side_by_side.xlsx": book(beside),
        "blank_column.xlsx": book(spacer),
        "blank_rows.xlsx": book(gaps),
        "same_header_twice.xlsx": book(pages),
        "merged_header.xlsx": book(merged),
        "tall_header.xlsx": book(tall),
        "merged_data.xlsx": book(merged_data),
        "only_hidden.xlsx": book(hidden_only),
        "hidden_left_out.xlsx": book(hidden),
        "hidden_chosen.xlsx": book(hidden),
        "sheet_per_month.xlsx": book(months),
        "days_from_1904.xlsx": book(mac),
        "plain_days_from_1904.xlsx": book(mac_serials),
        "serial_days_as_text.xlsx": book(serials),
        "formulas_without_results.xlsx": book(uncalculated),
        "clock_noise.xlsx": book(clocks),
        "not_at_the_corner.xlsx": book(long_cell),
        "far_corner.xlsx": book(far),
        "prefixed_names.xlsx": patched(book(stacked_orders), "xl/worksheets/sheet1.xml", prefixed),
        "entities.xlsx": patched(book(stacked_orders), "xl/workbook.xml", with_entities),
        "protected.xlsx": compound({"EncryptedPackage": b"sealed" * 900, "EncryptionInfo": b"\x04\x00\x04\x00@\0\0\0"}),
        "error_cells.xls": xls("Orders", cells),
        "error_cells.xlsb": xlsb("Orders", cells),
        "error_cells.ods": open_document(),
        "workbook_by_another_name.xls": book(stacked_orders),
        "text_named_xls.xls": march.replace(",", "\t").encode("utf-16"),
        "web_page.xls": web_page.encode(),
        "two_months.zip": two,
        "one_damaged.zip": damaged_member(two),
        "one_protected.zip": protected_member(two),
        "nothing_inside.zip": zipped({"__MACOSX/._march.csv": b"x"}),
        "packed.csv.gz": gzip.compress(march.encode(), mtime=0),
        "gz_in_zip.zip": zipped({"march.csv.gz": gzip.compress(march.encode(), mtime=0)}),
        "cut_off.csv.gz": gzip.compress(march.encode(), mtime=0)[:-20],
    }
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)


def stacked_orders(made: Workbook) -> None:
    """Plain orders."""
    put(made.active, [HEADER, *ORDERS])


if __name__ == "__main__":
    main()
