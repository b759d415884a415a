"""What does the data leave open? `consequences`, `accept`, `joins` and `correct`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi.cli.days import period_of, read_days
from kpi.cli.options import command
from kpi.cli.printing import Listing, print_listing, say
from kpi.cli.questions import FromOption, ToOption
from kpi.cli.session import Session
from kpi.errors import QueryError, near_names
from kpi.period import Period

if TYPE_CHECKING:
    from kpi.evaluate import Context
    from kpi.quality import Consequence, Correction, Effect, Join

AuthorOption = Annotated[str, typer.Option("--author", help="Who decides this.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]
CORRECTIONS = ("table", "column", "from", "to", "rows", "state", "likeness", "author", "reason")
CORRECTION_UNITS = ("text", "text", "text", "text", "count", "text", "text", "text", "text")


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    for function in (consequences, accept, joins, correct):
        command(app, function.__name__)(function)


def consequences(
    session: Session,
    kpis: Annotated[list[str] | None, typer.Argument(metavar="[KPI]...", help="KPIs' ids; without, all.")] = None,
    first: FromOption = None,
    last: ToOption = None,
) -> None:
    """Which rows lack something, and between which values each KPI lies for it."""
    from kpi.quality import accepted
    from kpi.quality import consequences as read

    context, days = session.context, read_days(first, last)
    known = accepted(session.home, session.workspace.id)
    found: list[Consequence] = []
    for name in kpis or ():
        found += read([name], context, period_of(days, partial(_extent, name, context)), accepted=known)
    if not kpis:
        found = read(None, context, period_of(days, partial(_reach, context)), accepted=known)
    rows = tuple(_effect_row(session, item, effect) for item in found for effect in item.effects)
    columns = (
        "kpi",
        "table",
        "field",
        "lack",
        "rows",
        "of",
        "value",
        "low",
        "high",
        "unit",
        "exact",
        "accepted",
        "says",
    )
    figure = "number" if session.json else "text"
    units = (
        "text",
        "text",
        "text",
        "text",
        "count",
        "count",
        figure,
        figure,
        figure,
        "text",
        "boolean",
        "boolean",
        "text",
    )
    print_listing(session, Listing(columns, units, rows))


def accept(
    session: Session,
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A loaded table.")],
    lack: Annotated[str, typer.Argument(metavar="LACK", help="What `consequences` calls it: undated, no_value, …")],
    field: Annotated[str | None, typer.Argument(metavar="[FIELD]", help="The field that rows lack.")] = None,
    reason: ReasonOption = "",
    author: AuthorOption = "local",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
) -> None:
    """Live with rows that lack a field: they are told, and no longer widen a KPI's range."""
    from kpi.compile.doubt import Lack
    from kpi.quality import IssueKey, take_back
    from kpi.quality import accept as record

    kinds = [kind.value for kind in Lack]
    if lack not in kinds:
        raise QueryError(
            "unknown_lack", f"There is no lack {lack!r}.", found=lack, near=near_names(lack, kinds) or kinds
        )
    _check_table(session, table)
    key = IssueKey(table, field, lack)
    if undo:
        take_back(session.home, session.workspace.id, key, author=author, reason=reason)
    else:
        record(session.home, session.workspace.id, key, author=author, reason=reason)
    if session.json:
        row = (table, field, lack, not undo, author, reason)
        columns = ("table", "field", "lack", "accepted", "author", "reason")
        print_listing(session, Listing(columns, ("text", "text", "text", "boolean", "text", "text"), (row,)))
    say(session, session.t("Taken back.") if undo else session.t("Accepted: {reason}", reason=reason))


def joins(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="At most so many unmatched keys a join.")] = 20,
) -> None:
    """How the keys of loaded tables meet, both ways, and which do not."""
    from kpi.narrate.quality import join_sentence
    from kpi.quality import read_joins

    def row(join: Join) -> tuple[Any, ...]:
        pair, match = join.pair, join.match
        return (
            f"{pair.source}.{pair.column}",
            f"{pair.target}.{pair.key}",
            match.source_rows,
            match.forward_rate,
            match.source_keys,
            match.matched_keys,
            match.target_keys,
            match.backward_rate,
            match.repeated_keys,
            match.empty_rows,
            tuple(_unmatched(item.key, item.rows, item.near.key if item.near else None) for item in join.unmatched),
        )

    found = read_joins(session.context, limit=limit)
    columns = ("from", "to", "rows", "matched", "keys", "met", "target_keys", "named", "repeated", "empty", "unmatched")
    units = ("text", "text", "count", "rate", "count", "count", "count", "rate", "count", "count", "list")
    notes = tuple(join_sentence(join, session.t) for join in found if join.doubles)
    print_listing(session, Listing(columns, units, tuple(row(join) for join in found), notes))


