"""In which encoding a text is read, how sure that is, and what else it could be."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.errors import FileError
from kpi.ingest import NamedFile, ReadingChoice, guess, inspect, preview_encoding
from kpi.ingest.decode import survey
from kpi.ingest.encoding import detect, preview
from kpi.ingest.inspection import sniff_again
from kpi.workspace import Home

CHINESE = "订单编号,客户,金额,备注\n1001,张三,120.5,已付款\n1002,李四,99,待发货\n"
TAIWANESE = "訂單編號,客戶,金額\n1001,台北市大安區,120\n1002,高雄,99\n"
JAPANESE = "注文番号,顧客名,商品,金額\n1001,山田太郎,りんごジュース,1200\n1002,佐藤花子,みかん箱詰め,3400\n"
KOREAN = "주문번호,고객,금액\n1001,김민수,12000\n1002,이영희,9900\n"
RUSSIAN = "Номер заказа,Клиент,Сумма\nМосква,Иванов Иван,Санкт-Петербург\n"
POLISH = "Zamówienie,Klient\nŁódź,Paweł Wójcik\nKraków,Świętokrzyskie\n"
TEXTS = [
    ("gb18030", CHINESE),
    ("big5", TAIWANESE),
    ("shift_jis", JAPANESE),
    ("cp932", "氏名,会社\n髙橋一郎,㈱山本商店\n"),
    ("euc_jp", JAPANESE),
    ("iso2022_jp", JAPANESE),
    ("euc_kr", KOREAN),
    ("cp1251", RUSSIAN),
    ("koi8_r", RUSSIAN),
    ("cp866", RUSSIAN),
    ("iso8859_5", RUSSIAN),
    ("iso8859_7", "πόλη,όνομα\nΑθήνα,Λεωνίδας\nΠάτρα,Μιλτιάδης\n"),
    ("cp1255", "הזמנה,לקוח,סכום\nתל אביב,ירושלים\n"),
    ("cp1256", "رقم الطلب,العميل,المبلغ\nالقاهرة,أحمد\n"),
    ("cp874", "หมายเลขคำสั่งซื้อ,ลูกค้า\nกรุงเทพ,สมชาย\n"),
    ("cp1250", POLISH),
    ("iso8859_2", POLISH),
    ("cp1254", "Sipariş,Müşteri\nİstanbul,Işık Yılmaz\n"),
    ("cp1252", "Bestellung,Kunde\nMünchen,Straße\nGenève,François\n"),
    ("cp1252", "place,reading\nroom,20 °C\nhall,18 °C\n"),
    ("cp850", "Bestellung,Straße\nMünchen,Genève\nKöln,Größe\n"),
    ("utf-16-le", CHINESE),
    ("utf-16-be", "a,b\n1,2\n"),
    ("utf-32-le", JAPANESE),
    ("utf-32-be", "a,b\n1,2\n"),
    ("utf-16", KOREAN),
    ("utf-8-sig", CHINESE),
]


@pytest.mark.parametrize(("encoding", "text"), TEXTS, ids=[f"{name}-{len(text)}" for name, text in TEXTS])
def test_text_is_read_as_it_was_written(encoding: str, text: str, tmp_path: Path) -> None:
    """The encoding found gives the very text, and no rival is held for likelier."""
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    found = detect(path, survey(path), "file.csv")
    assert path.read_bytes().decode(found.encoding).removeprefix("\ufeff") == text
    assert 0 < found.confidence <= 1
    assert all(share < found.confidence for _, share in found.rivals)


def test_rare_characters_are_read_but_not_with_certainty(tmp_path: Path) -> None:
    """A few rare characters are weak evidence: the encoding is right, and said to be uncertain."""
    path = tmp_path / "file.csv"
    path.write_bytes("姓名,公司\n囍喆,犇鑫\n镕基,堃堃\n".encode("gb18030"))
    found = detect(path, survey(path), "file.csv")
    assert (found.encoding, found.confidence < 0.8) == ("gb18030", True)
    assert found.rivals


def test_chosen_encoding_is_obeyed_and_kept(home: Home, tmp_path: Path) -> None:
    """What the user says is used, remembered in the description, and used again when the copy is made anew."""
    path = tmp_path / "orte.csv"
    path.write_bytes("ort,wert\nK\xf6ln,1\n".encode("cp1252"))
    choice = ReadingChoice(encoding="cp1251")
    (found,) = inspect([NamedFile(path=path, name="orte.csv")], home, choices={"orte.csv": choice})
    assert (found.encoding, found.confidence, found.choice) == ("cp1251", 1.0, choice)
    assert found.first_rows[0] == ("Kцln", "1")
    assert sniff_again(home, found).first_rows == found.first_rows
    assert len(found.content) == 64


def test_unknown_encoding_and_row_are_refused(home: Home, tmp_path: Path) -> None:
    """A choice that cannot be obeyed is an error, not a guess."""
    path = tmp_path / "orte.csv"
    path.write_text("ort,wert\nKoeln,1\n", encoding="utf-8")
    file = NamedFile(path=path, name="orte.csv")
    for choice, code in (
        (ReadingChoice(encoding="klingon"), "unknown_encoding"),
        (ReadingChoice(header_row=9), "no_such_row"),
    ):
        with pytest.raises(FileError) as caught:
            inspect([file], home, choices={file.name: choice})
        assert (caught.value.code, caught.value.where.file) == (code, "orte.csv")


def test_preview_before_and_after(tmp_path: Path) -> None:
    """The same bytes in two encodings, as the user compares them."""
    path = tmp_path / "names.csv"
    path.write_bytes(CHINESE.encode("gb18030"))
    file = NamedFile(path=path, name="names.csv")
    assert preview_encoding(file, rows=2) == ("订单编号,客户,金额,备注", "1001,张三,120.5,已付款")
    assert preview_encoding(file, "cp1252", rows=1)[0].startswith("¶©µ¥")
    assert preview(path, "names.csv", "gb18030", 1) == ["订单编号,客户,金额,备注"]


def test_every_choice_reaches_the_reader(home: Home, tmp_path: Path) -> None:
    """Delimiter, header row and fixed width are obeyed; other files are left alone."""
    one, other = tmp_path / "one.txt", tmp_path / "other.csv"
    one.write_text("a;b,c\nx;y,z\n1;2,3\n", encoding="utf-8")
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    files = [NamedFile(path=path, name=path.name) for path in (one, other)]
    first, second = inspect(files, home, choices={"one.txt": ReadingChoice(delimiter=";", header_row=0)})
    assert (first.delimiter, first.header_row, len(first.columns)) == (";", None, 2)
    assert [column.source for column in guess(second).columns] == ["a", "b"]
    assert second.choice == ReadingChoice()
