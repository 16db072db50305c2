"""From a trained network to what one does with it: draw on it, test it, look inside."""

import streamlit as st

from pages.ui.navigation import inside_link


def show(model: str, key: str, reason: str = "") -> None:
    """Three buttons.

    Args:
        key: of the first; the others' begin with "test_" and "inside_".
        reason: why there is nothing to do with it; the buttons are grey then.
    """
    disabled = bool(reason)
    if st.button("Draw on this model", key=key, type="primary", icon=":material/draw:",
                 help=reason or None, disabled=disabled):  # fmt: skip
        st.switch_page("pages/draw.py", query_params={"model": model})
    if st.button("Test it", key=f"test_{key}", icon=":material/analytics:",
                 help=reason or "What it misreads, how sure it is, what it can stand.",
                 disabled=disabled):  # fmt: skip
        st.switch_page("pages/evaluate.py", query_params={"model": model})
    if st.button("Look inside", key=f"inside_{key}", icon=":material/search_insights:",
                 help=reason or "What each of its layers makes of a digit.",
                 disabled=disabled):  # fmt: skip
        inside_link.open_drawing(model)
