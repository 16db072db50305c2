"""What another network makes of the same drawing, and the button that lets it read."""

import html

import numpy as np
import streamlit as st

from mnist_core.models import store as model_store
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.reading.result import Reading
from mnist_core.runs.run import Run
from pages.ui.choices import model as model_choice
from pages.ui.draw import number as number_module
from pages.ui.draw.number import Number
from pages.ui.widgets import answer


def show(model: Run, image: np.ndarray, parts: Reading | None) -> None:
    """The reader's word, or the classic's where the reader reads.

    Args:
        image: uint8 (28, 28), of a single digit.
        parts: the digits of a number, else None.
    """
    other = model_store.CLASSIC if model.name == model_store.READER else model_store.READER
    classifier = Classifier.load(other)
    if parts:
        _show_number(other, number_module.read(parts, classifier))
    else:
        answer.second_opinion(other, classifier.probabilities(image[None])[0], image)
    st.button(
        f"Read by {other}", key="other", icon=":material/compare_arrows:",
        on_click=model_choice.set_model, args=(other,),
        help=f"Let {other} read from now on; the drawing stays.",
    )  # fmt: skip


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
