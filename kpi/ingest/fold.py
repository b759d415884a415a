"""What is a table made of once some loads have met it? Loads are folded in, one after the other.

A table to which loads were only appended shows their own files. An upsert or an edit needs a *generation*: a new file
with the table's rows and issues as they are then. What went into a file is never changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kpi.ingest import merge
from kpi.ingest.bench import Bench
from kpi.ingest.inventory import TEXTS, take_inventory
from kpi.model import entities
from kpi.semantic.journeys import journeys
from kpi.workspace import Column, DataFile, Delta, Mode, Table

WORTH_SORTING = 200_000  # rows; of fewer, any question is answered at once in any order


def fold(bench: Bench, files: tuple[DataFile, ...], deltas: Sequence[Delta]) -> tuple[DataFile, ...]:
    """The files that show a table after further loads. New ones lie in the bench's folder."""
    replacing = max((at for at, delta in enumerate(deltas) if delta.mode == Mode.REPLACE), default=None)
    if replacing is not None:
        files, deltas = (deltas[replacing].file,), deltas[replacing + 1 :]
    columns = columns_of(files, deltas)
    for delta in deltas:
        if delta.mode == Mode.APPEND or (delta.mode == Mode.UPSERT and not files):
            files = (*files, delta.file)
        else:
            files = (_generation(bench, files, delta, columns),)
    return files


def columns_of(files: Sequence[DataFile], deltas: Sequence[Delta]) -> tuple[Column, ...]:
    """The columns of all of them, in types that hold every value."""
    return Table("", None, (*files, *(delta.file for delta in deltas))).columns


def put_together(bench: Bench, table: Table, load_id: int) -> DataFile:
    """One file with all rows of a table, in the order that readers profit from."""
    path = bench.new_path()
    with bench.open(path) as database:
        columns = table.columns
        for view in merge.set_up("state", database.attach(table.files), columns, bench.zone):
            database.run(view)
        for statement in merge.put_together(columns, reading_order(table.entity, columns)):
            database.run(statement)
        candidates = {column.name for column in columns if column.type in TEXTS}
        return take_inventory(database.run, path, load_id, columns, bench.zone, candidates=candidates)


def clustered(bench: Bench, file: DataFile, entity_id: str | None) -> DataFile:
    """A large file of rows by which a journey is followed, written again by whom and when; any other as it is.

    It makes such a funnel twice as fast, and costs about what writing the rows costs; for other rows it earns nothing
    that would be worth it while somebody waits for a load.
    """
    order = _followed_by(entity_id, {column.name for column in file.columns})
    if not order or file.rows < WORTH_SORTING:
        return file
    path = bench.new_path()
    with bench.open(path) as database:
        for view in merge.set_up("state", database.attach([file]), file.columns, bench.zone):
            database.run(view)
        for statement in merge.put_together(file.columns, order):
            database.run(statement)
    file.path.unlink()
    return replace(file, path=path)


def reading_order(entity_id: str | None, columns: Sequence[Column]) -> tuple[str, ...]:
    """How rows of something that happens to somebody lie best: by whom it happened to, then by time; else as they came.

    Whom: the key by which a ready-made journey follows these rows, else the first field that holds the key of another
    thing than its owner.
    """
    kind = entities().get(entity_id or "")
    names = {column.name for column in columns}
    if kind is None or kind.time is None or kind.time not in names:
        return ()
    whom = (field.id for field in kind.fields if field.references not in (None, "people") and field.id in names)
    first = next(whom, None)
    return _followed_by(entity_id, names) or ((first, kind.time) if first else ())


def _followed_by(entity_id: str | None, names: set[str]) -> tuple[str, ...]:
    """Key and time of the ready-made journey that follows many rows of one key through this table."""
    kind = entities().get(entity_id or "")
    for journey in journeys().values():
        for source in journey.sources:
            if kind and source.entity == kind.id and source.key != kind.key and {source.key, kind.time} <= names:
                return str(source.key), str(kind.time)
    return ()


def loses(files: Sequence[DataFile], columns: Sequence[Column], own: Sequence[DataFile]) -> bool:
    """Whether a value would no longer be written as its load wrote it: a generation gave it another type before.

    A number that became 5.0 among others would, as text, no longer be the 5 it was; its load's own file still says 5.
    """
    types = {column.name: column.type for column in columns}
    paths = {file.path for file in own}
    return any(
        types[column.name] in TEXTS and column.type not in TEXTS
        for file in files
        if file.path not in paths
        for column in file.columns
        if column.name in types
    )


def _generation(bench: Bench, files: tuple[DataFile, ...], delta: Delta, columns: tuple[Column, ...]) -> DataFile:
    """One step of a fold. All its steps have the same columns, so that no value is written in two types on its way."""
    given = {column.name for column in delta.file.columns}
    path = bench.new_path()
    with bench.open(path) as database:
        views = merge.set_up("state", database.attach(files), columns, bench.zone)
        ((alias, _),) = attached = database.attach([delta.file])
        views += merge.set_up("delta", attached, columns, bench.zone)
        if delta.mode == Mode.EDIT:
            steps = [*merge.set_up_edits(alias), *merge.edited(columns, given)]
        else:
            steps = [*merge.meet(delta.key), *merge.upserted(columns, given)]
        for statement in (*views, *steps):
            database.run(statement)
        candidates, unique = _unique(files, delta, columns)
        return take_inventory(
            database.run, path, delta.load_id, columns, bench.zone, candidates=candidates, unique=unique
        )


def _unique(files: Sequence[DataFile], delta: Delta, columns: Sequence[Column]) -> tuple[set[str], set[str]]:
    """Columns that may be unique now, and those that are so without counting.

    An upsert by one column leaves it unique if it was. A column with repeated values in one of the files is not tried.
    """
    everywhere = [file.unique for file in (*files, delta.file) if file.rows]
    texts = {column.name for column in columns if column.type in TEXTS}
    candidates = (
        texts.intersection(*everywhere)
        if delta.mode == Mode.UPSERT
        else texts.intersection(*(file.unique for file in files if file.rows))
    )
    if delta.mode == Mode.UPSERT and len(delta.key) == 1 and len([file for file in files if file.rows]) <= 1:
        return candidates, candidates & set(delta.key)
    return candidates, set()
