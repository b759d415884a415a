"""What do the message catalogues hold? `locale/<language>/*.po`, read together and compiled in memory."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
ERROR = "error"  # msgctxt of entries that are looked up by an error's code, not by their English text


@dataclass(frozen=True)
class Messages:
    """One language's catalogue: translations by English text, and error sentences by code."""

    messages: gettext.GNUTranslations
    errors: Mapping[str, str]


def read_files(language: str) -> list[Catalog]:
    """Every catalogue file of a language, parsed, in order of name."""
    catalogues = []
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            catalogues.append(read_po(file, locale="zh_CN" if language == "zh" else language, abort_invalid=True))
    return catalogues


def read_catalogue(language: str) -> Messages:
    """The files of a language as one. An entry with context `error` has the error's code as its msgid."""
    merged = Catalog(locale="zh_CN" if language == "zh" else language)
    errors: dict[str, str] = {}
    for catalogue in read_files(language):
        for message in catalogue:
            if not message.id or not message.string:
                continue
            if message.context == ERROR:
                errors[str(message.id)] = str(message.string)
            else:
                merged.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Messages(gettext.GNUTranslations(compiled), MappingProxyType(errors))
