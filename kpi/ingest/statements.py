"""Which SQL writes a data file? Every statement of a load, as trees; the reader process runs their text.

A row is read once: cells become values in one pass, and only a row in which a given cell does not fit carries those
cells along (`_bad`), from which the issues are made afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from kpi.engine.duckdb import SQL_TYPES, STORED
from kpi.ingest.coins import in_row_currency, is_amount, row_currency, scaled
from kpi.ingest.evidence import is_plain
from kpi.ingest.forms import fill, is_given, lazily, value, words
from kpi.ingest.plans import CURRENCY, StoredColumn, TypedTable
from kpi.ingest.sniffed import Sniffed
from kpi.ingest.source import cell, relation
from kpi.ingest.trees import numbers
from kpi.ingest.workbook_parts import FAILED
from kpi.model import Field, FieldType

BAD = "_bad"
BAD_TYPE = "STRUCT(c INTEGER, v VARCHAR)[]"
ROW_ID_STEP = 2**40
MOST_VALUE = 10_000  # letters of a value or line that the issues table keeps

REASONS = {
    FieldType.INTEGER: "not_an_integer",
    FieldType.NUMBER: "not_a_number",
    FieldType.RATE: "not_a_number",
    FieldType.MONEY: "not_an_amount",
    FieldType.DATE: "not_a_date",
    FieldType.TIMESTAMP: "not_a_date",
    FieldType.BOOLEAN: "not_yes_or_no",
}
BLANKS = " _-"


def to_sql(tree: exp.Expr) -> str:
    """The text that the engine is given."""
    return tree.sql(dialect="duckdb", identify=True)


def create_rows(table: TypedTable) -> exp.Expr:
    """`rows`: stored columns, then the data's own, then what does not fit."""
    types = {
        **STORED,
        **{column.name: SQL_TYPES.get(column.stored_type, "VARCHAR") for column in table.columns},
        BAD: BAD_TYPE,
    }
    return _create("rows", types)


def create_issues() -> exp.Expr:
    """`issues`: what did not fit, and where it stood."""
    kinds = {"file": "VARCHAR", "sheet": "VARCHAR", "row": "BIGINT", "column": "VARCHAR", "value": "VARCHAR"}
    return _create("issues", {**kinds, "reason": "VARCHAR"})


def insert_rows(table: TypedTable, sources: Sequence[Sniffed], load_id: int, zone: str, currency: str) -> exp.Expr:
    """Read one file into `rows`, or several alike, whose paths then stand in `_file` for the time being.

    Trees are handed on uncopied: with many columns, copying would take the longest.
    """
    source = sources[0]
    raw_file = [exp.column("filename")] if len(sources) > 1 else []
    checked = [column for column in table.columns if column.is_checked]
    raw = [cell(at) for at in dict.fromkeys(column.at for column in checked if column.at is not None)]
    values = [
        exp.alias_(stored_value(column, zone, currency), column.name, quoted=True, copy=False)
        for column in table.columns
    ]
    cells = exp.Subquery(this=relation(sources), alias=exp.to_identifier("cells"))
    inner = exp.select(*raw_file, *raw, *values, copy=False).from_(cells, copy=False)
    constants = [
        exp.cast(exp.Literal.number(0), "BIGINT"),
        exp.cast(exp.Literal.number(load_id), "INTEGER"),
        exp.column("filename") if len(sources) > 1 else exp.Literal.string(source.name),
        exp.Literal.string(source.sheet) if source.sheet else exp.cast(exp.null(), "VARCHAR"),
        exp.cast(exp.Literal.number(0), "BIGINT"),
    ]
    outer = exp.select(
        *constants,
        *(exp.column(column.name, quoted=True) for column in table.columns),
        _bad(table.columns),
        copy=False,
    ).from_(exp.Subquery(this=inner, alias=exp.to_identifier("typed")), copy=False)
    return exp.Insert(this=exp.to_table("rows"), expression=outer)


