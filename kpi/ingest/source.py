"""How does the engine read a sniffed table? The relation behind every later statement, all cells as text.

Columns are called c0, c1, … in the file's order. Types are never left to the engine's own guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlglot import exp

from kpi.ingest.cells import copy_delimiter
from kpi.ingest.forms import NULL_WORDS
from kpi.ingest.sniff import are_own
from kpi.ingest.sniffed import Sniffed
from kpi.settings import Settings

BUFFER_BYTES = 4_000_000  # small enough that row groups are compressed while the file is read, not after
MEMORY_SHARE = 0.4  # of the reader's memory for the engine's own pool; the rest is for what it does not count


def cell(at: int) -> exp.Column:
    """The text of a column."""
    return exp.column(f"c{at}", quoted=True)


def relation(sources: Sequence[Sniffed]) -> exp.Select:
    """Every row as text. Several sources are read as one, with the path in `filename`: they must be `alike`."""
    return exp.select("*").from_(_reader(sources[0], sources))


def cells_of(sniffed: Sniffed, at: int) -> exp.Select:
    """One column as `col` and `v`, as evidence wants it."""
    return exp.select(exp.alias_(exp.Literal.number(at), "col"), exp.alias_(cell(at), "v")).from_(
        _reader(sniffed, [sniffed])
    )


def alike(one: Sniffed, other: Sniffed) -> bool:
    """Whether two delimited texts can be read by one statement."""
    return (
        one.format == other.format == "csv"
        and (one.delimiter, one.skip, len(one.columns)) == (other.delimiter, other.skip, len(other.columns))
        and one.choice.empty_words == other.choice.empty_words
        and one.readable != other.readable
    )


def _reader(sniffed: Sniffed, sources: Sequence[Sniffed]) -> exp.Expr:
    paths = [exp.Literal.string(str(source.readable)) for source in sources]
    path = paths[0] if len(paths) == 1 else exp.Array(expressions=paths)
    if sniffed.format in ("parquet", "json"):
        function = "read_parquet" if sniffed.format == "parquet" else "read_json"
        kept = [
            exp.PropertyEQ(this=exp.Literal.string(item.name), expression=exp.Literal.string("VARCHAR"))
            for item in sniffed.columns
        ]
        if sniffed.format == "parquet":
            extra = []
        elif are_own([item.name for item in sniffed.columns]):
            extra = [_option("columns", exp.Struct(expressions=kept))]
        else:
            extra = [_option("sample_size", exp.Literal.number(-1))]
        texts = [
            exp.alias_(exp.cast(exp.column(column.name, quoted=True), "VARCHAR"), f"c{at}", quoted=True)
            for at, column in enumerate(sniffed.columns)
        ]
        inner = exp.select(*texts).from_(exp.Anonymous(this=function, expressions=[path, *extra]))
        return exp.Subquery(this=inner, alias=exp.to_identifier("file"))
    text = exp.Literal.string
    columns = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=text(f"c{at}"), expression=text("VARCHAR")) for at in range(len(sniffed.columns))
        ]
    )
    options: dict[str, exp.Expr] = {
        "columns": columns,
        "auto_detect": exp.false(),
        "header": exp.false(),
        "skip": exp.Literal.number(sniffed.skip),
        "delim": text(copy_delimiter(sniffed.delimiter)),
        "quote": text('"'),
        "escape": text('"'),
        "nullstr": exp.Array(expressions=[text(word) for word in _null_words(sniffed)]),
        "store_rejects": exp.true(),
        "rejects_limit": exp.Literal.number(0),
        "buffer_size": exp.Literal.number(BUFFER_BYTES),
    }
    if len(sources) > 1:
        options["filename"] = exp.true()
    return exp.Anonymous(
        this="read_csv", expressions=[path, *(_option(name, value) for name, value in options.items())]
    )


def _null_words(sniffed: Sniffed) -> Sequence[str]:
    """Cells that stand for nothing in any column, as they are spelt; a statement finds the other spellings."""
    chosen = sniffed.choice.empty_words
    return NULL_WORDS if chosen is None else tuple(dict.fromkeys(("", *chosen)))


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.to_identifier(name), expression=value)


def open_request(settings: Settings, database: Path | None, folder: Path, tables: Sequence[Sniffed]) -> dict[str, Any]:
    """What the reader needs to open a data file: limits, and the only folders it may touch."""
    folders = {str(table.readable.resolve().parent) for table in tables} | {str(folder)}
    return {
        "database": str(database) if database else ":memory:",
        "threads": settings.threads,
        "memory": f"{int(settings.reader_memory_bytes * MEMORY_SHARE) // 2**20}MiB",
        "temporary": str(folder / "spill"),
        "folders": sorted(folders),
    }
