"""What of a source need not be read, or compared, again?

A folder of a few hundred exports is looked at every few minutes. A file whose size and time of writing are those of
last time, and whose content is still loaded, is passed over unread. Content that would change nothing is compared again
only after the data has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.workspace import Home, drop_revisions, read_revisions, save_document

DOCUMENT = "source_seen"


@dataclass(frozen=True)
class Stamp:
    """A file by its looks."""

    path: str
    size: int
    written_ns: int


@dataclass(frozen=True)
class Seen:
    """What the last run saw. Contents are SHA-256 of files, after unpacking."""

    files: Mapping[Stamp, frozenset[str]] = field(default_factory=dict)  # of a folder, with the contents in each
    idle: frozenset[str] = frozenset()  # contents that would have changed nothing
    version: int = 0  # of the data, when they would have

    def idle_at(self, version: int) -> frozenset[str]:
        """The contents that change nothing while the data is at this version."""
        return self.idle if self.version == version else frozenset()


def read_seen(home: Home, workspace: str, source: str) -> Seen:
    """What the last run of a source saw."""
    known = read_revisions(home, workspace, DOCUMENT, source, 1)
    if not known:
        return Seen()
    body = known[0].body
    files = {Stamp(path, size, at): frozenset(contents) for path, size, at, contents in body["files"]}
    return Seen(files, frozenset(body["idle"]), body["version"])


def save_seen(home: Home, workspace: str, source: str, seen: Seen) -> None:
    """Remember what this run saw; nothing is written where it is what the last one saw."""
    known = read_revisions(home, workspace, DOCUMENT, source, 1)
    body = {
        "files": [[item.path, item.size, item.written_ns, sorted(held)] for item, held in seen.files.items()],
        "idle": sorted(seen.idle),
        "version": seen.version,
    }
    if known and known[0].body == body:
        return
    after = known[0].revision if known else 0
    save_document(home, workspace, DOCUMENT, source, body, after=after)
    drop_revisions(home, workspace, DOCUMENT, source, before=after + 1)
