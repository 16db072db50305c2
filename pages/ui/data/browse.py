"""Digits of a set, page by page: of one class, or what a model gets wrong."""

import numpy as np
import streamlit as st

from mnist_core.data import browse
from mnist_core.data.browse import TopPredictions
from mnist_core.models import index
from pages.ui.app import errors
from pages.ui.choices import data_set, misread
from pages.ui.choices.data_set import ChosenSet
from pages.ui.navigation import inside_link
from pages.ui.state.session import current_session
from pages.ui.widgets import answer, gallery, run_status
from pages.ui.widgets.gallery import Tile

NUMBERED = "Click a digit to see it on Inside. The first of a set is number 0."


def show() -> None:
    """The choices, what they leave, in words, and the digits."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name, part = data_set.choose()
        digit = data_set.choose_digit()
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        model = misread.choose_model()
        read_as = misread.choose_digit("Read as", "as") if model else None
    chosen = data_set.load_chosen(name, part)
    if chosen is None:
        return
    predictions = misread.predict(model, chosen) if model else None
    if model and predictions is None:
        return
    labels = chosen.digits.labels
    indices = browse.indices_of_class(labels, digit)
    text = count_text(len(indices), chosen, digit)
    if model:
        total, indices = len(indices), browse.misclassified(labels, predictions, digit, read_as)
        text += _misread_text(errors.escape(model.name), chosen, total, len(indices), read_as)
    else:
        text += "."
    st.markdown(text)
    if len(indices):
        key = f"page-{name}-{part}-{digit}-{model and model.id}-{read_as}"
        clicked = _page(chosen, indices, predictions, key)
        if clicked is not None:
            by = model or current_session().model or next(iter(index.models().values()))
            inside_link.open_image(by, name, part, clicked)


def count_text(count: int, chosen: ChosenSet, digit: int | None) -> str:
    """How many digits there are, as the beginning of a sentence."""
    which = (
        f"digit{'s' * (count != 1)}" if digit is None else f"image{'s' * (count != 1)} of {digit}"
    )
    return f"**{count:,}** {which} in {chosen.description()}"


def _misread_text(model, chosen, total, count, read_as) -> str:
    """How many are read wrongly, and what share that is."""
    wrongly = "wrongly" if read_as is None else f"wrongly as {read_as}"
    if not count:
        return f"; **{model}** reads none of them {wrongly}. Choose another digit or model."
    share = run_status.format_percent(count / total)
    doubt = (
        "" if chosen.dataset.name == "built-in" else " Look closely: a few labels are wrong too."
    )
    return (
        f"; **{model}** reads **{count:,}** of them {wrongly}, {share}. The most surely wrong come"
        f" first.{doubt}"
    )


def _page(
    chosen: ChosenSet, indices: np.ndarray, predictions: TopPredictions | None, key: str
) -> int | None:
    """Sixty of the images, and the way to the others; another key begins at the first.

    Returns:
        The number of the image that has just been clicked.
    """
    pages = browse.page_count(len(indices))
    above = st.container()
    number = st.pagination(pages, key=key) if pages > 1 else 1
    with above:
        shown = browse.page(indices, number)
        tiles = [_tile(chosen, int(i), predictions) for i in shown]
        clicked = gallery.show(tiles, "wide" if predictions else "", key=f"gallery-{key}-{number}")
    st.caption(NUMBERED)
    return None if clicked is None else int(shown[clicked])


def _tile(chosen: ChosenSet, number: int, predictions: TopPredictions | None) -> Tile:
    images, labels = chosen.digits
    alt = f"A {labels[number]}, number {number:,} of {chosen.description()}"
    title, words = str(labels[number]), f"no. {number:,}"
    if predictions is None:
        return Tile(images[number], f"{alt}.", title, words)
    confidence = answer.percent(float(predictions.confidence[number]))
    mistake = f"read as {predictions.digits[number]}, {confidence}"
    return Tile(images[number], f"{alt}, {mistake}.", title, words, mistake)
