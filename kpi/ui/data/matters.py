"""Issues with their consequences: each place where something did not fit or is missing, what that does to which KPIs,
and the two ways on: mend it here, or accept it for a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import streamlit as st

from kpi.language import Translator, mark
from kpi.narrate.quality import cause_words, field_words, outcome_sentence
from kpi.quality import Consequence, Effect, accept, accepted, take_back
from kpi.quality.matters import Group, Matter, matters
from kpi.ui.data.aside import mend_line
from kpi.ui.data.cells import edit_cells
from kpi.ui.data.found import entity_name, field_name
from kpi.ui.data.issues import reason_words
from kpi.ui.data.meaning import issue_kinds, meaning
from kpi.ui.data.ranges import listed, show_ranges
from kpi.ui.data.repair import Repair, open_repair
from kpi.ui.dialogs import close_dialog, open_dialog, show_dialog
from kpi.ui.session import Screen
from kpi.ui.text import plain

MOST_SENTENCES = 4  # KPIs of a matter that are told before the rest is asked for
EVERYTHING = ""
_LINES: Mapping[Group, str] = MappingProxyType(
    {
        Group.LINES: mark("lines set aside"),
        Group.NO_ROWS: mark("lines that are no rows of their own"),
        Group.FILE: mark("letters"),
    }
)


def show_matters(screen: Screen, repair: Repair) -> None:
    """Every matter, those that move KPIs first; then the KPIs with all their gaps together."""
    t, home, workspace = screen.t, screen.home, screen.workspace.id
    known = accepted(home, workspace)
    found = meaning(screen, known.keys())
    every = matters(issue_kinds(screen), found or (), known)
    if not every:
        if found is not None:
            st.success(t("Everything fitted, and no KPI rests on rows that lack something."))
        return
    shown = _choose_table(screen, every)
    for matter in shown:
        with st.container(border=True, key=f"data-matter-{matter.name.replace('.', '-')}"):
            _show(screen, matter, repair, known_all=found is not None)
    for matter in shown:
        show_dialog(f"accept.{matter.name}", t("Accept it as it is?"), partial(_accept, screen, matter), t)
    show_ranges(found or (), t)


def _choose_table(screen: Screen, every: Sequence[Matter]) -> list[Matter]:
    """The matters of the table that the reader chooses, where there are several."""
    t, tables = screen.t, list(dict.fromkeys(matter.table for matter in every))
    if len(tables) < 2:
        return list(every)
    counts = {name: sum(matter.table == name for matter in every) for name in tables}
    chosen = st.pills(
        t("Table"),
        [EVERYTHING, *tables],
        default=EVERYTHING,
        key="data.matters.table",
        required=True,
        format_func=lambda name: f"{_table(screen, name)} · {counts[name]}" if name else t("All tables"),
        label_visibility="collapsed",
    )
    return [matter for matter in every if chosen in (EVERYTHING, None, matter.table)]


def _show(screen: Screen, matter: Matter, repair: Repair, *, known_all: bool) -> None:
    t = screen.t
    with st.container(horizontal=True, vertical_alignment="center"):
        words, buttons = st.container(), st.container(width="content", horizontal=True, gap="small")
    with words:
        st.markdown(f"**{plain(_title(screen, matter))}**")
        st.caption(plain(" · ".join(_facts(matter, t))))
    with buttons:
        _offer_ways(screen, matter, repair)
    if matter.accepted:
        _tell_acceptance(screen, matter)
    _tell_effects(matter, t, known_all=known_all)
    if repair.open == matter.name:
        if matter.group is Group.CELLS:
            edit_cells(screen, matter, repair)
        else:
            mend_line(screen, matter, repair)


def _title(screen: Screen, matter: Matter) -> str:
    """`Orders · Ordered on`, `Orders · lines set aside`."""
    t, table = screen.t, screen.dataset.tables[matter.table]
    if matter.group in _LINES:
        what = t(_LINES[matter.group])
    elif matter.group is Group.GAP:
        what = field_words(matter.effects[0][1], t) if matter.field else ""
    else:
        what = field_name(table.entity, matter.field or "", t)
    return " · ".join(filter(None, (_table(screen, matter.table), what)))


def _table(screen: Screen, name: str) -> str:
    table = screen.dataset.tables[name]
    return entity_name(table.entity, screen.t) if table.entity else name


def _facts(matter: Matter, t: Translator) -> list[str]:
    """`20 values: not a date`, `35 of 1,994 orders without “Ordered on”`."""
    found = []
    for kind in matter.kinds:
        reason = reason_words(kind.reason, t)
        if matter.group is Group.CELLS:
            found.append(t.plural("{n} value: {reason}", "{n} values: {reason}", kind.count, reason=reason))
        elif matter.group is Group.FILE:
            found.append(t.plural("{n} file: {reason}", "{n} files: {reason}", kind.count, reason=reason))
        else:
            found.append(t.plural("{n} line: {reason}", "{n} lines: {reason}", kind.count, reason=reason))
    causes = dict.fromkeys(cause_words(effect, t) for _, effect in matter.effects)
    return found if matter.group is Group.LINES else [*found, *causes]


def _offer_ways(screen: Screen, matter: Matter, repair: Repair) -> None:
    t = screen.t
    if matter.group in (Group.CELLS, Group.LINES, Group.NO_ROWS) and repair.open != matter.name:
        help_ = t("Type the values anew; they are checked as a load would check them")
        if st.button(t("Mend here"), key=f"data.mend.{matter.name}", help=help_, disabled=repair.job is not None):
            open_repair(screen.workspace.id, matter.name)
    if matter.accepted:
        if st.button(t("Take back"), key=f"data.take_back.{matter.name}", type="tertiary"):
            _take_back(screen, matter)
            st.rerun()
    elif st.button(t("Accept"), key=f"data.accept.{matter.name}", type="tertiary"):
        open_dialog(f"accept.{matter.name}")


def _take_back(screen: Screen, matter: Matter) -> None:
    """All that was accepted in the matter's places, also what has not been worked out again since."""
    places = {replace(item.key, reason="") for item in matter.accepted}
    for key in accepted(screen.home, screen.workspace.id):
        if replace(key, reason="") in places:
            take_back(screen.home, screen.workspace.id, key, author="local")


