"""Whose image Inside looks at: the drawing, a digit of a set, or one that another page sent."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from mnist_core.preprocess import foreground, mnist_rule
from pages.ui.app import errors
from pages.ui.choices import data_set, samples
from pages.ui.inside.inspection import Inspection
from pages.ui.navigation.inside_link import DATA_SET, DRAWING, SENT
from pages.ui.state.session import Session
from pages.ui.widgets import answer, canvas, view_picker

SMALL = 0.64
DRAWN = "What the network sees"  # of a drawing's image
TWO_LOOKS = (
    "It looks at the image twice: as it is, and moved by half a pixel. Its answer is the average"
    " of both; the layers below show the first look."
)
# The canvas is small here, so that one sees the layers follow the pen
STYLE = f"""
@media (min-width: 641px) {{
    .st-key-pad {{ --pad-side: {SMALL * canvas.SIDE}px; }}
    .st-key-seen .seen {{ width: 11rem; }}
}}
@media (max-width: 640px) {{ .st-key-seen .seen {{ width: 9rem; }} }}
"""


class Source(NamedTuple):
    """An image to look into, or None where there is nothing yet, and what is known of it."""

    image: np.ndarray | None  # uint8 (28, 28)
    description: str
    label: int | None = None  # the digit it is, where that is known


def choose(session: Session) -> Source:
    """The choice, and the canvas or the fields that belong to it."""
    options = [DRAWING, DATA_SET] + [SENT] * (session.sent_image is not None)
    chosen = view_picker.choose("Look at", options, "look_at")
    if chosen == DRAWING:
        return _drawing(session)
    return _image_of_a_set() if chosen == DATA_SET else Source(*session.sent_image)


def show(source: Source, inspection: Inspection | None, session: Session) -> None:
    """The image as the network sees it, where it is from, and whether it is read right.

    For a drawing, other ones to take.
    """
    with st.container(key="seen"):
        answer.show_image(source.image)
        st.caption(errors.escape(source.description))
        if inspection and inspection.probabilities is not None:
            if source.label is not None and np.isfinite(inspection.probabilities).all():
                _show_verdict(answer.digit_read(inspection.probabilities, source.image), source)
            if inspection.views > 1:
                st.caption(TWO_LOOKS)
    if source.description == DRAWN:
        samples.digits(session)


def _show_verdict(digit: int | None, source: Source) -> None:
    """Whether the answer is right; `digit` is None where it is none of the ten."""
    if digit == source.label:
        st.success(f"Right: it is a {source.label}.", icon=":material/check:")
    elif digit is None:
        st.error(f"Not read: it is a {source.label}.", icon=":material/close:")
    else:
        st.error(f"Misread: it is a {source.label}.", icon=":material/close:")


def _drawing(session: Session) -> Source:
    picture = canvas.show(session)
    try:
        return Source(mnist_rule.to_mnist(picture), DRAWN)
    except foreground.BlankPictureError:
        return Source(None, DRAWN)


def _image_of_a_set() -> Source:
    with st.container(horizontal=True, gap="medium"):
        name, part = data_set.choose()
    chosen = data_set.load_chosen(name, part)
    if chosen is None:
        return Source(None, "")
    images, labels = chosen.digits
    last = len(labels) - 1
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        number = st.number_input(
            f"Number, 0 to {last:,}", 0, last, key="number", bind="query-params", width=200
        )
        st.button("Another", key="another", icon=":material/casino:", on_click=_random_image,
                  args=(last,))  # fmt: skip
    description = f"A {labels[number]}, number {number:,} of {chosen.description()}"
    return Source(images[number], description, int(labels[number]))


def _random_image(last: int) -> None:
    st.session_state["number"] = int(np.random.default_rng().integers(last + 1))
