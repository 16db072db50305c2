"""The app: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages.ui import between_runs, notice, person, server, style
from pages.ui.session import session

# An emoji, because Streamlit fetches other icons of this kind from the internet
st.set_page_config(page_title="Draw a digit", page_icon="✏️", layout="wide")
style.apply()
between_runs.leave_keras_alone()
server.begin()
session().entered = True
person.enter()
page = st.navigation(
    [
        st.Page("pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/school:"),
        st.Page("pages/evaluate.py", title="Evaluate", icon=":material/analytics:"),
        st.Page("pages/inside.py", title="Inside", icon=":material/search_insights:"),
        st.Page("pages/data.py", title="Data", icon=":material/grid_view:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/list:"),
    ],
    position="top",
)
notice.guarded(page.run)()
