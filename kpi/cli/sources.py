"""Where does data come from again? `source` remembers places, `refresh` fetches them, `worker` does so on schedule."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi.cli.options import command, group
from kpi.cli.printing import Listing, print_listing, say, tell
from kpi.cli.session import Session
from kpi.errors import KpiError, QueryError
from kpi.settings import load_settings

if TYPE_CHECKING:
    from kpi.ingest.plans import Progress
    from kpi.refresh import Run

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As you call the source.")]
STANDING_BY_SECONDS = 0.5

RUN_COLUMNS = ("source", "outcome", "load", "files", "rows", "issues", "message")
RUN_UNITS = ("text", "text", "count", "count", "count", "count", "text")


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    inner = group(app, "source", "Places that files come from again.")
    for function in (add, remove, pause, resume):
        command(inner, function.__name__)(function)
    command(inner, "list")(list_sources)
    command(app, "refresh")(refresh)
    command(app, "worker")(worker)


def add(
    session: Session,
    name: NameArgument,
    folder: Annotated[str | None, typer.Option("--folder", help="Take the files of a folder.")] = None,
    pattern: Annotated[str, typer.Option("--pattern", help="Which; `**/` in front looks deeper.")] = "*",
    file: Annotated[str | None, typer.Option("--file", help="Take one file.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Fetch an https address.")] = None,
    url_secret: Annotated[str | None, typer.Option("--url-secret", help="Fetch the address in a secret.")] = None,
    authorization: Annotated[
        str | None, typer.Option("--authorization", help="Secret sent as the Authorization header.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", help="Ask the database whose URL is in a secret.")
    ] = None,
    sqlite: Annotated[str | None, typer.Option("--sqlite", help="Ask an SQLite file.")] = None,
    query: Annotated[str | None, typer.Option("--query", help="The SELECT, or @FILE that holds it.")] = None,
    entity: Annotated[str | None, typer.Option("--as", metavar="ENTITY", help="What the rows are.")] = None,
    table: Annotated[str | None, typer.Option("--table", help="A table of its own, for rows of no entity.")] = None,
    mode: Annotated[
        str | None, typer.Option("--mode", help="append (a folder's default), replace (else) or upsert.")
    ] = None,
    key: Annotated[list[str] | None, typer.Option("--key", metavar="COLUMN", help="By which rows meet.")] = None,
    schedule: Annotated[str | None, typer.Option("--schedule", help='"every 15m", "daily" or a cron line.')] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of its texts, where it is known.")] = None,
    delimiter: Annotated[str | None, typer.Option("--delimiter", help="Of its texts, where it is known.")] = None,
    header_row: Annotated[int | None, typer.Option("--header-row", help="From 1; 0 where there is none.")] = None,
    sheet: Annotated[list[str] | None, typer.Option("--sheet", help="Of a workbook. May be repeated.")] = None,
) -> None:
    """Remember a source. Passwords stay in secrets, which are given by name."""
    from kpi.ingest.sniffed import ReadingChoice
    from kpi.refresh import Kind, make_source, save_source
    from kpi.refresh.folder import check_allowed

    places = {"folder": folder, "file": file, "url": url or url_secret, "database": database or sqlite}
    given = [kind for kind, place in places.items() if place is not None]
    if len(given) != 1 or (url and url_secret) or (database and sqlite):
        raise QueryError(
            "one_place",
            "A source comes from one place.",
            remedy="Give one of --folder, --file, --url, --url-secret, --database, --sqlite.",
        )
    made = make_source(
        name=name,
        kind=given[0],
        place=next((place for place in (folder, file, url, sqlite) if place is not None), None),
        secret=url_secret or database,
        authorization=authorization,
        pattern=pattern,
        query=_query(query),
        entity=entity,
        table=table,
        mode=mode or ("replace" if folder is None else "append"),
        key=tuple(key or ()),
        choice=ReadingChoice(
            encoding=encoding, delimiter=delimiter, header_row=header_row, sheets=tuple(sheet) if sheet else None
        ),
        schedule=schedule,
    )
    if made.place is not None and made.kind is not Kind.URL:
        check_allowed(made.place, session.home, load_settings().refresh)
    save_source(session.home, session.workspace.id, made, new=True)
    list_sources(session)


def list_sources(session: Session) -> None:
    """Every source, when it was refreshed last and is to be next."""
    from kpi.refresh import last_runs, next_times, read_sources

    workspace = session.workspace
    runs = last_runs(session.home, workspace.id)
    next_ = next_times(session.home, workspace.id, workspace.time_zone)
    rows = []
    for source in read_sources(session.home, workspace.id).values():
        run = runs.get(source.name)
        rows.append(
            (
                source.name,
                source.kind.value,
                source.shown,
                source.mode.value,
                source.schedule,
                source.enabled,
                _utc(run.started_at) if run else None,
                run.outcome.value if run else None,
                _utc(next_[source.name]) if source.name in next_ else None,
            )
        )
    columns = ("source", "kind", "from", "mode", "schedule", "enabled", "last_run", "outcome", "next_run")
    units = ("text", "text", "text", "text", "text", "boolean", "timestamp", "text", "timestamp")
    print_listing(session, Listing(columns, units, tuple(rows)))


def remove(session: Session, name: NameArgument) -> None:
    """Forget a source; what it has brought stays."""
    from kpi.refresh import remove_source

    remove_source(session.home, session.workspace.id, name)
    if session.json:
        list_sources(session)
    say(session, session.t("The source {name} is forgotten; its data stays.", name=name))


def pause(session: Session, name: NameArgument) -> None:
    """Leave a source out of the schedule and of `refresh --all`."""
    _switch(session, name, enabled=False)


def resume(session: Session, name: NameArgument) -> None:
    """Take a paused source up again."""
    _switch(session, name, enabled=True)


def refresh(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which sources.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every source that is not paused.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the likeliest mapping of a new header, and let rows go.")
    ] = False,
) -> None:
    """Fetch sources now, and load what is new."""
    from kpi.refresh import get_source, read_sources, refresh

    known = read_sources(session.home, session.workspace.id)
    chosen = names or [name for name, source in known.items() if source.enabled and everything]
    if not names and not everything:
        raise QueryError(
            "which_source", "Which source?", remedy="Name some, or say --all. `python -m kpi source list` shows them."
        )
    for name in chosen:
        get_source(session.home, session.workspace.id, name)
    runs = [
        refresh(session.home, session.workspace.id, name, confirmed=yes, progress=_told, settings=load_settings())
        for name in chosen
    ]
    _print(session, runs)
    _raise_first([run.mistake.again() for run in runs if run.mistake is not None], len(runs))


def worker(
    session: Session,
    once: Annotated[bool, typer.Option("--once", help="Refresh what is due now, in every workspace, and end.")] = False,
) -> None:
    """Refresh every workspace's sources on schedule, until interrupted."""
    from kpi.schedule import Worker, refresh_round

    settings = load_settings()
    logging.basicConfig(level=logging.ERROR if once else logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if once:
        runs = [done.run for done in refresh_round(session.home, settings)]
        _print(session, runs)
        _raise_first([run.mistake.again() for run in runs if run.mistake is not None], len(runs))
        return
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: ended.set())
    with Worker(session.home, settings) as working:
        ended.wait(STANDING_BY_SECONDS)
        state = session.t("At work.") if working.is_at_work else session.t("Another worker is at work; standing by.")
        say(session, state)
        sys.stdout.flush()  # whoever started it reads along
        ended.wait()