def correct(
    session: Session,
    place: Annotated[str | None, typer.Argument(metavar="[TABLE.COLUMN]", help="Where the spelling stands.")] = None,
    wrong: Annotated[str | None, typer.Argument(metavar="[FROM]", help="The spelling to replace.")] = None,
    right: Annotated[str | None, typer.Argument(metavar="[TO]", help="The right one; else the one proposed.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Approve all that is proposed.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Withdraw an approved one: it no longer meets new files.")
    ] = False,
    reason: ReasonOption = "",
    author: AuthorOption = "local",
) -> None:
    """List corrections of keys, proposed and approved; or approve one, in loaded rows and in files to come."""
    from kpi.quality import Correction, approve, propose_corrections, read_corrections, read_joins, withdraw

    home, workspace = session.home, session.workspace.id
    known = read_corrections(home, workspace)
    proposed = propose_corrections(read_joins(session.context), known) if not (undo or right) else []
    rows: list[tuple[Any, ...]]
    if everything or (place and wrong):
        chosen = [item.correction for item in proposed if everything or _is_at(item.correction, place, wrong)]
        if place and wrong and right:
            chosen = [Correction(*_split(session, place), wrong, right)]
        if undo and place and wrong:
            mine = [item for item in known if _is_at(item, place, wrong)]
            taken = mine[0] if mine else Correction(*_split(session, place), wrong, "")
            withdraw(home, workspace, taken, author=author, reason=reason)
            rows = [(*_names(taken), None, "withdrawn", None, author, reason)]
        elif not chosen and not everything:
            raise QueryError(
                "unknown_correction",
                f"{wrong!r} has no near match in {place}.",
                remedy="Say what it should be: correct TABLE.COLUMN FROM TO.",
                found=wrong,
                place=place,
            )
        else:
            done = approve(home, workspace, chosen, session.context, author=author, reason=reason)
            rows = [(*_names(item.correction), item.rows, "approved", None, author, reason) for item in done]
    else:
        rows = [(*_names(item.correction), item.rows, "proposed", item.likeness.value, None, None) for item in proposed]
        rows += [
            (*_names(item), None, "approved", None, document.author, document.reason)
            for item, document in known.items()
        ]
    print_listing(session, Listing(CORRECTIONS, CORRECTION_UNITS, tuple(rows)))


def _extent(kpi: str, context: Context) -> Period:
    """The days that a KPI's data reaches over."""
    from kpi.evaluate import KpiQuery
    from kpi.evaluate.kpis import plan

    return plan(KpiQuery(kpi), context).extent


def _reach(context: Context) -> Period:
    """The days that any data reaches over, up to now."""
    tables = context.dataset.tables.values()
    days = [day for table in tables for column in table.columns if (day := table.earliest(column.name))]
    return Period(min([*days, context.now]), context.now + timedelta(days=1))


def _effect_row(session: Session, item: Consequence, effect: Effect) -> tuple[Any, ...]:
    from kpi.narrate.quality import effect_sentence

    unit = item.kpi.unit.value
    ends = [effect.range.low, effect.range.high] if effect.range else [None, None]
    return (
        item.kpi.id,
        effect.table,
        effect.field or None,
        effect.lack.value,
        effect.rows,
        effect.of,
        *(_figure(session, value, unit, item.currency) for value in (item.value, *ends)),
        unit,
        effect.range.exact if effect.range else None,
        effect.accepted,
        effect_sentence(item, effect, session.t),
    )


def _figure(session: Session, value: Any, unit: str, currency: str) -> Any:
    from kpi.evaluate import plain

    if session.json or value is None:
        return plain(value, unit)
    return session.t.value(value, unit, currency)


def _unmatched(key: str, rows: int, near: str | None) -> str:
    """`GTXPro (1480) → GTX Pro`."""
    return f"{key} ({rows}) → {near}" if near else f"{key} ({rows})"


def _names(correction: Correction) -> tuple[str, str, str, str]:
    return correction.table, correction.column, correction.wrong, correction.right


def _is_at(correction: Correction, place: str | None, wrong: str | None) -> bool:
    return f"{correction.table}.{correction.column}" == place and correction.wrong == wrong


def _split(session: Session, place: str) -> tuple[str, str]:
    table, _, column = place.partition(".")
    _check_table(session, table)
    return table, column


def _check_table(session: Session, table: str) -> None:
    known = list(session.context.dataset.tables)
    if table not in known:
        raise QueryError(
            "unknown_table", f"There is no table {table!r} here.", found=table, near=near_names(table, known)
        )
