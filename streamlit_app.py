"""The app: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages.ui.app import errors, identity, page_frame, startup, style, training_ring
from pages.ui.navigation import page_entry, phone_tabs
from pages.ui.state.session import current_session


def main() -> None:
    """One run of the app, for one visitor: what is around the pages, then the page asked for."""
    # An emoji, because Streamlit fetches other icons of this kind from the internet
    st.set_page_config(page_title="Draw a digit", page_icon="✏️", layout="wide")
    style.apply()
    startup.check_settings()
    session = current_session()
    session.entered = True
    identity.identify()
    pages = [
        st.Page("pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/school:"),
        st.Page("pages/evaluate.py", title="Evaluate", icon=":material/analytics:"),
        st.Page("pages/inside.py", title="Inside", icon=":material/search_insights:"),
        st.Page("pages/data.py", title="Data", icon=":material/grid_view:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/list:"),
    ]
    page = st.navigation(pages, position="top")
    phone_tabs.show(pages)
    page_entry.record(session, page.title)
    page_frame.show(page.title)
    training_ring.show()
    errors.guard(page.run)()


if __name__ != "__mp_main__":  # so a spawned process imports it, which has no visitor
    main()
