"""What the words of a category become: known ones, near ones, the rest; corrected, remembered, and obeyed by a load."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from kpi.errors import MappingError
from kpi.ingest import ColumnMapping, NamedFile, guess, inspect, load, plan
from kpi.ingest.words import find_word, match_words
from kpi.model import entities
from kpi.workspace import Home, ensure_local, find_mapping, read_dataset

DEALS = """Deal ID,Create date,Stage,Amount
D-1,2024-01-02,04 - Closed Won (100%),1200
D-2,2024-01-03,Clsoed Lost,500
D-3,2024-01-14,Negotiation,800
D-4,2024-02-05,On ice,90
"""


def mapped(home: Home, folder: Path, text: str = DEALS, name: str = "deals.csv") -> ColumnMapping:
    """What is guessed for a file of this text, with what the workspace remembers."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    ensure_local(home)
    (found,) = inspect([NamedFile(path=path, name=name)], home)
    return guess(found, None, find_mapping(home, "local", found.fingerprint))


def stored(home: Home, column: str) -> list[str]:
    """A column of the loaded opportunities, in the order of the file."""
    (file,) = read_dataset(home, "local").tables["opportunities"].files
    with duckdb.connect(str(file.path), read_only=True) as connection:
        return [word for (word,) in connection.execute(f'SELECT "{column}" FROM rows ORDER BY _line').fetchall()]


@pytest.mark.parametrize(
    ("word", "canonical", "how"),
    [
        ("Won", "won", "exact"),
        ("CLOSED_WON", "won", "exact"),
        ("04 - Closed Won (100%)", "won", "near"),
        ("赢单阶段", "won", "near"),
        ("5.赢单（已签约）", "won", "near"),
        ("已赢单100%", "won", "near"),
        ("Stage 3: Proposal", "open", "near"),
        ("Clsoed Lost", "lost", "near"),
        ("Negotation", "open", "near"),
        ("Closed Won - Renewal", "won", "near"),
    ],
)
def test_known_and_near_words(word: str, canonical: str, how: str) -> None:
    """A word means a value as it is, with what lists and systems put around it, or misspelt."""
    match = find_word("opportunities", "status", word)
    assert match is not None
    assert (match.canonical, match.how, match.score > 0.8) == (canonical, how, True)


@pytest.mark.parametrize(
    "word",
    ["not won", "未成交", "未赢单", "暂未签约", "Lost - Won back", "赢单/输单", "In Progress - Won", "partially won"],
)
def test_what_denies_or_doubts_is_not_near(word: str) -> None:
    """A word that denies a known one, or holds two that mean different things, is left to a person."""
    assert find_word("opportunities", "status", word) is None


def test_a_denial_may_be_near_to_a_denial() -> None:
    """`Not qualified` is `unqualified`, not `qualified`."""
    match = find_word("leads", "status", "Not qualified")
    assert match is not None
    assert match.canonical == "disqualified"


def test_the_rest_is_other_or_kept() -> None:
    """A word that means nothing known becomes the category's own word for the rest; without one it stays."""
    stage, order = entities()["opportunities"].field("status"), entities()["orders"].field("status")
    assert stage is not None
    assert order is not None
    assert [(m.canonical, m.how) for m in match_words("opportunities", stage, ["On ice"])] == [("open", "other")]
    assert [(m.canonical, m.how) for m in match_words("orders", order, ["On ice"])] == [(None, "kept")]
    chosen = match_words("orders", order, ["On ice", "Paid"], {"On ice": "open", "Paid": ""})
    assert [(m.canonical, m.how) for m in chosen] == [("open", "chosen"), (None, "chosen")]


def test_stages_of_a_history_become_steps_of_the_journey() -> None:
    """What a stage is called in a CRM's history is one of the journey's steps, or other."""
    step = entities()["stage_history"].field("step")
    assert step is not None
    words = ["Appointment Scheduled", "03 Needs Analysis", "方案报价", "Decision Maker Bought-In", "已赢单", "Parked"]
    assert [match.canonical for match in match_words("stage_history", step, words)] == [
        "first_visit",
        "need_confirmed",
        "proposal",
        "decision_maker",
        "won",
        "other",
    ]


def test_what_is_shown_is_what_is_loaded(home: Home, tmp_path: Path) -> None:
    """Near words are stored as the value that the mapping shows; the stage itself stays as it stands."""
    mapping = mapped(home, tmp_path)
    shown = {match.word: match.canonical for match in mapping.word_matches(mapping.column("Stage"))}
    load(home, "local", [plan(mapping)])
    assert stored(home, "status") == list(shown.values()) == ["won", "lost", "open", "open"]
    assert stored(home, "stage") == list(shown)


def test_words_are_corrected_and_remembered(home: Home, tmp_path: Path) -> None:
    """What a person says of a word goes before everything, in this load and for the next file of this header."""
    mapping = mapped(home, tmp_path).with_words("Stage", {"On ice": "lost", "Negotiation": "won", "Clsoed Lost": ""})
    load(home, "local", [plan(mapping)])
    assert stored(home, "status") == ["won", "Clsoed Lost", "won", "lost"]
    again = mapped(home, tmp_path, DEALS.replace("D-", "E-"), "next.csv")
    assert again.remembered
    assert dict(again.column("Stage").words) == {"On ice": "lost", "Negotiation": "won", "Clsoed Lost": ""}


def test_only_values_of_the_category_can_be_chosen(home: Home, tmp_path: Path) -> None:
    """A value that the category does not have, or a column that decides none, is refused with what there is."""
    mapping = mapped(home, tmp_path)
    with pytest.raises(MappingError) as caught:
        mapping.with_words("Stage", {"On ice": "wonn"})
    assert (caught.value.code, caught.value.near) == ("unknown_value", ("won",))
    with pytest.raises(MappingError) as caught:
        mapping.with_words("Amount", {"5": "won"})
    assert caught.value.code == "no_category"


def test_words_go_with_the_field(home: Home, tmp_path: Path) -> None:
    """A column that feeds another field from now on forgets what its words meant."""
    mapping = mapped(home, tmp_path).with_words("Stage", {"On ice": "lost"}).with_field("Stage", "lost_reason")
    assert mapping.column("Stage").words == ()
    assert mapping.word_matches(mapping.column("Stage")) == ()
