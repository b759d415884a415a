"""What Streamlit leaves to us in the browser: the document's language, figures of equal width, readable accents."""

from __future__ import annotations

import streamlit as st

from kpi.language import Translator
from kpi.ui.theme import Theme

# Streamlit writes white on the accent, which a dark theme's light accent does not carry; and it opens each page with a
# hand's breadth of nothing.
_STYLE = """
[data-testid="stMetricValue"], [data-testid="stMarkdownContainer"] td { font-variant-numeric: tabular-nums }
[data-testid^="stBaseButton-primary"]:not(:disabled) p { color: var(--waymark-on-accent) }
[data-testid="stMainBlockContainer"] { padding-top: 3.5rem; padding-bottom: 4rem; max-width: 96rem }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding-top: 3.25rem } }
.st-key-shell-browser { position: absolute }
"""
_SCRIPT = """
export default function ({ data }) {
  const root = document.documentElement
  root.lang = data.language
  root.style.setProperty("--waymark-on-accent", data.on_accent)
}
"""
_component = st.components.v2.component("waymark.browser", css=_STYLE, js=_SCRIPT, isolate_styles=False)


def tell_browser(t: Translator, theme: Theme) -> None:
    """Set the document's language and the colour that stands on the accent; draws nothing."""
    with st.container(key="shell-browser"):
        _component(
            key="shell.browser", data={"language": t.html_language, "on_accent": theme.page}, width="content", height=1
        )


def show_logo(theme: Theme) -> None:
    """The word mark above the navigation: a way with its next mark."""
    mark = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 148 32" role="img" aria-label="Waymark">
<path d="M3 25 11 12l7 8 9-15" fill="none" stroke="{theme.faded}" stroke-width="2.5" stroke-linejoin="round"
stroke-linecap="round"/><circle cx="27" cy="5" r="4.5" fill="{theme.accent}"/>
<text x="42" y="23" font-family="system-ui, sans-serif" font-size="20" font-weight="600" textLength="100"
lengthAdjust="spacingAndGlyphs"
fill="{theme.text}">Waymark</text></svg>"""
    st.logo(mark, size="medium")
