"""Sources: what fits together is remembered, and nothing secret with it."""

from __future__ import annotations

from typing import Any

import pytest

from kpi.errors import DefinitionError, KpiError, QueryError
from kpi.refresh import get_source, make_source, read_sources, remove_source, save_source
from kpi.refresh.redaction import redacted_error, words_of
from kpi.settings import read_secret
from kpi.workspace import Home, create_workspace, read_documents

FOLDER: dict[str, Any] = {"name": "crm", "kind": "folder", "place": "crm", "mode": "upsert"}
URL: dict[str, Any] = {"name": "shop", "kind": "url", "place": "https://example.com/a.csv", "mode": "replace"}
DATABASE: dict[str, Any] = {"name": "erp", "kind": "database", "secret": "erp", "query": "SELECT 1", "mode": "replace"}


def test_a_source_is_remembered(home: Home) -> None:
    """As it was saved; a change is a new revision, and what is removed is gone until it is made again."""
    create_workspace(home, "w", workspace="w")
    made = make_source(
        **FOLDER, key=["Deal ID"], schedule="every 15m", choice={"encoding": "gb18030", "sheets": ["Deals"]}
    )
    save_source(home, "w", made, new=True)
    assert read_sources(home, "w") == {"crm": made}
    save_source(home, "w", made.model_copy(update={"enabled": False}))
    assert not get_source(home, "w", "crm").enabled
    with pytest.raises(DefinitionError) as raised:
        save_source(home, "w", made, new=True)
    assert raised.value.code == "source_exists"
    remove_source(home, "w", "crm")
    assert read_sources(home, "w") == {}
    with pytest.raises(QueryError):
        get_source(home, "w", "crm")
    save_source(home, "w", made, new=True)
    assert get_source(home, "w", "crm") == made


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**FOLDER, "name": "../x"}, "bad_source"),
        ({**FOLDER, "name": ""}, "bad_source"),
        ({**FOLDER, "kind": "ftp"}, "bad_source"),
        ({**FOLDER, "mode": "edit"}, "bad_source"),
        ({**FOLDER, "mode": "append", "key": ["a"]}, "bad_source"),
        ({**FOLDER, "query": "SELECT 1"}, "bad_source"),
        ({**FOLDER, "authorization": "token"}, "bad_source"),
        ({**FOLDER, "place": None}, "source_place"),
        ({**FOLDER, "secret": "x"}, "source_place"),
        ({**FOLDER, "place": None, "secret": "x"}, "source_place"),
        ({**FOLDER, "schedule": "now and then"}, "bad_schedule"),
        ({**FOLDER, "schedule": "0 0 30 2 *"}, "bad_schedule"),
        ({**FOLDER, "entity": "deals"}, "unknown_entity"),
        ({**URL, "place": "ftp://example.com/"}, "bad_address"),
        ({**URL, "place": "https://ann:s3cret@example.com/"}, "address_holds_secret"),
        ({**URL, "place": "https://example.com/?token=s3cret"}, "address_holds_secret"),
        ({**URL, "authorization": "Bearer s3cret"}, "bad_secret_name"),
        ({**URL, "place": None, "secret": "https://example.com/s3cret"}, "bad_secret_name"),
        ({**DATABASE, "query": None}, "bad_source"),
        ({**DATABASE, "secret": None, "place": "postgresql://ann:s3cret@db/x"}, "database_place"),
    ],
)
def test_what_does_not_fit_together(given: dict[str, Any], code: str) -> None:
    """Is refused before it is stored, and secrets that were typed in the wrong place are not repeated."""
    with pytest.raises(KpiError) as raised:
        make_source(**given)
    assert raised.value.code == code
    assert "s3cret" not in f"{raised.value} {raised.value.to_dict()}"


def test_secrets_stay_outside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source stores and shows the name of a secret; its value is read from the environment when it is needed."""
    create_workspace(home, "w", workspace="w")
    made = make_source(**DATABASE)
    save_source(home, "w", made)
    assert made.shown == "secret erp"
    assert read_documents(home, "w", "source")["erp"].body["secret"] == "erp"
    assert read_secret("erp") is None
    monkeypatch.setenv("WAYMARK_SOURCE_ERP", " postgresql://ann:s3cret@db/x ")
    assert read_secret("erp") == "postgresql://ann:s3cret@db/x"
    monkeypatch.setenv("WAYMARK_SOURCE_ERP", "  ")
    assert read_secret("erp") is None


@pytest.mark.parametrize(
    ("secret", "leak"),
    [
        ("postgresql://ann:s3cret@db/x", 'password authentication failed for user "ann" with s3cret'),
        ("postgresql://ann:p%40ss%2Fword@db/x", "no entry for p@ss/word or p%40ss%2Fword"),
        ("https://example.com/export?key=abcdef&format=csv", "GET /export?key=abcdef&format=csv: abcdef"),
        ("https://docs.example.com/d/e/2PACX-1vQ/pub?output=csv", "/d/e/2PACX-1vQ/pub"),
        ("Bearer abcdef", "bad token abcdef"),
        ("Server=x;Pwd=s3cret@y", "Server=x;Pwd=s3cret@y"),
        ("mysql://[:ann:s3cret@x", "mysql://[:ann:s3cret@x"),
    ],
)
def test_what_others_say_is_redacted(secret: str, leak: str) -> None:
    """Whatever a driver or server repeats of a secret is blacked out, in every part of the error."""
    error = DefinitionError("x", leak, remedy=leak, found=leak, near=[leak], more=leak)
    told = redacted_error(error, words_of(secret))
    text = f"{told} {told.to_dict()} {told.params}"
    for word in ("s3cret", "abcdef", "p@ss", "p%40ss", "2PACX-1vQ", "ann"):
        assert word not in text
    assert "•••" in text
