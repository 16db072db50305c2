"""Which model a page is about: one choice, the same from page to page."""

import streamlit as st

from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.choices import named_runs
from pages.ui.state.session import Session

HELP = (
    "reader: learned from MNIST and from what 219 people wrote with a pen. classic: LeNet, as"
    " textbooks train it, on MNIST alone. The others are networks trained here."
)


def choose(session: Session, models: list[Run], label: str = "Read by", width="stretch") -> Run:
    """One of these models; it stays chosen from page to page, and its name is in the address."""
    names = {model.name: model for model in models if model.exists()}
    default, *_ = names
    known = session.listed.get("model", {})
    named_runs.update("model", names, default)
    asked = {st.session_state.get("model"), st.query_params.get("model")} - {None}
    if not asked and session.model:  # on another page before
        asked, known = {session.model.name}, {}
        if session.model in names.values():
            set_model(session.model.name)
        elif not session.model.exists():
            named_runs.note_deleted(session.model.name, default)
            asked = set()
    for name in asked - names.keys() - known.keys():
        _note_unknown(name, default)
        st.session_state.pop("model", None)
    session.model = names[
        st.selectbox(label, list(names), key="model", bind="query-params", help=HELP, width=width)
    ]
    return session.model


def _note_unknown(name: str, default: str) -> None:
    sentence = f"There is no model called {errors.escape(repr(name[:60]))} here."
    st.toast(f"{sentence} {errors.escape(default)} is used instead.", icon=":material/search_off:")


def set_model(name: str) -> None:
    """Choose a model; from a callback, or before the choice is on the page."""
    st.session_state["model"] = name


def show_error(model: Run, error: Exception) -> None:
    """Why this model can't be asked; if it is gone, another run of the page says so."""
    if not model.has_model():  # somebody deleted it just now
        st.rerun()
    errors.show(error)
