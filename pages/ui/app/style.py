"""How all pages look, beyond what the theme can say."""

import streamlit as st

_STYLE = """<style>
.stMainBlockContainer { padding: 5rem 3rem 2rem; max-width: 90rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.9rem 1rem 2rem; } }
/* Streamlit's status would appear at each stroke; what takes long says so where it happens. */
[data-testid="stStatusWidget"] { display: none; }
/* What waits for its next value stays as it is, so that nothing blinks while one draws. */
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
[data-testid="stMetricValue"] { font-size: 1.45rem; }
</style>"""


def apply() -> None:
    """Put the common style on the page."""
    st.html(_STYLE)
