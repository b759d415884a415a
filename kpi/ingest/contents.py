"""Has this been loaded already? A table in a file is known again by the file's content, whatever the file is called."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.errors import FileError, Where
from kpi.ingest.plans import LoadPlan
from kpi.workspace import Home, Load, Mode, find_contents, list_deltas, list_versions


def contents_of(plans: Sequence[LoadPlan]) -> list[str]:
    """What tells each planned table again: the file's content, the place in it, and where its rows go."""
    return [content for item in plans if (content := _content(item))]


def refuse_same(home: Home, workspace: str, plans: Sequence[LoadPlan]) -> None:
    """`FileError` where a planned table is there already. One that a later load has replaced is not."""
    found = find_contents(home, workspace, contents_of(plans))
    for item in plans:
        load = found.get(_content(item))
        if load is not None and not _is_replaced(home, workspace, load, item.mapping.table):
            day = load.loaded_at.date().isoformat()
            raise FileError(
                "same_file",
                f"This file was loaded already, on {day}, as load {load.load_id}.",
                remedy="Nothing needs to be done. To have its rows twice, say that you want them again.",
                where=Where(file=item.sniffed.name, sheet=item.sniffed.sheet),
                found=str(load.load_id),
                load=load.load_id,
                day=day,
            )


def _content(item: LoadPlan) -> str:
    sniffed = item.sniffed
    if not sniffed.content:
        return ""
    return "/".join((sniffed.content, item.mapping.table, sniffed.sheet or "", sniffed.area or ""))


def _is_replaced(home: Home, workspace: str, load: Load, table: str) -> bool:
    """Whether a later load that is still there has put other rows in the place of all."""
    live = list_versions(home, workspace)[0].live
    return any(
        delta.table == table and delta.mode == Mode.REPLACE and delta.load_id > load.load_id and delta.load_id in live
        for delta in list_deltas(home, workspace)
    )
