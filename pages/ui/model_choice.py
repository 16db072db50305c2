"""Which model a page is about: one choice, the same from page to page."""

import streamlit as st

from pages.ui import hands, notice
from pages.ui.session import Session

HELP = (
    "reader: learned from MNIST and from what 219 people wrote with a pen. classic: LeNet, as"
    " textbooks train it, on MNIST alone. The others are networks trained here."
)


def choose(memory: Session, names: list[str], label: str = "Read by", width="stretch") -> str:
    """The model of this name; it stays chosen from page to page, and is in the address."""
    asked = st.query_params.get("model")
    if asked and asked not in names:
        name = notice.plain(repr(asked[:60]))
        st.toast(f"There is no model called {name} here.", icon=":material/search_off:")
    fresh = "model" not in st.session_state and "model" not in st.query_params
    if fresh and memory.model_name in names:
        st.session_state["model"] = memory.model_name
    memory.model_name = st.selectbox(
        label, names, key="model", bind="query-params", help=HELP, width=width
    )
    hands.use(memory.model_name, "model")
    return memory.model_name
