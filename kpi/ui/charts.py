"""A drawing on a page: its finding and definition as text, the marks beneath, and what was clicked."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpi.chart import Drawing, tree
from kpi.chart.drawing import SELECTION
from kpi.ui.text import plain


def show_chart(drawing: Drawing, key: str, *, wide: bool = True, heading: bool = True) -> None:
    """Draw a chart that is only read."""
    _words(drawing, heading)
    with _box(key, wide):
        st.vega_lite_chart(
            tree(drawing.chart), key=key, theme=None, width="stretch" if wide else "content", alt=drawing.alt
        )


def click_chart(drawing: Drawing, key: str, *, wide: bool = True, heading: bool = True) -> str | None:
    """Draw a chart whose marks can be clicked; returns the mark's id when it has been clicked just now."""
    _words(drawing, heading)
    with _box(key, wide):
        event: Any = st.vega_lite_chart(
            tree(drawing.chart),
            key=key,
            theme=None,
            width="stretch" if wide else "content",
            alt=drawing.alt,
            on_select="rerun",
            selection_mode=SELECTION,
        )
    points = event["selection"].get(SELECTION) or []
    clicked = str(points[0]["c0"]) if points else None
    seen = f"{key}.seen"
    if clicked == st.session_state.get(seen):
        return None
    st.session_state[seen] = clicked
    return clicked


def _box(key: str, wide: bool) -> DeltaGenerator:
    """Where the marks stand; a chart of fixed width is scrolled sideways where the screen is narrower."""
    name = f"{key}.box".replace(".", "-")
    return st.container(key=name) if wide else st.container(key=name, horizontal=True, wrap=False)


def _words(drawing: Drawing, heading: bool) -> None:
    if heading and drawing.title:
        st.markdown(f"**{plain(drawing.title)}**")
    if heading and drawing.subtitle:
        st.caption(plain(drawing.subtitle))
