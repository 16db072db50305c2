"""From a trained network to what one does with it: draw on it, test it, look inside."""

import streamlit as st

from pages.ui.navigation import inside_link


def show(model: str, key: str, why_not: str = "") -> None:
    """Three buttons.

    Args:
        key: of the first; the others' begin with "test_" and "inside_".
        why_not: why there is nothing to do with it; the buttons are grey then.
    """
    grey = {"disabled": bool(why_not)}
    if st.button("Draw on this model", key=key, type="primary", icon=":material/draw:",
                 help=why_not or None, **grey):  # fmt: skip
        st.switch_page("pages/draw.py", query_params={"model": model})
    if st.button("Test it", key=f"test_{key}", icon=":material/analytics:",
                 help=why_not or "What it misreads, how sure it is, what it can stand.",
                 **grey):  # fmt: skip
        st.switch_page("pages/evaluate.py", query_params={"model": model})
    if st.button("Look inside", key=f"inside_{key}", icon=":material/search_insights:",
                 help=why_not or "What each of its layers makes of a digit.", **grey):  # fmt: skip
        inside_link.open_drawing(model)