def _switch(session: Session, name: str, *, enabled: bool) -> None:
    from kpi.refresh import get_source, save_source

    found = get_source(session.home, session.workspace.id, name)
    save_source(session.home, session.workspace.id, found.model_copy(update={"enabled": enabled}))
    list_sources(session)


def _query(given: str | None) -> str | None:
    if given is None or not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except OSError as error:
        raise QueryError(
            "unreadable_query",
            f"The query's file cannot be read: {error.strerror}.",
            remedy="Check the path after @.",
            found=error.strerror,
        ) from None


def _print(session: Session, runs: list[Run]) -> None:
    rows = tuple(
        (run.source, run.outcome.value, run.load_id, run.files, run.rows, run.issues, _message(session, run))
        for run in runs
    )
    print_listing(session, Listing(RUN_COLUMNS, RUN_UNITS, rows))


def _message(session: Session, run: Run) -> str | None:
    if run.mistake is None:
        return None
    said = run.mistake
    params: dict[str, Any] = {**said.params, "found": said.found or "", "near": session.t.list(list(said.near))}
    return said.message if session.json else session.t.by_code(said.code, **params) or said.message


def _raise_first(mistakes: list[KpiError], tried: int) -> None:
    """One source's mistake is the command's; of several, the command says how many there are."""
    if not mistakes:
        return
    if tried == 1:
        raise mistakes[0]
    raise QueryError(
        "refresh_incomplete",
        f"{len(mistakes)} of {tried} sources could not be refreshed.",
        remedy="Refresh them one by one to see why.",
        found=str(len(mistakes)),
        tried=tried,
    )


def _told(progress: Progress) -> None:
    tell(f"{progress.share:4.0%} {progress.stage} {progress.file}")


def _utc(moment: datetime) -> datetime:
    """As stored moments are: UTC without its name, to the second."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
