"""Which spellings have people agreed to replace? Approved corrections, and how loads obey them.

A correction is a document of the workspace: in this column of this table, `wrong` is stored as `right`, from now on and
in every file to come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kpi.ingest.plans import TypedTable
from kpi.model import FieldType
from kpi.workspace import Document, Home, read_documents

KIND = "correction"
APPROVED = "approved"
CORRECTABLE = (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY)


@dataclass(frozen=True)
class Correction:
    """One spelling that stands for another."""

    table: str
    column: str
    wrong: str
    right: str

    @property
    def name(self) -> str:
        """The document's name: one for each spelling of a column."""
        text = "\x1f".join((self.table, self.column, self.wrong))
        return f"{self.table[:50]}.{self.column[:40]}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def to_body(self, state: str) -> dict[str, Any]:
        """The document's body."""
        return {"table": self.table, "column": self.column, "from": self.wrong, "to": self.right, "state": state}


def correction_of(document: Document) -> Correction:
    """The correction that a document holds."""
    body = document.body
    return Correction(body["table"], body["column"], body["from"], body["to"])


def read_corrections(home: Home, workspace: str) -> dict[Correction, Document]:
    """The corrections in force, with who approved them and when."""
    found = read_documents(home, workspace, KIND).values()
    return {correction_of(document): document for document in found if document.body["state"] == APPROVED}


def corrected(tables: Sequence[TypedTable], corrections: Sequence[Correction]) -> list[TypedTable]:
    """The tables to be written, with the corrections that their columns obey."""
    by_column: dict[tuple[str, str], dict[str, str]] = {}
    for item in corrections:
        by_column.setdefault((item.table, item.column), {})[item.wrong] = item.right
    made = []
    for table in tables:
        columns = [
            replace(column, corrected=tuple(found.items()))
            if column.type in CORRECTABLE and (found := by_column.get((table.table, column.name)))
            else column
            for column in table.columns
        ]
        made.append(replace(table, columns=tuple(columns)))
    return made
