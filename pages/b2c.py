"""Where are records lost on the journey of shops?"""

from kpi.ui.funnel_page import show_journey
from kpi.ui.session import page

show_journey(page(), "b2c")
