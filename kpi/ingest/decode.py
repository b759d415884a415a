"""What must be known of a file's bytes before they are read as text, and how do they become clean UTF-8?

Runs in the reader process, so it imports little. Nothing here holds more than a chunk of the file in memory.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

CHUNK = 4 * 2**20


@dataclass(frozen=True)
class Decoding:
    """What the bytes say. `confidence` is 0-1; `replaced` counts bytes that fit no character; `rivals` come next."""

    encoding: str
    confidence: float
    replaced: int = 0
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Stream:
    """Facts of the whole byte stream that decide whether the fast reader can take it as it is."""

    is_utf8: bool
    line_feeds: int
    has_nul: bool
    mixed_line_ends: bool
    quotes: int
    content: str  # SHA-256 of the bytes


def survey(path: Path) -> Stream:
    """Read the whole stream once: is it strict UTF-8, and is anything in it that the fast reader stumbles over?"""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, pending = True, False
    feeds = pairs = returns = quotes = 0
    has_nul = False
    tail = b""
    content = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            content.update(chunk)
            quotes += chunk.count(b'"')
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
    return Stream(is_utf8 and not pending, feeds, has_nul, kinds > 1, quotes, content.hexdigest())


def content_of(path: Path) -> str:
    """What tells a file from every other one: the SHA-256 of its bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
