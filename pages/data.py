"""Data: drop files, see what was found in them, load them, take loads away again."""

import streamlit as st

from kpi.ui.data.flow import show_desk
from kpi.ui.data.history import show_history
from kpi.ui.data.loaded import headline, show_loads, show_tables
from kpi.ui.data.outcome import show_outcome
from kpi.ui.data.quality import show_quality
from kpi.ui.data.sources import show_sources
from kpi.ui.empty import offer_demo, show_demo_progress
from kpi.ui.session import page

screen = page()
st.title(screen.t("Data"), anchor=False)
st.markdown(headline(screen))
show_outcome(screen)
show_desk(screen)
show_sources(screen)
if screen.dataset.tables:
    show_tables(screen)
    show_loads(screen)
    show_quality(screen)
    show_history(screen)
else:
    offer_demo(screen)
    show_demo_progress(screen)
