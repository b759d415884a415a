"""How are a file's bytes written as text? Encoding by evidence, and a streaming copy in clean UTF-8.

Runs in the reader process, so it imports little. Nothing here holds more than a chunk of the file in memory.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path

from kpi.errors import FileError, Where
from kpi.ingest.letters import everyday_share, western_share

CHUNK = 4 * 2**20
SAMPLE = 256 * 2**10

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
    "euc_kr": ((0xB0, 0xC8), (0xA1, 0xA3)),
}
LIKELY = 0.45  # of a two-byte encoding, below which it is not one
CLEARLY = 0.12  # lead over the next one from which there is no doubt
UNSURE = 0.6
MOSTLY = 0.8  # share of the bytes beyond ASCII that look Western from which no other alphabet is tried
OTHER_ALPHABET = 0.3  # share of the letters beyond ASCII from which they are an alphabet, not accents
ALPHABETS = ("cp1251", "koi8_r", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "cp1256", "cp874", "euc_jp", "big5hkscs")


@dataclass(frozen=True)
class Decoding:
    """What the bytes say. `confidence` is 0-1; `replaced` counts bytes that fit no character."""

    encoding: str
    confidence: float
    replaced: int = 0


@dataclass(frozen=True)
class Stream:
    """Facts of the whole byte stream that decide whether the fast reader can take it as it is."""

    is_utf8: bool
    line_feeds: int
    has_nul: bool
    mixed_line_ends: bool


def survey(path: Path) -> Stream:
    """Read the whole stream once: is it strict UTF-8, and is anything in it that the fast reader stumbles over?"""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, pending = True, False
    feeds = pairs = returns = 0
    has_nul = False
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if is_utf8 and (pending or not chunk.isascii()):
                try:
                    decoder.decode(chunk)
                    pending = bool(decoder.getstate()[0])
                except UnicodeDecodeError:
                    is_utf8 = False
            joined = tail + chunk
            feeds += chunk.count(b"\n")
            if b"\r" in joined:
                returns += chunk.count(b"\r")
                pairs += joined.count(b"\r\n") - tail.count(b"\r\n")
            has_nul = has_nul or b"\0" in chunk
            tail = joined[-2:]
    kinds = (pairs > 0) + (feeds > pairs) + (returns > pairs)
    return Stream(is_utf8 and not pending, feeds, has_nul, kinds > 1)


def has_blank_line(path: Path) -> bool:
    """Whether two line ends follow each other anywhere, blank line or not."""
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            joined = tail + chunk
            if b"\n\n" in joined or b"\n\r\n" in joined or b"\r\r" in joined:
                return True
            tail = joined[-2:]
    return False


def detect(path: Path, stream: Stream, name: str) -> Decoding:
    """Which encoding is this? Byte order mark, then strict UTF-8, then the two-byte and one-byte ones by evidence."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, encoding in BOMS:
        if sample.startswith(mark):
            return Decoding(encoding, 1.0)
    if wide := _wide(sample):
        return Decoding(wide, 0.9)
    _refuse_binary(sample, name)
    if stream.is_utf8:
        return Decoding("utf-8", 1.0)
    sample = _high_part(path, sample)
    if _mostly_utf8(sample):
        return Decoding("utf-8", 0.7)
    return _ranked(path, sample)


def _ranked(path: Path, sample: bytes) -> Decoding:
    """The likeliest of the encodings without a mark. Where another is nearly as likely, the confidence says so."""
    found = sorted(((_likeliness(sample, encoding), encoding) for encoding in EVERYDAY), reverse=True)
    western = western_share(sample.decode("cp1252", "replace"))
    for at, (score, encoding) in enumerate(found):
        if score < LIKELY or score <= western:
            break
        if _decodes(path, encoding):
            rival = max(western, *(other for other, _ in found[at + 1 :]), 0.0)
            return Decoding(encoding, round(min(0.99, score + 0.2), 2) if score - rival >= CLEARLY else UNSURE)
    one = _one_byte(sample)
    close = one.encoding in ("cp1252", "latin_1") and western - found[0][0] < CLEARLY
    return replace(one, confidence=min(one.confidence, UNSURE)) if close else one


def _likeliness(sample: bytes, encoding: str) -> float:
    """How likely an encoding is (0-1): characters of the usual rows count, everyday ones on top."""
    usual = _everyday(sample, encoding)
    if not usual:
        return 0.0
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    return 0.55 * usual + 0.45 * min(1.0, 2 * everyday_share(text, encoding))


def copy_clean(path: Path, target: Path, decoding: Decoding) -> int:
    """Write the file as UTF-8 with `\\n` line ends and without NULs; returns how many bytes fitted no character."""
    decoder = codecs.getincrementaldecoder(decoding.encoding)("replace")
    replaced, held = 0, ""
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk = source.read(CHUNK)
            text = held + decoder.decode(chunk, final=not chunk)
            held = ""
            if chunk and text.endswith("\r"):
                text, held = text[:-1], "\r"
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            replaced += text.count("\ufffd")
            out.write(text.replace("\0", "").replace("\ufeff", ""))
            if not chunk:
                return replaced


def _wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark shows as NULs at regular places."""
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    for step, encoding in ((even, "utf-16-be"), (odd, "utf-16-le")):
        other = odd if step is even else even
        if step.count(0) > 0.3 * len(step) and other.count(0) < 0.05 * len(other):
            return encoding
    if sample[3::4].count(0) > 0.9 * (len(sample) // 4):
        return "utf-32-le"
    return "utf-32-be" if sample[0::4].count(0) > 0.9 * (len(sample) // 4) else None


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
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return 0.0
    at = good = count = 0
    while at < len(sample) - 1:
        lead = sample[at]
        if lead < 0x80 or (encoding == "shift_jis" and 0xA1 <= lead <= 0xDF):
            at += 1
            continue
        count += 1
        everyday = any(low <= lead <= high for low, high in EVERYDAY[encoding])
        good += everyday and (encoding not in ("gb18030", "euc_kr") or sample[at + 1] >= 0xA1)
        at += 2
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


def _one_byte(sample: bytes) -> Decoding:
    """Accents here and there are Western European; whole words beyond ASCII are another alphabet."""
    beyond = sum(byte > 127 for byte in sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 128)
    western = western_share(sample.decode("cp1252", "replace"))
    if beyond < OTHER_ALPHABET * (beyond + letters) or western >= MOSTLY:
        fits = not any(byte in sample for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
        return Decoding("cp1252" if fits else "latin_1", 0.8)
    from charset_normalizer import from_bytes  # slow to import, and rarely needed

    best = from_bytes(sample, cp_isolation=list(ALPHABETS)).best()
    return Decoding(best.encoding if best is not None else "cp1252", 0.6)
