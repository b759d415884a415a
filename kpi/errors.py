"""What can go wrong, said so that the reader can mend it.

    KpiError
    ├── FileError          a file cannot be read, or not as it was described
    ├── MappingError       columns and fields do not fit together
    ├── DefinitionError    a KPI, formula or journey says something that cannot be meant
    ├── QueryError         a question that the loaded data cannot answer
    ├── AccessError        the asker may not see or do this
    ├── EngineError        the database engine failed or ran out of time or memory
    └── NotEnoughData      the answer would be noise

Bad rows are data, not errors: ingest returns them in an issues table. A bug is any other exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True)
class Where:
    """Which place an error or an issue speaks of; every part is optional."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file, self.sheet, f"row {self.row}" if self.row is not None else None, self.column]
        return ", ".join(part for part in parts if part)


class KpiError(Exception):
    """A mistake that the user can mend. `code` is stable and keys the message in both languages.

    `params` fill the message's placeholders; `remedy` says in English what to do next (screens translate by
    `code`); `near` are names close to the one that was not found.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        remedy: str = "",
        where: Where | None = None,
        found: str | None = None,
        near: Sequence[str] = (),
        **params: Any,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy
        self.where, self.found, self.near, self.params = where or Where(), found, tuple(near), params

    def __str__(self) -> str:
        place = f" ({self.where})" if str(self.where) else ""
        hint = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.message}{place}{hint}{remedy}"

    def to_dict(self) -> dict[str, Any]:
        """The error as one JSON object, as the command line prints it under `--json`."""
        return {
            "error": type(self).__name__,
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "where": {key: value for key, value in asdict(self.where).items() if value is not None},
            "found": self.found,
            "near": list(self.near),
        }


class FileError(KpiError):
    """A file cannot be read, or not as it was described."""


class MappingError(KpiError):
    """Columns and fields do not fit together, or the choice between them is open."""


class DefinitionError(KpiError):
    """A KPI, formula or journey says something that cannot be meant."""


class QueryError(KpiError):
    """A question that the loaded data cannot answer."""


class AccessError(KpiError):
    """The asker may not see or do this."""


class EngineError(KpiError):
    """The database engine failed, or ran out of time or memory."""


class NotEnoughData(KpiError):
    """The answer would be noise."""


def near_names(name: str, known: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """Which known names resemble this one? Best first.

    >>> near_names("win_rat", ["win_rate", "orders"])
    ('win_rate',)
    """
    return tuple(get_close_matches(name, list(known), n=most, cutoff=0.6))
