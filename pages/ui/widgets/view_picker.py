"""A row of views to choose from, which other pages can choose beforehand."""

import streamlit as st


def choose(label: str, options: list[str], key: str) -> str:
    """The chosen one; the first, until there is a choice.

    Another page, or a callback, chooses by setting `st.session_state[key]`.
    """
    if st.session_state.get(key) not in options:  # such as None, after the browser's Back
        st.session_state.pop(key, None)
    # The same default in every run: a browser that gets the second run before it has shown the
    # first would know of no choice. Where a page has set a value, that holds
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params",
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    return chosen or options[0]
