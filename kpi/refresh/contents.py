"""Which of the files that a source has hold something new? Told by their content, whatever they are called."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kpi.ingest.archives import expand
from kpi.ingest.sniffed import NamedFile
from kpi.refresh.fetching import Fetched
from kpi.refresh.runs import Outcome, list_runs
from kpi.refresh.seen import Stamp
from kpi.refresh.source import Kind, Source
from kpi.settings import Settings
from kpi.workspace import Home, Mode, list_loads

SHA256 = 64  # letters of a content; ingest adds which part of the file it was


def known_contents(home: Home, workspace: str, source: Source) -> frozenset[str]:
    """Contents that need not be loaded again, as SHA-256 of files.

    Where rows are added, or where each file of a folder says something of its own, those of every load that is there.
    Where what comes later takes the place of what was, only those that this source brought last: A after B after A is
    new.
    """
    there = list_loads(home, workspace)
    if source.mode is Mode.REPLACE or (source.mode is Mode.UPSERT and source.kind is not Kind.FOLDER):
        runs = list_runs(home, workspace, source.name)
        last = next((run.load_id for run in runs if run.outcome is Outcome.LOADED), None)
        there = [load for load in there if load.load_id == last]
    return frozenset(content[:SHA256] for load in there for content in load.contents)


def unpacked(
    fetched: Sequence[Fetched], folder: Path, settings: Settings
) -> tuple[dict[NamedFile, str], dict[Stamp, frozenset[str]]]:
    """The files to read, each with its content, each content once; and which contents each fetched file holds."""
    files: dict[str, NamedFile] = {}
    looked: dict[Stamp, frozenset[str]] = {}
    for number, item in enumerate(fetched):
        inner = folder / f"unpacked-{number}"
        inner.mkdir()
        members = expand(item.file.path, inner, item.file.name, settings=settings)
        held = {_content_of(file.path): file for file in members}
        files |= {content: file for content, file in held.items() if content not in files}
        if item.stamp is not None:
            looked[item.stamp] = frozenset(held)
    return {file: content for content, file in files.items()}, looked


def _content_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
