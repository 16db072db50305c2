"""Look through the digits: by class, by what a model gets wrong, by who wrote them, and how."""

import streamlit as st

from pages.ui import (
    answer,
    averages,
    digit_set,
    entry,
    explanation,
    gallery,
    look_through,
    one_writer,
    pen_model,
)

VIEWS = {
    "Digits": look_through.show,
    "Averages": averages.show,
    "Writers": one_writer.show,
    pen_model.VIEW: pen_model.show,
}

entry.require()
st.html(f"<style>{answer.STYLE}{digit_set.STYLE}</style>")
gallery.style()
st.markdown("### Data\nWhat a network learns from, and what it is tested on.")
explanation.show("Data")
# A default beside a value that a button has set would be complained of
first = None if st.session_state.pop("look_was_set", False) else "Digits"
view = st.segmented_control(
    "View", list(VIEWS), default=first, required=True, key="look", bind="query-params",
    label_visibility="collapsed", wrap=True,
)  # fmt: skip
VIEWS[view]()
