"""Which model a page is about: one choice, the same from page to page."""

import streamlit as st

from mnist_core.models import store as model_store
from pages.ui.app import errors
from pages.ui.state.session import Session

HELP = (
    "reader: learned from MNIST and from what 219 people wrote with a pen. classic: LeNet, as"
    " textbooks train it, on MNIST alone. The others are networks trained here."
)


def choose(session: Session, names: list[str], label: str = "Read by", width="stretch") -> str:
    """One of these models; it stays chosen from page to page, and is in the address."""
    asked = st.query_params.get("model") or st.session_state.get("model") or session.model_name
    if asked and asked not in names:  # deleted or renamed, in another tab say
        name = errors.escape(repr(asked[:60]))
        sentence = f"There is no model called {name} here. {names[0]} is used instead."
        st.toast(sentence, icon=":material/search_off:")
        st.session_state.pop("model", None)
    undecided = "model" not in st.session_state and "model" not in st.query_params
    if undecided and session.model_name in names:
        set_model(session.model_name)
    session.model_name = st.selectbox(
        label, names, key="model", bind="query-params", help=HELP, width=width
    )
    return session.model_name


def set_model(name: str) -> None:
    """Choose a model; from a callback, or before the choice is on the page."""
    st.session_state["model"] = name


def show_error(name: str, error: Exception) -> None:
    """Why this model can't be asked; if it is gone, another run of the page says so."""
    if name not in model_store.names():  # somebody deleted it just now
        st.rerun()
    errors.show(error)
