"""Which KPIs are there, what does each mean exactly, and how is one made?"""

from kpi.ui.builder import show_builder
from kpi.ui.empty import show_empty
from kpi.ui.kpi_detail import show_detail
from kpi.ui.kpi_settings import show_actions, show_settings
from kpi.ui.kpis import SHOW, choose_place, show_list
from kpi.ui.session import page

screen = page()
if not screen.dataset.tables:
    show_empty(screen)
else:
    place = choose_place(screen)
    kpi = screen.context.definitions.kpi(place.kpi) if place.kpi else None
    if place.mode != SHOW:
        show_builder(screen, kpi, place.mode)
    elif kpi is None:
        show_list(screen)
    else:
        show_actions(screen, kpi)
        show_detail(screen, kpi)
        show_settings(screen, kpi)
