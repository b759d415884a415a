"""Which encoding is a text written in? A mark, strict UTF-8, or the reading that looks most like a language.

Runs in the reader process, so it imports little. Where two readings are nearly as likely, the confidence says so, and
the others are named as rivals.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from kpi.errors import FileError, Where
from kpi.ingest.alphabets import rank
from kpi.ingest.decode import CHUNK, Decoding, Stream, survey
from kpi.ingest.letters import everyday_share, western_share

SAMPLE = 256 * 2**10
RANKED = 64 * 2**10  # bytes that one-byte encodings are judged by
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
ESCAPES = (b"\x1b$B", b"\x1b$@")  # of ISO-2022-JP, in which Japanese mail and old exports are written

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Two-byte encodings: which lead bytes hold the everyday characters of the language (GB 2312 level 1, Big5 level 1,
# JIS level 1 with kana, Hangul syllables); rarer characters in most places mean that the guess is wrong.
EVERYDAY = {
    "gb18030": ((0xB0, 0xD7), (0xA1, 0xA3)),
    "big5": ((0xA4, 0xC6), (0xA1, 0xA3)),
    "shift_jis": ((0x81, 0x83), (0x88, 0x97)),
    "euc_jp": ((0xA4, 0xA5), (0xB0, 0xCF), (0xA1, 0xA3)),
    "euc_kr": ((0xB0, 0xC8), (0xA1, 0xA3)),
}
LARGER = {"big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949"}  # the same with the signs that vendors have added
HIGH_SECOND = ("gb18030", "euc_kr", "euc_jp")  # everyday characters have a high second byte, too
LIKELY = 0.45  # of a two-byte encoding, below which it is not one
CLEARLY = 0.12  # lead over the next one from which there is no doubt
FAR = 0.25  # lead that a one-byte encoding needs over a two-byte one
SURE, UNSURE, GUESSED = 0.8, 0.6, 0.4
MOST_RIVALS = 3
MOST_PREVIEW = 1_000  # letters of a line
RIVAL = 0.35  # below which a reading is not worth a look

Found = list[tuple[float, str]]


def detect(path: Path, stream: Stream, name: str, chosen: str | None = None) -> Decoding:
    """Which encoding is this? What a person has `chosen`; else a mark, strict UTF-8, then the others by evidence."""
    if chosen is not None:
        return Decoding(_known(chosen, name), 1.0)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, encoding in BOMS:
        if sample.startswith(mark):
            return Decoding(encoding, 1.0)
    if wide := _wide(sample):
        return Decoding(wide, 0.9)
    if any(escape in sample for escape in ESCAPES) and sample.isascii():
        return Decoding("iso2022_jp", 0.9)
    _refuse_binary(sample, name)
    if stream.is_utf8:
        return Decoding("utf-8", 1.0)
    sample = _high_part(path, sample)
    ranked = _ranked(path, sample)
    if _mostly_utf8(sample):
        return Decoding("utf-8", 0.7, rivals=((ranked.encoding, 0.3),))
    return ranked


def _known(encoding: str, name: str) -> str:
    """The usual name of an encoding that a person has typed; a mark at the start is passed over."""
    try:
        found = codecs.lookup(encoding.strip()).name
        b"".decode(found)
    except (LookupError, ValueError):
        raise FileError(
            "unknown_encoding",
            f"No encoding is called {encoding!r}.",
            remedy="Choose one such as utf-8, gb18030, big5, shift_jis, euc-kr or cp1252.",
            where=Where(file=name),
            found=encoding,
        ) from None
    return "utf-8-sig" if found == "utf-8" else found.replace("-", "_") if found.startswith("iso") else found


def _ranked(path: Path, sample: bytes) -> Decoding:
    """The likeliest of the encodings without a mark."""
    double = sorted(((_likeliness(sample, encoding), encoding) for encoding in EVERYDAY), reverse=True)
    double = [(score, _spelled(sample, encoding)) for score, encoding in double if score > 0]
    western = western_share(sample.decode("cp1252", "replace"))
    if double and double[0][0] >= LIKELY + FAR and double[0][0] - western >= FAR and _decodes(path, double[0][1]):
        return _decoding(sample, double[0], double)
    single = rank(sample[:RANKED])
    if single[0][1] != "cp1252" and single[0][0] - western < CLEARLY:
        single = sorted(single, key=lambda item: item[1] != "cp1252")
    found = [item for item in double if item[0] >= LIKELY and item[0] > western and item[0] + FAR > single[0][0]]
    for item in found:
        if _decodes(path, item[1]):
            return _decoding(sample, item, sorted([*double, *single], reverse=True))
    best = single[0] if single[0][0] >= RIVAL else (western, "cp1252")
    if best[1] == "cp1252" and any(byte in sample for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)):
        best = (best[0], "latin_1")
    return _decoding(sample, best, sorted([*double, *single], reverse=True))


def _decoding(sample: bytes, best: tuple[float, str], others: Found) -> Decoding:
    """The best reading, with those that would give another text as rivals."""
    score, encoding = best
    text = sample.decode(encoding, "replace")
    rivals = [
        (other, share)
        for share, other in others
        if other != encoding and share >= RIVAL and sample.decode(other, "replace") != text
    ]
    lead = score - max((share for _, share in rivals), default=0.0)
    if encoding in EVERYDAY or encoding in LARGER.values():
        confidence = round(min(0.99, score + 0.2), 2) if lead >= CLEARLY else UNSURE
    else:
        confidence = SURE if lead >= CLEARLY and score >= UNSURE else UNSURE if score >= RIVAL else GUESSED
    below = tuple((other, round(min(share, confidence - 0.01), 2)) for other, share in rivals[:MOST_RIVALS])
    return Decoding(encoding, confidence, rivals=below)


def preview(path: Path, name: str, encoding: str | None, rows: int) -> list[str]:
    """The first filled lines of a file, read in an encoding (None: in the likeliest)."""
    decoding = detect(path, survey(path), name, encoding)
    with path.open("rb") as file:
        text = codecs.getincrementaldecoder(decoding.encoding)("replace").decode(file.read(SAMPLE))
    lines = (line.strip("\ufeff\0") for line in text.splitlines())
    return [line[:MOST_PREVIEW] for line in lines if line.strip()][:rows]


def _spelled(sample: bytes, encoding: str) -> str:
    """The name of the encoding, or of its larger form where signs of that are used."""
    return encoding if encoding not in LARGER or _is_strict(sample, encoding) else LARGER[encoding]


def _is_strict(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _likeliness(sample: bytes, encoding: str) -> float:
    """How likely an encoding is (0-1): characters of the usual rows count, everyday ones on top."""
    usual = _everyday(sample, encoding)
    if not usual:
        return 0.0
    text = codecs.getincrementaldecoder(_spelled(sample, encoding))("replace").decode(sample)
    return 0.55 * usual + 0.45 * min(1.0, 2 * everyday_share(text, encoding))


def _wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: the reading in which line ends and delimiters are what they should be."""
    if len(sample) < 4 or b"\0" not in sample:
        return None
    best: tuple[int, str] | None = None
    for encoding in WIDE:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
        odd = sum(letter in "\0\ufffd" or not (letter.isprintable() or letter in "\r\n\t") for letter in text)
        plain = sum(letter < "\x7f" for letter in text)
        if "\n" in text and odd <= 0.02 * len(text) and plain >= 0.05 * len(text) and (best is None or plain > best[0]):
            best = (plain, encoding)
    return best[1] if best else None


