"""`streamlit_app.py` for AppTest, in a folder without `pages/`: beside one, AppTest runs a page without its shell."""

from kpi.ui import shell

shell.show()
