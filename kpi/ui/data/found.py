"""What was found in a file, in words a sales lead can check: format, encoding, separator, header, rows, columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kpi.ingest import ColumnMapping, MappedColumn, Sniffed
from kpi.language import Translator, mark
from kpi.model import FieldType, entities

SURE = 0.95  # confidence from which nobody needs to hear of doubts
OWN_TABLE = ""  # the choice of no entity, as widgets hold it
_DELIMITERS: Mapping[str, str] = MappingProxyType(
    {
        ",": mark("commas between values"),
        ";": mark("semicolons between values"),
        "\t": mark("tabs between values"),
        "|": mark("bars between values"),
        " ": mark("blanks between values"),
    }
)
_WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "no_header": mark("No header row was found; columns are numbered."),
        "single_column": mark("Only one column was found. Is this really a table?"),
        "replaced_bytes": mark("Some bytes fit no letter of this encoding and were replaced by �."),
        "uncertain_encoding": mark("The encoding is a guess. Check the letters below."),
        "counts_from_1904": mark(
            "This workbook counts days from 1904, but days written as plain numbers are read as counted from 1900. "
            "Give them a date format and save the workbook again."
        ),
        "broken_sheets": mark("A sheet of this workbook is damaged and was passed over."),
        "hidden_sheets": mark("This workbook has hidden sheets; they are read only if you choose them."),
        "formulas_without_results": mark(
            "Some formulas were saved without their results; those cells stay empty. "
            "Open the workbook in a spreadsheet program and save it again."
        ),
        "error_cells": mark("Some cells show a formula error such as #DIV/0!; where a value is due they stay empty."),
        "ragged": mark("Some lines have more or fewer values than the header."),
    }
)
_TYPES: Mapping[FieldType, str] = MappingProxyType(
    {
        FieldType.ID: mark("identifier"),
        FieldType.TEXT: mark("text"),
        FieldType.CATEGORY: mark("category"),
        FieldType.INTEGER: mark("whole number"),
        FieldType.NUMBER: mark("number"),
        FieldType.RATE: mark("rate"),
        FieldType.MONEY: mark("money"),
        FieldType.DATE: mark("date"),
        FieldType.TIMESTAMP: mark("date and time"),
        FieldType.BOOLEAN: mark("yes or no"),
    }
)
_READINGS: Mapping[str, str] = MappingProxyType(
    {
        "ymd": mark("year first"),
        "dmy": mark("day first"),
        "mdy": mark("month first"),
        "ambiguous": mark("day or month first?"),
        "comma": mark("decimal comma"),
        "serial": mark("spreadsheet day number"),
    }
)


def describe(sniffed: Sniffed, t: Translator) -> str:
    """One line: `CSV · GB18030 · commas between values · header in row 1 · about 8,800 rows · 8 columns`."""
    parts = [sniffed.format.upper()]
    if sniffed.sheet:
        parts.append(t("sheet {name}", name=sniffed.sheet))
    if sniffed.encoding:
        name, share = sniffed.encoding.upper(), sniffed.confidence
        parts.append(
            name if share >= SURE else t("{encoding} ({share} sure)", encoding=name, share=t.percent(share, 0))
        )
    if sniffed.delimiter:
        known = _DELIMITERS.get(sniffed.delimiter)
        parts.append(t(known) if known else t("{sign} between values", sign=sniffed.delimiter))
    if sniffed.header_row is not None:
        parts.append(t("header in row {number}", number=sniffed.header_row))
    parts.append(t.plural("about {n} row", "about {n} rows", sniffed.row_estimate))
    parts.append(t.plural("{n} column", "{n} columns", len(sniffed.columns)))
    return " · ".join(parts)


def warnings(mapping: ColumnMapping, t: Translator) -> list[str]:
    """What to look at twice, as sentences; what is asked about anyway is left out."""
    asked = {question.kind for question in mapping.questions}
    return [t(_WARNINGS[code]) for code in mapping.sniffed.warnings if code in _WARNINGS and code not in asked]


def entity_name(entity_id: str | None, t: Translator) -> str:
    """What rows of this entity are called."""
    if not entity_id or entity_id not in entities():
        return t("Another kind of table")
    return entities()[entity_id].names.in_language(t.language)


def field_name(entity_id: str | None, field_id: str, t: Translator) -> str:
    """What a field is called; its id where it is none."""
    field = entities()[entity_id].field(field_id) if entity_id in entities() and entity_id else None
    return field.names.in_language(t.language) if field else field_id


def type_words(column: MappedColumn, t: Translator) -> str:
    """How a column's values will be read: `date, day first`."""
    words = t(_TYPES[column.type])
    return (
        t("{type}, {reading}", type=words, reading=t(_READINGS[column.reading]))
        if column.reading in _READINGS
        else words
    )