def _refuse_binary(sample: bytes, name: str) -> None:
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", sample))
    if controls > max(2, 0.02 * len(sample)):
        raise FileError(
            "not_text",
            "This is neither text nor a kind of file that can be read here.",
            remedy="Export the table as CSV or XLSX and load that.",
            where=Where(file=name),
        )


def _high_part(path: Path, sample: bytes) -> bytes:
    """A sample that holds bytes beyond ASCII, from further on in the file when the start has few."""
    if sum(byte > 127 for byte in sample) >= 40:
        return sample
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if not chunk.isascii():
                first = next(at for at, byte in enumerate(chunk) if byte > 127)
                start = max(0, chunk.rfind(b"\n", 0, first))
                return chunk[start : start + SAMPLE]
    return sample


def _mostly_utf8(sample: bytes) -> bool:
    """Whether nearly all bytes beyond ASCII form UTF-8: then single damaged bytes, not the encoding, are wrong."""
    text = sample.decode("utf-8", "replace")
    good = sum(letter > "\x7f" for letter in text) - text.count("\ufffd")
    return good > 20 * max(1, text.count("\ufffd") - 1)


def _everyday(sample: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that are everyday ones in this encoding; 0 when it does not decode."""
    if not _is_strict(sample, _spelled(sample, encoding)):
        return 0.0
    at = good = count = 0
    while at < len(sample) - 1:
        lead = sample[at]
        if lead < 0x80 or (encoding == "shift_jis" and 0xA1 <= lead <= 0xDF):
            at += 1
            continue
        count += 1
        everyday = any(low <= lead <= high for low, high in EVERYDAY[encoding])
        good += everyday and (encoding not in HIGH_SECOND or sample[at + 1] >= 0xA1)
        at += 3 if encoding == "euc_jp" and lead == 0x8F else 2
    return good / count if count else 0.0


def _decodes(path: Path, encoding: str) -> bool:
    """Whether nearly the whole stream decodes; a few damaged bytes are let through and become issues."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    wrong = beyond = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            if not chunk.isascii():
                wrong += text.count("\ufffd")
                beyond += len(chunk) - len(text)
    return wrong <= max(3, 0.001 * beyond)
