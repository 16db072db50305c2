"""A button about a run, say, that knows which one when it is pressed.

The page runs again then, and what it shows may have changed meanwhile, by another tab.
"""

from typing import TypeVar

import streamlit as st

from pages.ui.state.session import current_session

About = TypeVar("About")


def show(label: str, key: str, about: About, **options) -> About | None:
    """The button; what it was about when it was pressed, if it was pressed just now."""
    pressed = st.button(label, key=key, on_click=_note, args=(about,), **options)
    return current_session().pressed if pressed else None


def _note(about) -> None:
    current_session().pressed = about
