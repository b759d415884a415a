"""Where are records lost on the journey of key accounts?"""

from kpi.ui.funnel_page import show_journey
from kpi.ui.session import page

show_journey(page(), "b2b")
