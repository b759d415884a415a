"""What can be taken away from a page: the workbook and the picture, made only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi.chart import Drawing
from kpi.report import picture
from kpi.ui.session import Screen

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer_files(screen: Screen, page: str, name: str, workbook: Callable[[], bytes], drawing: Drawing) -> None:
    """The two buttons, side by side."""
    t, theme = screen.t, screen.theme
    with st.container(horizontal=True):
        st.download_button(
            t("Download workbook (XLSX)"),
            data=workbook,
            file_name=f"{name}.xlsx",
            mime=WORKBOOK,
            key=f"{page}.xlsx",
            on_click="ignore",
        )
        st.download_button(
            t("Download picture (PNG)"),
            data=lambda: picture(drawing, theme),
            file_name=f"{name}.png",
            mime="image/png",
            key=f"{page}.png",
            on_click="ignore",
        )
