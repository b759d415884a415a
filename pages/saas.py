"""Where are records lost on the journey of subscriptions?"""

from kpi.ui.funnel_page import show_journey
from kpi.ui.session import page

show_journey(page(), "saas")
