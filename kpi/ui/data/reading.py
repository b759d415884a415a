"""From uploads to drafts: unpack, look inside, guess. A file that cannot be read is a problem; the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kpi.errors import FileError
from kpi.ingest import ColumnMapping, NamedFile, ReadingChoice, Sniffed
from kpi.ingest.archives import Expanded, unpack
from kpi.ingest.each import inspect_each
from kpi.ingest.guessing import guess_all
from kpi.ui.data.desk import Draft, Found, Problem
from kpi.ui.jobs import Job, Step
from kpi.ui.server.upload import uploaded_file
from kpi.workspace import Dataset, Home

Owners = Mapping[Path, str]  # which upload a file on disk belongs to


def read_uploads(home: Home, dataset: Dataset, tokens: Sequence[str], job: Job[Found]) -> Found:
    """Everything that stands in these uploads, tables of one shape together."""
    owners: dict[Path, str] = {}
    files: list[NamedFile] = []
    problems: list[Problem] = []
    for token in tokens:
        try:
            unpacked = _unpack(home, token)
        except FileError as error:
            problems.append(Problem(token, error.where.file or token, error))
            continue
        owners |= {file.path: token for file in unpacked.files}
        files += unpacked.files
        problems += [Problem(token, error.where.file or token, error) for error in unpacked.problems]
    tables, unread = _inspect(home, files, owners, job)
    drafts = _drafts(home, dataset, tables, owners)
    return Found(drafts, (*problems, *unread))


def read_again(
    home: Home, dataset: Dataset, tables: Sequence[Sniffed], choice: ReadingChoice, job: Job[Found]
) -> Found:
    """What stands in the files of these tables when they are read as the user says."""
    files = list({table.file: NamedFile(path=table.file, name=table.name) for table in tables}.values())
    owners = {file.path: file.path.relative_to(home.staging).parts[0] for file in files}
    found, problems = _inspect(home, files, owners, job, {file.name: choice for file in files})
    return Found(_drafts(home, dataset, found, owners), tuple(problems))


def _unpack(home: Home, token: str) -> Expanded:
    path = uploaded_file(home, token)
    folder = path.parent.parent / "unpacked"
    folder.mkdir(exist_ok=True)
    return unpack(path, folder, path.name)


def _inspect(
    home: Home,
    files: Sequence[NamedFile],
    owners: Owners,
    job: Job[Found],
    choices: Mapping[str, ReadingChoice] | None = None,
) -> tuple[list[Sniffed], list[Problem]]:
    """Look into every file, and say which ones cannot be read."""

    def told(done: int, of: int, name: str) -> None:
        job.report(Step(done, of, name))

    looked = inspect_each(files, home, choices=choices, progress=told, cancel=job.cancel)
    return list(looked.tables), [Problem(owners[item.file.path], item.file.name, item.error) for item in looked.unread]


def _drafts(home: Home, dataset: Dataset, tables: Sequence[Sniffed], owners: Owners) -> tuple[Draft, ...]:
    shapes: dict[tuple[str, str | None], list[ColumnMapping]] = {}
    for mapping in guess_all(home, dataset, tables):
        shapes.setdefault((mapping.sniffed.fingerprint, mapping.entity), []).append(mapping)
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