def stored_value(column: StoredColumn, zone: str, currency: str) -> exp.Expr:
    """What is stored for a column, from the cells of a row."""
    read = _as_read(column, zone, currency)
    if not column.corrected:
        return read
    case = exp.Case(this=read)
    for wrong, right in column.corrected:
        case = case.when(exp.Literal.string(wrong), exp.Literal.string(right))
    return case.else_(read.copy())


def _as_read(column: StoredColumn, zone: str, currency: str) -> exp.Expr:
    """What the cells of a row say."""
    if column.name == CURRENCY and column.coins is not None:
        return row_currency(column.coins, currency)
    if column.at is None:
        return exp.Literal.string(currency)
    if column.field is not None and column.field.values:
        word = value("text", FieldType.CATEGORY, cell(column.at), zone, empty=column.empty, marked=column.marked)
        return canonical(column.field, word, column.words, column.spelt)
    read = value(
        column.reading,
        column.type,
        cell(column.at),
        zone,
        column.date_only,
        is_plain(column.evidence),
        strict=column.field is None,
        empty=column.empty,
        marked=column.marked,
    )
    if column.type is FieldType.MONEY:
        return in_row_currency(column, scaled(column, read), currency)
    if column.name == CURRENCY:
        return exp.Coalesce(this=exp.Upper(this=read), expressions=[exp.Literal.string(currency)])
    return read


def canonical(
    field: Field, words_in: exp.Expr, seen: Sequence[str] = (), spelt: Sequence[tuple[str, str]] = ()
) -> exp.Expr:
    """The canonical word of a category; a word it does not know becomes `otherwise`, or stays as it is.

    Words seen beforehand are compared as they stand, which is several times faster than what any other word takes.
    What `spelt` says of a word goes before what the category knows.
    """
    said = dict(spelt)
    quick: dict[str, list[str]] = {}
    for word in dict.fromkeys((*said, *seen)):
        if (found := said.get(word) or canonical_word(field, word)) is not None:
            quick.setdefault(found, []).append(word)
    any_word = exp.Case()
    flat = fill("TRANSLATE(LOWER(x), ' _-', '')")
    for canon, others in field.values.items():
        known = tuple(dict.fromkeys(_flat(word) for word in (canon, *others)))
        test = fill("LIST_CONTAINS(:known, :f)", known=words(known), f=flat)
        any_word = any_word.when(test, exp.Literal.string(canon))
    rest = exp.Literal.string(field.otherwise) if field.otherwise is not None else exp.column("x")
    case = exp.Case().when(words_in.copy().is_(exp.null()), exp.cast(exp.null(), "VARCHAR"))
    for canon, given in quick.items():
        case = case.when(words_in.copy().isin(*given), exp.Literal.string(canon))
    return case.else_(lazily(words_in, any_word.else_(rest)))


def canonical_word(field: Field, word: str) -> str | None:
    """The canonical word for a word, or None where the category does not know it."""
    flat = _flat(word.strip())
    return next((canon for canon, others in field.values.items() if flat in map(_flat, (canon, *others))), None)


def _flat(word: str) -> str:
    return word.lower().translate({ord(sign): None for sign in BLANKS})


def _bad(columns: Sequence[StoredColumn]) -> exp.Expr:
    """The cells of a row that say something but did not fit, as (column number, cell)."""
    suspect: list[exp.Expr] = []
    kept: list[exp.Expr] = []
    for number, column in enumerate(columns):
        if not column.is_checked or column.at is None:
            continue
        stored = exp.column(column.name, quoted=True)
        lost = fill(":v IS NULL AND NOT :c IS NULL", v=stored, c=cell(column.at))
        suspect.append(lost)
        kept.append(
            fill(
                "CASE WHEN :l AND :g THEN STRUCT_PACK(c := :n, v := :c) END",
                l=exp.paren(lost),
                g=is_given(cell(column.at), column.empty),
                n=exp.Literal.number(number),
                c=cell(column.at),
            )
        )
    if not suspect:
        return exp.cast(exp.null(), BAD_TYPE)
    listed = exp.Array(expressions=kept)
    return exp.Case().when(exp.or_(*suspect), exp.cast(listed, BAD_TYPE))


