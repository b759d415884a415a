"""Where files are dropped: a real file input whose files stream to disk through the server's own upload route."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kpi.language import Translator
from kpi.settings import load_settings
from kpi.ui.server.paths import base_path
from kpi.ui.server.secret import read_secret
from kpi.ui.server.upload import PATH, upload_ticket
from kpi.workspace import Home

TICKET_KEY = "shell.upload_ticket"
_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "waymark.dropzone",
    html=(_HERE / "zone.html").read_text(encoding="utf-8"),
    css=(_HERE / "zone.css").read_text(encoding="utf-8"),
    js=(_HERE / "zone.js").read_text(encoding="utf-8"),
)


def drop_files(home: Home, t: Translator, key: str) -> tuple[str, ...]:
    """Draw the zone; returns the tokens of all files that have come in through it so far, oldest first."""
    most = load_settings().max_upload_bytes
    if TICKET_KEY not in st.session_state:
        st.session_state[TICKET_KEY] = upload_ticket(read_secret(home.folder))
    state = _component(
        key=key,
        data={
            "url": base_path() + PATH,
            "ticket": st.session_state[TICKET_KEY],
            "most": most,
            "words": _words(t, most),
        },
        default={"tokens": []},
        on_tokens_change=_nothing,
    )
    return tuple(str(token) for token in state.tokens or ())


def _words(t: Translator, most: int) -> dict[str, str]:
    size = t.number(most / 2**30) + " GB" if most >= 2**30 else t.number(most / 2**20) + " MB"
    return {
        "title": t("Drop files here, or click to choose"),
        "hint": t(
            "CSV, TSV, Excel, ODS, Parquet or JSON, also as .gz or .zip. Several at once. Up to {size} each.", size=size
        ),
        "cancel": t("Cancel"),
        "dismiss": t("Dismiss"),
        "sent": t("All files are here."),
        "cancelled": t("Cancelled."),
        "too_large": t("This file is larger than {size}. Split it, or raise max_upload_mb in the settings.", size=size),
        "disk_full": t("The server's disk is full. Nothing was kept of this file."),
        "signed_out": t("You have been signed out. Reload the page and sign in again."),
        "stale": t("This page has been open for too long. Reload it and choose the file again."),
        "broken": t("The connection broke. Nothing was kept of this file; choose it again."),
    }


def _nothing() -> None:
    """Streamlit asks for a callback beside every default; the rerun itself reads the tokens."""
