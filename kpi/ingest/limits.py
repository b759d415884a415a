"""Is a file within the limits that the machine's owner has set? Each error names the setting that raises its limit."""

from __future__ import annotations

from pathlib import Path

from kpi.errors import FileError, Where
from kpi.settings import FileLimits

CHUNK = 4 * 2**20


def check_size(size: int, most_bytes: int, name: str) -> None:
    """Refuse a file that is larger than the owner allows."""
    if size > most_bytes:
        raise FileError(
            "too_large",
            f"The file has {size / 2**20:,.0f} MB; the limit is {most_bytes / 2**20:,.0f} MB.",
            remedy="Split it, or raise max_upload_mb in the settings.",
            where=Where(file=name),
            found=f"{size / 2**20:,.0f} MB",
        )


def check_rows(rows: int, limits: FileLimits, where: Where) -> None:
    """Refuse a table with more rows than the owner allows."""
    if rows > limits.max_rows:
        raise FileError(
            "too_many_rows",
            f"The table has {rows:,} rows or more; the limit is {limits.max_rows:,}.",
            remedy="Export a shorter period, or raise max_rows in the settings.",
            where=where,
            found=f"{rows:,}",
        )


def check_width(width: int, limits: FileLimits, where: Where) -> None:
    """Refuse a table with more columns than the owner allows."""
    if width > limits.max_columns:
        raise FileError(
            "too_many_columns",
            f"The table has {width:,} columns; the limit is {limits.max_columns:,}.",
            remedy="Export only the columns you need, one row per record, or raise max_columns in the settings.",
            where=where,
            found=f"{width:,}",
        )


def check_cell(letters: int, limits: FileLimits, where: Where) -> None:
    """Refuse a table in which one cell is longer than the owner allows."""
    if letters > limits.max_cell_letters:
        raise FileError(
            "cell_too_long",
            f"A cell has {letters:,} letters; the limit is {limits.max_cell_letters:,}.",
            remedy="Shorten it or leave the column out, or raise max_cell_letters in the settings.",
            where=where,
            found=f"{letters:,}",
        )


def check_lines(path: Path, limits: FileLimits, name: str) -> None:
    """Refuse a text with a line longer than a cell may be, as where line ends are lost.

    A line longer than twice a block covers a whole block, so that one search per block finds it.
    """
    block = max(1, limits.max_cell_letters // 2)
    if path.stat().st_size <= limits.max_cell_letters:
        return
    with path.open("rb") as file:
        length = 0
        while chunk := file.read(max(CHUNK, block)):
            for start in range(0, len(chunk), block):
                piece = chunk[start : start + block]
                last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
                if last < 0:
                    length += len(piece)
                else:
                    first = min(at for at in (piece.find(b"\n"), piece.find(b"\r"), last) if at >= 0)
                    check_cell(length + first, limits, Where(file=name))
                    length = len(piece) - last - 1
                check_cell(length, limits, Where(file=name))