def _tell_acceptance(screen: Screen, matter: Matter) -> None:
    t, first = screen.t, matter.accepted[0]
    told = t(
        "Accepted by {author} on {moment}: {reason}",
        author=plain(first.author),
        moment=t.moment(first.at, screen.workspace.time_zone),
        reason=plain(first.reason),
    )
    st.caption(f":material/check: {told}")
    if matter.more:
        st.warning(t.plural("Since then {n} more has come.", "Since then {n} more have come.", matter.more))


def _tell_effects(matter: Matter, t: Translator, *, known_all: bool) -> None:
    """The KPIs that move, each in a sentence; those that do not, and those of which nothing can be told, by name."""
    moved = [pair for pair in matter.effects if _moves(pair[1])]
    untold = [pair for pair in matter.effects if not _moves(pair[1]) and pair[1].range is None]
    still = [pair for pair in matter.effects if not _moves(pair[1]) and pair[1].range is not None]
    key = f"data.all.{matter.name}"
    shown = moved if st.session_state.get(key) else moved[:MOST_SENTENCES]
    lines = [plain(outcome_sentence(item, effect, t)) for item, effect in shown]
    if untold:
        lines.append(t("Left out by {kpis}; how far that moves them cannot be told.", kpis=_names(untold, t)))
    if still:
        lines.append(t("Makes no difference to {kpis}.", kpis=_names(still, t)))
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
    elif known_all:
        st.caption(t("No KPI depends on it."))
    more = len(moved) - len(shown)
    if more and st.button(t.plural("{n} more KPI", "{n} more KPIs", more), key=f"{key}.button", type="tertiary"):
        st.session_state[key] = True
        st.rerun()


def _moves(effect: Effect) -> bool:
    """Whether something can be said of how far it moves the KPI, and it does."""
    if effect.range is not None:
        return effect.range.low != effect.range.high
    return effect.if_alike is not None


def _names(pairs: Sequence[tuple[Consequence, Effect]], t: Translator) -> str:
    return listed([item.kpi.names.in_language(t.language) for item, _ in pairs], t)


def _accept(screen: Screen, matter: Matter) -> None:
    t = screen.t
    st.markdown(f"**{plain(_title(screen, matter))}** · {plain(' · '.join(_facts(matter, t)))}")
    st.markdown(t("The rows stay as they are. What is accepted is still told, and no longer widens a KPI's range."))
    reason = st.text_input(t("Why"), key=f"data.accept_why.{matter.name}", max_chars=300)
    if st.button(t("Accept it"), key="data.accept_do", type="primary"):
        for key, rows in matter.keys.items():
            accept(screen.home, screen.workspace.id, key, author="local", reason=reason, rows=rows)
        close_dialog()
        st.rerun()
