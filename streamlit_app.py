"""Waymark in the browser: `streamlit run streamlit_app.py`.

The file is read twice. Once the server imports it for `app`: routes, gate, headers. Then every rerun of a session
executes it as `__main__` and draws.
"""

import streamlit as st

if __name__ == "__main__":
    from kpi.ui import shell

    shell.show()
else:
    from kpi.ui.server import serving

    app = st.App(__file__, **serving())
