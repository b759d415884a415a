"""The app's own web server parts: who may come in, how files come in and go out, and what browsers are told to refuse.

Everything here runs in the server's event loop, around Streamlit; nothing here draws.
"""

from kpi.ui.server.serving import serving

__all__ = ["serving"]
