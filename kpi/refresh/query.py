"""Does a query only read? It is parsed and looked through; what is sent is what was looked at, word for word.

The database is asked to allow no writing as well (a read-only transaction), and its own account should not be able to:
three locks, because each alone has been opened before. Comments are not sent: MySQL executes some of them. The tree is
not written out anew, because no writer knows every server's dialect as well as the person who wrote the query.
"""

from __future__ import annotations

from sqlglot import exp, parse, tokenize
from sqlglot.errors import SqlglotError

from kpi.errors import DefinitionError

DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "mssql": "tsql",
    "oracle": "oracle",
}
READING = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
WRITING = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Copy,
    exp.Into,
    exp.Lock,
    exp.Pragma,
    exp.PropertyEQ,  # @variable := value
    exp.Set,
    exp.Drop,
    exp.Alter,
    exp.Merge,
    exp.TruncateTable,
    exp.Attach,
    exp.Detach,
    exp.LoadData,
)
# Functions that reach beyond the rows (files, other servers, settings, other people's sessions) or only take time.
BEYOND = (
    "pg_read_",
    "pg_ls_",
    "pg_stat_file",
    "pg_sleep",
    "pg_terminate",
    "pg_cancel",
    "pg_reload",
    "pg_rotate",
    "pg_advisory",
    "pg_try_advisory",
    "pg_switch",
    "pg_create",
    "pg_drop",
    "pg_logical",
    "pg_notify",
    "lo_",
    "dblink",
    "set_config",
    "setval",
    "nextval",
    "query_to_",
    "cursor_to_",
    "table_to_",
    "database_to_",
    "schema_to_",
    "load_file",
    "load_extension",
    "readfile",
    "writefile",
    "sleep",
    "benchmark",
    "get_lock",
    "release_",
    "sys_eval",
    "sys_exec",
    "openrowset",
    "openquery",
    "opendatasource",
    "xp_",
    "utl_",
    "dbms_",
    "httpuritype",
)


def checked_query(text: str, database: str) -> str:
    """The query as it is sent to this kind of database; `DefinitionError` for anything but one reading query."""
    dialect = DIALECTS[database]
    try:
        statements = [item for item in parse(text, dialect=dialect) if item is not None]
    except (SqlglotError, RecursionError) as error:
        raise DefinitionError(
            "bad_query",
            "The query cannot be read.",
            remedy="Try it in the database's own tools first.",
            found=_first_line(error),
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], READING):
        raise _not_reading()
    query = statements[0]
    for node in query.walk():
        # A setting inside a function call (`f(a := 1)`) is how an argument is named, and does no harm.
        if isinstance(node, WRITING) and not (isinstance(node, exp.PropertyEQ) and isinstance(node.parent, exp.Func)):
            raise _not_reading()
        if isinstance(node, exp.Func | exp.Dot) and _name(node).startswith(BEYOND):
            raise _not_reading(_name(node))
    return _without_comments(text, dialect)


def _name(node: exp.Func | exp.Dot) -> str:
    """What a function, or the package before it, is called."""
    named = node.this if isinstance(node, exp.Dot) else node
    return str(
        named.sql_name() if isinstance(named, exp.Func) and not isinstance(named, exp.Anonymous) else named.name
    ).lower()


def _without_comments(text: str, dialect: str) -> str:
    """The words of the query as they stand, with a blank wherever there was something between them."""
    words, end = [], 0
    for token in tokenize(text.strip().rstrip(";"), dialect=dialect):
        words.append(" " if token.start > end else "")
        end = token.end + 1
        words.append(text.strip()[token.start : end])
    return "".join(words).strip()


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200] if isinstance(error, SqlglotError) else type(error).__name__


def _not_reading(found: str | None = None) -> DefinitionError:
    return DefinitionError(
        "not_a_reading_query",
        "The query does more than read rows.",
        remedy="Write one SELECT; it may not write, lock, set anything, or call functions that reach outside.",
        found=found,
    )
