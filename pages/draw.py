"""Draw a digit, or give one, and see it read."""

import numpy as np
import streamlit as st

from mnist_core import models, preprocess
from pages.ui import answer, canvas, samples
from pages.ui.readers import load_behind_the_page, readers
from pages.ui.session import session


@st.fragment
def board():
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    memory = session()
    row = st.container(horizontal=True, horizontal_alignment="distribute", gap="medium")
    left, middle, right = (row.container(width=width) for width in (canvas.SIDE, 350, 280))
    with left:
        pen(memory)
    picture = canvas.picture(memory)
    with right:
        image = prepare(picture)
    with middle:
        read(memory, image)


def pen(memory):
    """The canvas, and what a hand needs beside it."""
    width = st.session_state.get("pen_width", canvas.PEN_WIDTH)
    canvas.show(memory, width)
    with st.container(horizontal=True, key="pen", vertical_alignment="bottom"):
        st.button("Clear", key="clear", icon=":material/delete:", on_click=canvas.start_with,
                  args=(memory, []))  # fmt: skip
        st.button("Undo", key="undo", icon=":material/undo:", on_click=canvas.undo, args=(memory,))
        st.slider("Pen width", *canvas.PEN_WIDTHS, canvas.PEN_WIDTH, key="pen_width")


def prepare(picture: np.ndarray) -> np.ndarray | None:
    """Picture -> image, shown with the way it went; None for an empty canvas."""
    st.markdown("**What the network sees**")
    place = st.container()
    by_rule = st.toggle(
        "Prepare it as MNIST does",
        value=True,
        key="rule",
        help="Off: the whole canvas is just shrunk to 28 × 28. Draw small, or in a corner, "
        "and see how much that costs.",
    )
    try:
        way = preprocess.steps(picture)
    except preprocess.BlankPictureError:
        way = None
    image = None
    if way is not None:
        image = way.image if by_rule else preprocess.shrink(picture)
    with place:
        answer.seen(image)
    with st.expander("From drawing to image", icon=":material/photo_size_select_small:"):
        if way is None:
            st.caption("Draw something first.")
        elif not by_rule:
            st.caption("The rule is off: the whole canvas is shrunk to 28 × 28, and that's all.")
        else:
            answer.steps(way)
    return image


def read(memory, image: np.ndarray | None):
    """The answer of the chosen model."""
    place = st.container(key="answer")
    memory.model_name = st.selectbox(
        "Read by", models.names(), key="model", bind="query-params", format_func=title
    )
    with place:
        try:
            classifier = readers().classifier(memory.model_name)
        except ValueError as fault:
            st.error(str(fault))
            return
        if classifier is None:
            answer.hint(answer.LOADING if image is not None else answer.HINT)
        elif image is None:
            answer.hint(answer.HINT)
        else:
            answer.reading(classifier.probabilities(image[None])[0])


def title(name: str) -> str:
    """A model's name as the list shows it."""
    return "reader (comes with the app)" if name == "reader" else name


st.html(f"<style>{canvas.STYLE}{answer.STYLE}</style>")
board()
samples.show(session())
load_behind_the_page(session().model_name)
