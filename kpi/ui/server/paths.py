"""Under which path is the app served?"""

from __future__ import annotations

from streamlit import config


def base_path() -> str:
    """`server.baseUrlPath` as it stands before the server's own paths: empty, or `/waymark`."""
    path = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
