"""What another network makes of the same drawing, and the button that lets it read."""

import contextlib
import html

import numpy as np
import streamlit as st

from mnist_core.models import store as model_store
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.reading.result import Reading
from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.choices import model as model_choice
from pages.ui.draw import number as number_module
from pages.ui.draw.number import Number
from pages.ui.state.session import current_session
from pages.ui.widgets import answer


def show(model: Run, image: np.ndarray, parts: Reading | None) -> None:
    """The word of the model that this one learned a hand from, or that learned one from this.

    Of any other model: the reader's, or the classic's where the reader reads.

    Args:
        image: uint8 (28, 28), of a single digit.
        parts: the digits of a number, else None.
    """
    other, classifier = _other(model)
    if parts:
        _show_number(other, number_module.read(parts, classifier))
    else:
        answer.second_opinion(other, classifier.probabilities(image[None])[0], image)
    st.button(
        f"Read by {errors.escape(other)}", key="other", icon=":material/compare_arrows:",
        on_click=model_choice.set_model, args=(other,),
        help=f"Let {errors.escape(other)} read from now on; the drawing stays.",
    )  # fmt: skip


def _other(model: Run) -> tuple[str, Classifier]:
    """The other model's name, and what reads by it."""
    session = current_session()
    related = model_store.parent(model)
    if related is not None:
        session.adapted = model  # from the other one the way back leads to it
    elif session.adapted is not None and model_store.parent(session.adapted) == model:
        related = session.adapted
    if related is not None:
        with contextlib.suppress(ValueError, OSError):  # deleted, or damaged
            return related.name, Classifier.load(related)
    name = model_store.CLASSIC if model.name == model_store.READER else model_store.READER
    return name, Classifier.load(name)


def _show_number(name: str, number: Number) -> None:
    found = ""
    if not number.is_finite:
        words = f"{name}: {answer.NO_NUMBERS}"
    else:
        found = html.escape(" ".join(number.text.split("\n")))
        sure = number.probabilities.max(axis=1).min()
        said = f"{answer.percent(sure)} sure" if sure >= NOT_SURE_BELOW else "not sure"
        words = f"{name} is {said}"
    st.html(f'<div class="beside"><b>{found}</b><span>{html.escape(words)}</span></div>')
