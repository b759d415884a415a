"""How is a body unpacked that was sent compressed, whatever it grows to?"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from kpi.errors import FileError

PIECE = 2**18
MOST_RATIO = 250  # inflated to sent size, above which a body of some size is taken for a bomb
SMALL = 64 * 2**20
GZIP_OR_ZLIB = 47  # zlib's own word for "either, by its header"


def inflated(body: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body in small pieces as it was before `Content-Encoding`; `FileError` for a damaged or malicious one."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from body
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _unzipped(body)
    else:
        raise FileError(
            "source_encoding",
            f"The other side sent the file compressed in a way that is not read here: {encoding[:40]}.",
            remedy="Offer it plain, or as .gz or .zip.",
            found=encoding[:40],
        )


def _unzipped(body: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(GZIP_OR_ZLIB)
    sent = grown = 0
    for chunk in body:
        sent += len(chunk)
        rest = chunk
        while rest:
            if inflater.eof:  # several members one after the other are one file
                inflater = zlib.decompressobj(GZIP_OR_ZLIB)
            try:
                piece = inflater.decompress(rest, PIECE)
            except zlib.error:
                raise _damaged() from None
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            grown += len(piece)
            if grown > max(SMALL, MOST_RATIO * sent):
                raise FileError(
                    "source_is_a_bomb",
                    "The file grows out of all proportion when it is unpacked.",
                    remedy="Check where it comes from.",
                )
            if piece:
                yield piece
    if not inflater.eof:
        raise _damaged()


def _damaged() -> FileError:
    return FileError("source_damaged", "The compressed file is damaged.", remedy="Try again later.")
