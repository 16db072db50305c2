"""What the browser does around the pages: titles, a view of the top, answers and waits said."""

import functools
from pathlib import Path

import streamlit as st


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    script = Path(__file__).with_suffix(".js").read_text()
    return st.components.v2.component("page_frame", html="<i hidden></i>", js=script)


def show(title: str) -> None:
    """Give the browser's tab the title of the page, and do what the script says."""
    st.set_page_config(page_title=f"{title} · Draw a digit")
    _component()(data={"page": title}, key="page_frame")