def number_rows(load_id: int, before: int, offset: int) -> exp.Expr:
    """Give every row its id, and its place in the file where that is a constant away from its place in the table."""
    first = load_id * ROW_ID_STEP + before + 1
    return fill(
        "UPDATE rows SET _row_id = rowid + :first, _line = rowid + :offset",
        first=exp.Literal.number(first),
        offset=exp.Literal.number(offset),
    )


def place_rows() -> exp.Expr:
    """Correct places in the file, span by span: parameters are first row, row after the last, and offset."""
    return fill(
        """UPDATE rows SET _line = rows.rowid + spans.shift
           FROM (SELECT UNNEST(CAST($1 AS BIGINT[])) AS first, UNNEST(CAST($2 AS BIGINT[])) AS after,
                        UNNEST(CAST($3 AS BIGINT[])) AS shift) AS spans
           WHERE rows.rowid >= spans.first AND rows.rowid < spans.after"""
    )


def set_threads(number: int) -> exp.Expr:
    """How many threads the next statements may use."""
    return fill("SET threads = :n", n=exp.Literal.number(number))


def extents() -> exp.Expr:
    """First row and number of rows of every file, in the order read."""
    return fill(
        "SELECT _file, MIN(rowid), COUNT(*) FROM rows WHERE rowid >= CAST($1 AS BIGINT) GROUP BY _file ORDER BY 2"
    )


def name_files() -> exp.Expr:
    """Put the names that the user knows in the place of paths: parameters are paths and names."""
    return fill(
        """UPDATE rows SET _file = names.name
           FROM (SELECT UNNEST(CAST($1 AS VARCHAR[])) AS path, UNNEST(CAST($2 AS VARCHAR[])) AS name) AS names
           WHERE rows._file = names.path"""
    )


def misfits() -> exp.Expr:
    """How many cells of each column did not fit."""
    return fill(
        """SELECT bad.c, COUNT(*) FROM (SELECT UNNEST(_bad) AS bad FROM rows WHERE NOT _bad IS NULL) AS t
           WHERE NOT bad IS NULL GROUP BY bad.c"""
    )


def place_issues(load_id: int) -> list[exp.Expr]:
    """Issues say of which load they are, and of which stored row and column where there is one."""
    number = exp.Literal.number(load_id)
    return [
        fill("ALTER TABLE issues ADD COLUMN _load_id INTEGER DEFAULT :n", n=number),
        fill("ALTER TABLE issues ADD COLUMN _row_id BIGINT"),
        fill("ALTER TABLE issues ADD COLUMN _column VARCHAR"),
    ]


def cell_issues(table: TypedTable, load_id: int) -> exp.Expr:
    """Cells that did not fit become issues; their rows stay, with nothing in their place."""
    names = words([column.name for column in table.columns])
    labels = words([column.label or column.name for column in table.columns])
    reasons = words([REASONS.get(column.type, "does_not_fit") for column in table.columns])
    reason = fill("LIST_EXTRACT(:reasons, bad.c + 1)", reasons=reasons)
    amounts = [number for number, column in enumerate(table.columns) if column.coins and column.type is FieldType.MONEY]
    if len(amounts) > 1 or any(column.coins and column.coins.column is not None for column in table.columns):
        of_amounts = fill("LIST_CONTAINS(:a, bad.c)", a=numbers(amounts))
        foreign = exp.and_(of_amounts, is_amount(exp.column("v", "bad")))
        reason = exp.Case().when(foreign, exp.Literal.string("other_currency")).else_(reason)
    return fill(
        """INSERT INTO issues
           SELECT _file, _sheet, _line, LIST_EXTRACT(:labels, bad.c + 1), LEFT(RTRIM(bad.v, ' ' || :mark), :most),
                  :reason, :load, _row_id, LIST_EXTRACT(:names, bad.c + 1)
           FROM (SELECT _row_id, _file, _sheet, _line, UNNEST(_bad) AS bad FROM rows WHERE NOT _bad IS NULL) AS t
           WHERE NOT bad IS NULL""",
        load=exp.Literal.number(load_id),
        names=names,
        labels=labels,
        reason=reason,
        most=exp.Literal.number(MOST_VALUE),
        mark=exp.Literal.string(FAILED),
    )


