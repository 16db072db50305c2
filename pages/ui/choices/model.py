"""Which model a page is about: one choice, the same from page to page."""

import streamlit as st

from pages.ui.app import errors
from pages.ui.state.session import Session

HELP = (
    "reader: learned from MNIST and from what 219 people wrote with a pen. classic: LeNet, as"
    " textbooks train it, on MNIST alone. The others are networks trained here."
)


def choose(memory: Session, names: list[str], label: str = "Read by", width="stretch") -> str:
    """The model of this name; it stays chosen from page to page, and is in the address."""
    asked = st.query_params.get("model") or st.session_state.get("model") or memory.model_name
    if asked and asked not in names:  # deleted or renamed, in another tab say
        name = errors.escape(repr(asked[:60]))
        words = f"There is no model called {name} here. {names[0]} is used instead."
        st.toast(words, icon=":material/search_off:")
        st.session_state.pop("model", None)
    fresh = "model" not in st.session_state and "model" not in st.query_params
    if fresh and memory.model_name in names:
        st.session_state["model"] = memory.model_name
    memory.model_name = st.selectbox(
        label, names, key="model", bind="query-params", help=HELP, width=width
    )
    return memory.model_name
