"""What somebody typed, as values: cells are read as the other values of their column were, and must fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from kpi.engine.duckdb import STORED
from kpi.errors import MappingError, QueryError, Where, near_names
from kpi.ingest import merge
from kpi.ingest.bench import Bench
from kpi.ingest.database import Database
from kpi.ingest.forms import fill, is_given
from kpi.ingest.inventory import take_inventory
from kpi.ingest.plans import CURRENCY, StoredColumn
from kpi.ingest.sniffed import Evidence
from kpi.ingest.source import cell
from kpi.ingest.statements import stored_value
from kpi.model import FieldType, entities
from kpi.workspace import Column, Delta, Home, Mode, Table, list_loads


@dataclass(frozen=True)
class AddedRow:
    """A row typed by hand, cell by cell as text. `load_id`, `file`, `sheet` and `line` name the line that it mends."""

    cells: Mapping[str, str]
    load_id: int | None = None
    file: str | None = None
    sheet: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Typed:
    """One row of an edit: cells by column, and (`place`) the line that a new row mends."""

    row_id: int
    cells: Mapping[str, str]
    place: AddedRow | None = None


def typed_columns(home: Home, workspace: str, table: Table, typed: Sequence[Typed]) -> list[StoredColumn]:
    """The columns that are typed, and those that follow from them, each with the way it is read."""
    known = {column.name: column for column in table.columns}
    wanted = dict.fromkeys(name for row in typed for name in row.cells)
    for name in wanted:
        if name not in known:
            raise MappingError(
                "unknown_stored_column",
                f"The table has no column {name!r}.",
                found=name,
                near=near_names(name, list(known)),
            )
    readings: dict[str, dict[str, Any]] = {}
    for load in reversed(list_loads(home, workspace)):
        readings |= load.summary.get(table.name, {}).get("readings", {})
    places = {name: at for at, name in enumerate(wanted)}
    found = [_stored(table, known[name], at, readings.get(name, {})) for name, at in places.items()]
    is_new = any(row.place for row in typed)
    if is_new and CURRENCY in known and CURRENCY not in places:
        found.append(replace(_stored(table, known[CURRENCY], 0, {}), at=None))
    for name, column in known.items():
        base = readings.get(name, {}).get("derived_from")
        if base in places and name not in places:
            found.append(_stored(table, column, places[base], readings.get(name, {})))
    return found


def _stored(table: Table, column: Column, at: int, reading: Mapping[str, Any]) -> StoredColumn:
    kind = entities().get(table.entity or "")
    field = kind.field(column.name) if kind else None
    base = kind.field(reading["derived_from"]) if kind and reading.get("derived_from") else None
    return StoredColumn(
        column.name,
        column.type,
        at,
        reading.get("reading") or ("ymd" if column.type.is_time else "dot" if column.type.is_number else "text"),
        column.label,
        Evidence(),
        field,
        base,
        date_only=column.type is FieldType.DATE and (field is None or field.type is not FieldType.DATE),
    )


def write_typed(
    bench: Bench, table: Table, columns: Sequence[StoredColumn], typed: Sequence[Typed], load_id: int
) -> Delta:
    """The file of an edit: whole rows of which `_edited` lists the cells that count, or new rows without a list."""
    path = bench.new_path()
    stored = [Column(column.name, column.stored_type, None, column.label) for column in columns]
    with bench.open(path) as database:
        for view in merge.set_up("state", database.attach(table.files), table.columns, bench.zone):
            database.run(view)
        database.run(*_laid_out(columns, typed))
        _refuse_unknown(database)
        database.run(merge.make("TABLE", "rows", _read(bench, columns, load_id)))
        _refuse_misfits(database, table, columns)
        database.run(merge.make("TABLE", "issues", merge.nothing(merge.ISSUE_TYPES)))
        database.run(*_settled(typed))
        file = take_inventory(database.run, path, load_id, stored, bench.zone, candidates=())
    return Delta(load_id, table.name, table.entity, Mode.EDIT, (), file)


def _laid_out(columns: Sequence[StoredColumn], typed: Sequence[Typed]) -> tuple[Any, ...]:
    """The statement that makes `typed`, what was typed as texts in c0, c1, …, and its parameters."""
    places = {column.at: column.name for column in columns if column.at is not None and column.derived is None}
    edited = [
        None if row.place else [item.name for item in columns if item.at is not None and places[item.at] in row.cells]
        for row in typed
    ]
    lists: dict[str, tuple[str, list[Any]]] = {
        "_row_id": ("BIGINT[]", [row.row_id for row in typed]),
        "_edited": ("VARCHAR[][]", edited),
        "_file": ("VARCHAR[]", [row.place.file if row.place else None for row in typed]),
        "_sheet": ("VARCHAR[]", [row.place.sheet if row.place else None for row in typed]),
        "_line": ("BIGINT[]", [row.place.line if row.place else None for row in typed]),
        **{f"c{at}": ("VARCHAR[]", [row.cells.get(name) for row in typed]) for at, name in places.items()},
    }
    return merge.make("TABLE", "typed", _unnested(lists), passing=True), *(values for _, values in lists.values())


def _settled(typed: Sequence[Typed]) -> tuple[Any, ...]:
    """The statement that makes `settled`, the lines that new rows mend, and its parameters."""
    places = [row.place for row in typed if row.place is not None and row.place.line is not None]
    lists: dict[str, tuple[str, list[Any]]] = {
        "load_id": ("INTEGER[]", [place.load_id for place in places]),
        "file": ("VARCHAR[]", [place.file for place in places]),
        "sheet": ("VARCHAR[]", [place.sheet for place in places]),
        "line": ("BIGINT[]", [place.line for place in places]),
    }
    return merge.make("TABLE", "settled", _unnested(lists)), *(values for _, values in lists.values())


def _unnested(lists: Mapping[str, tuple[str, list[Any]]]) -> exp.Query:
    """The parameters, which are lists, as the columns of a table."""
    columns = []
    for number, (name, (kind, _)) in enumerate(lists.items(), start=1):
        given = exp.cast(exp.Parameter(this=exp.Literal.number(number)), kind, dialect="duckdb")
        columns.append(exp.Explode(this=given).as_(name, quoted=True))
    return exp.select(*columns)


def _read(bench: Bench, columns: Sequence[StoredColumn], load_id: int) -> exp.Query:
    """What was typed, as values, each row in the place of the one it changes or mends."""
    given = {
        "_row_id": exp.column("_row_id", "typed"),
        "_load_id": exp.cast(exp.Literal.number(load_id), "INTEGER"),
        **{name: fill(f"COALESCE(state.{name}, typed.{name})") for name in ("_file", "_sheet", "_line")},
    }
    values = (stored_value(column, bench.zone, bench.currency).as_(column.name, quoted=True) for column in columns)
    return (
        exp.select(*(given[name].as_(name) for name in STORED), *values, "typed._edited")
        .from_("typed")
        .join("state", on="state._row_id = typed._row_id", join_type="left")
    )


def _refuse_unknown(database: Database) -> None:
    """Every row that is to be changed must be there."""
    lost = fill(
        """SELECT _row_id FROM typed WHERE NOT _edited IS NULL
           AND NOT EXISTS (SELECT 1 FROM state WHERE state._row_id = typed._row_id) LIMIT 1"""
    )
    for (row_id,) in database.run(lost):
        raise QueryError(
            "unknown_row",
            f"There is no row {row_id} any more.",
            remedy="Look at the data anew and repeat the change.",
            found=str(row_id),
        )


def _refuse_misfits(database: Database, table: Table, columns: Sequence[StoredColumn]) -> None:
    """A value that says something must fit its column, and one that every row needs must be given."""
    kind = entities().get(table.entity or "")
    needed = {field.id for field in kind.fields if field.required} if kind else set()
    by_name = {column.name: column for column in columns}
    for column in columns:
        if column.at is None or column.derived is not None:
            continue
        text, empty = cell(column.at), exp.column(column.name, "rows", quoted=True).is_(exp.null())
        tests = {"bad_value": exp.and_(is_given(text), empty)}
        if column.name in needed:
            counts = fill("edited IS NULL OR LIST_CONTAINS(edited, :n)", n=exp.Literal.string(column.name))
            tests["required_value"] = exp.and_(exp.paren(counts), empty.copy())
        for code, test in tests.items():
            _refuse(database, code, column, test)
    for name in sorted(needed - by_name.keys()):
        for row in database.run(fill("SELECT _file, _sheet, _line FROM rows WHERE _edited IS NULL LIMIT 1")):
            raise _misfit("required_value", name, None, *row)


def _refuse(database: Database, code: str, column: StoredColumn, test: exp.Expr) -> None:
    query = (
        exp.select(cell(column.at or 0), "rows._file", "rows._sheet", "rows._line")
        .from_("rows")
        .join(
            fill("SELECT *, _edited AS edited FROM typed").subquery("typed"),  # type: ignore[attr-defined]
            on="typed._row_id = rows._row_id",
        )
        .where(test)
        .limit(1)
    )
    for found, file, sheet, line in database.run(query):
        raise _misfit(code, column.label or column.name, found, file, sheet, line)


def _misfit(
    code: str, column: str, found: str | None, file: str | None, sheet: str | None, line: int | None
) -> MappingError:
    where = Where(file=file, sheet=sheet, row=line, column=column)
    if code == "bad_value":
        return MappingError(
            "bad_value",
            f"{found!r} does not fit the column {column!r}.",
            remedy="Type it as the other values of the column are written, or leave it empty.",
            where=where,
            found=found,
            column=column,
        )
    return MappingError(
        "required_value",
        f"Every row needs a value in {column!r}.",
        remedy="Give one, or leave the row as it was.",
        where=where,
        found=found,
        column=column,
    )
