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
    view_choice,
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
view = view_choice.choose("View", list(VIEWS), "look")
VIEWS[view]()
