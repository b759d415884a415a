"""How do the KPIs of a scene stand to their targets, and which one needs attention first?"""

from kpi.ui.empty import show_empty
from kpi.ui.scorecard import choose_view, load_board, load_fresh, show_dark, show_fresh, show_headline
from kpi.ui.scorecard_cards import show_cards
from kpi.ui.scorecard_matrix import show_channels, show_downloads, show_matrix
from kpi.ui.session import page

screen = page()
if not screen.dataset.tables:
    show_empty(screen)
else:
    view = choose_view(screen)
    board = load_board(screen, view)
    show_headline(screen, board)
    show_fresh(screen, load_fresh(screen, board))
    show_cards(screen, board)
    show_matrix(screen, board)
    show_channels(screen, board)
    show_dark(screen, board)
    show_downloads(screen, board)
