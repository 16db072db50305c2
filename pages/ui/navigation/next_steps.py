"""From a trained network to what one does with it: draw on it, test it, look inside."""

import streamlit as st

from mnist_core.runs.run import Run
from pages.ui.choices import named_runs
from pages.ui.navigation import inside_link
from pages.ui.widgets import bound_button


def show(model: Run, key: str, reason: str = "") -> None:
    """Three buttons.

    Args:
        key: of the first; the others' begin with "test_" and "inside_".
        reason: why there is nothing to do with it; the buttons are grey then.
    """
    disabled = bool(reason)
    chosen = bound_button.show("Draw on this model", key, model, type="primary",
                               icon=":material/draw:", help=reason or None, disabled=disabled,
    )  # fmt: skip
    if chosen:
        _go("pages/draw.py", chosen)
    chosen = bound_button.show(
        "Test it", f"test_{key}", model, icon=":material/analytics:", disabled=disabled,
        help=reason or "What it misreads, how sure it is, what it can stand.",
    )  # fmt: skip
    if chosen:
        _go("pages/evaluate.py", chosen)
    chosen = bound_button.show(
        "Look inside", f"inside_{key}", model, icon=":material/search_insights:",
        help=reason or "What each of its layers makes of a digit.", disabled=disabled,
    )  # fmt: skip
    if chosen:
        inside_link.open_drawing(chosen)


def _go(page: str, model: Run) -> None:
    named_runs.choose("model", model)
    st.switch_page(page, query_params={"model": model.name})