def read_rejects() -> exp.Expr:
    """Rows that could not be cut into cells: path, number, kind of error, text; of the files read last."""
    return fill(
        """SELECT scans.file_path, errors.line, MIN(CAST(errors.error_type AS VARCHAR)),
                  MIN(LEFT(TRIM(errors.csv_line, CHR(10) || CHR(13)), :most))
           FROM reject_errors AS errors JOIN reject_scans AS scans USING (scan_id, file_id)
           GROUP BY scans.file_path, errors.line ORDER BY ALL""",
        most=exp.Literal.number(MOST_VALUE),
    )


def forget_rejects() -> exp.Expr:
    """Make room for the next file's."""
    return fill("DELETE FROM reject_errors")


def add_issues() -> exp.Expr:
    """Issues given as lists: file, sheet, rows, values, reasons."""
    return fill(
        """INSERT INTO issues
           SELECT CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), UNNEST(CAST($3 AS BIGINT[])), NULL,
                  UNNEST(CAST($4 AS VARCHAR[])), UNNEST(CAST($5 AS VARCHAR[]))"""
    )


def empty_rows(table: TypedTable) -> exp.Expr:
    """Rows in which every cell is empty say nothing, and are not stored."""
    given = [column for column in table.columns if column.at is not None and column.derived is None]
    nothing = [exp.column(column.name, quoted=True).is_(exp.null()) for column in given]
    return exp.delete("rows").where(exp.and_(exp.column(BAD).is_(exp.null()), *nothing))


def incomplete(table: TypedTable, load_id: int) -> list[tuple[exp.Expr, exp.Expr]]:
    """For every required field: an issue per row without it, and the removal of those rows."""
    pairs: list[tuple[exp.Expr, exp.Expr]] = []
    for column in table.columns:
        if column.field is None or not column.field.required:
            continue
        missing = exp.column(column.name, quoted=True).is_(exp.null())
        issue = fill(
            """INSERT INTO issues
               SELECT _file, _sheet, _line, :l, NULL, 'required_missing', :load, NULL, :n FROM rows WHERE :m""",
            l=exp.Literal.string(column.label or column.name),
            load=exp.Literal.number(load_id),
            n=exp.Literal.string(column.name),
            m=missing,
        )
        pairs.append((issue, exp.delete("rows").where(missing.copy())))
    return pairs


def placed_issues() -> exp.Expr:
    """Whether any issue belongs to a row."""
    return fill("SELECT 1 FROM issues WHERE NOT _row_id IS NULL LIMIT 1")


def forget_lost_rows() -> exp.Expr:
    """What did not fit in a row that was set aside since belongs to no stored row."""
    return fill(
        """UPDATE issues SET _row_id = NULL
           WHERE NOT _row_id IS NULL AND NOT EXISTS (SELECT 1 FROM rows WHERE rows._row_id = issues._row_id)"""
    )


def drop_bad() -> exp.Expr:
    """The helper column has done its work."""
    return fill("ALTER TABLE rows DROP COLUMN _bad")


def count(table: str) -> exp.Expr:
    """How many rows a table has."""
    return exp.select(exp.Count(this=exp.Star())).from_(table)


def _create(name: str, types: dict[str, str]) -> exp.Expr:
    columns = [
        exp.ColumnDef(this=exp.to_identifier(column, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
        for column, kind in types.items()
    ]
    return exp.Create(this=exp.Schema(this=exp.to_table(name), expressions=columns), kind="TABLE")
