"""Look through the digits: by class, by what a model gets wrong, by who wrote them, and how."""

import streamlit as st

from pages.ui.app import explanation
from pages.ui.choices import data_set
from pages.ui.data import averages, my_drawings, my_test, pen_model
from pages.ui.data import browse as browse_view
from pages.ui.data import writer as writer_view
from pages.ui.navigation import page_entry
from pages.ui.widgets import answer, gallery, view_picker

VIEWS = {
    "Digits": browse_view.show,
    "Averages": averages.show,
    "Writers": writer_view.show,
    pen_model.VIEW: pen_model.show,
    my_drawings.VIEW: my_drawings.show,
    my_test.VIEW: my_test.show,
}

page_entry.require()
st.html(f"<style>{answer.STYLE}{data_set.STYLE}</style>")
gallery.style()
st.markdown("# Data\nWhat a network learns from, and what it is tested on.")
explanation.show("Data")
view = view_picker.choose("View", list(VIEWS), "look")
VIEWS[view]()
