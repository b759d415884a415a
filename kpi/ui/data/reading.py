"""From uploads to drafts: unpack, look inside, guess. A file that cannot be read is a problem; the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kpi.errors import EngineError, FileError
from kpi.ingest import ColumnMapping, NamedFile, Sniffed
from kpi.ingest.archives import expand
from kpi.ingest.guessing import guess
from kpi.ingest.inspection import inspect
from kpi.ui.data.desk import Draft, Found, Problem
from kpi.ui.jobs import Job, Step
from kpi.ui.server.upload import uploaded_file
from kpi.workspace import Dataset, Home, find_mapping

Owners = Mapping[Path, str]  # which upload a file on disk belongs to


def read_uploads(home: Home, dataset: Dataset, tokens: Sequence[str], job: Job[Found]) -> Found:
    """Everything that stands in these uploads, tables of one shape together."""
    owners: dict[Path, str] = {}
    files: list[NamedFile] = []
    problems: list[Problem] = []
    for token in tokens:
        try:
            for file in _unpack(home, token):
                owners[file.path] = token
                files.append(file)
        except FileError as error:
            problems.append(Problem(token, error.where.file or token, error))
    tables, unread = _inspect(home, files, owners, job)
    drafts = _drafts(home, dataset, tables, owners)
    return Found(drafts, (*problems, *unread))


def _unpack(home: Home, token: str) -> list[NamedFile]:
    path = uploaded_file(home, token)
    folder = path.parent.parent / "unpacked"
    folder.mkdir(exist_ok=True)
    return expand(path, folder, path.name)


def _inspect(
    home: Home, files: Sequence[NamedFile], owners: Owners, job: Job[Found]
) -> tuple[list[Sniffed], list[Problem]]:
    """Look into the files together; when one fails, into each half, until it stands alone."""
    if not files:
        return [], []

    def told(done: int, of: int, name: str) -> None:
        job.report(Step(done, of, name))

    try:
        return inspect(files, home, progress=told, cancel=job.cancel), []
    except (FileError, EngineError) as error:
        if len(files) == 1:
            return [], [Problem(owners[files[0].path], files[0].name, error)]
    middle = len(files) // 2
    first, second = _inspect(home, files[:middle], owners, job), _inspect(home, files[middle:], owners, job)
    return first[0] + second[0], first[1] + second[1]


def _drafts(home: Home, dataset: Dataset, tables: Sequence[Sniffed], owners: Owners) -> tuple[Draft, ...]:
    shapes: dict[tuple[str, str | None], list[ColumnMapping]] = {}
    for table in tables:
        mapping = guess(table, dataset, find_mapping(home, dataset.workspace, table.fingerprint))
        shapes.setdefault((table.fingerprint, mapping.entity), []).append(mapping)
    drafts = []
    for mappings in shapes.values():
        # One file may settle what the others leave open (a 13th day says which number is the month).
        mapping = min(mappings, key=lambda item: len(item.questions))
        ordered = [mapping, *(other for other in mappings if other is not mapping)]
        tokens = tuple(dict.fromkeys(owners[item.sniffed.file] for item in ordered))
        drafts.append(
            Draft(
                key=f"{tokens[0][:8]}-{mapping.sniffed.fingerprint[:8]}",
                tokens=tokens,
                tables=tuple(item.sniffed for item in ordered),
                base=mapping,
                mapping=mapping,
            )
        )
    return tuple(drafts)
