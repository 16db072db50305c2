"""Digits of a set, page by page: of one class, or what a model gets wrong."""

import numpy as np
import streamlit as st

from mnist_core.data import browse
from mnist_core.data.browse import TopPredictions
from mnist_core.models import store as model_store
from pages.ui.choices import data_set, misread
from pages.ui.choices.data_set import ChosenSet
from pages.ui.navigation import inside_link
from pages.ui.state.session import current_session
from pages.ui.widgets import answer, gallery
from pages.ui.widgets.gallery import Tile

NUMBERED = "Click a digit to see it on Inside. Numbers count from 0: number 7 is `images[7]`."


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
    read = misread.predict(model, chosen) if model else None
    if model and read is None:
        return
    of_class = browse.indices_of_class(chosen.digits.labels, digit)
    labels = chosen.digits.labels
    found = browse.misclassified(labels, read, digit, read_as) if model else of_class
    counted = _counted(len(of_class), chosen, digit)
    st.markdown(
        counted + (_mistaken(model, chosen, len(of_class), found, read_as) if model else ".")
    )
    if len(found):
        clicked = _page(chosen, found, read, f"page-{name}-{part}-{digit}-{model}-{read_as}")
        if clicked is not None:
            by = model or current_session().model_name or model_store.names()[0]
            inside_link.open_image(by, name, part, clicked)


def _counted(count, chosen, digit) -> str:
    which = (
        f"digit{'s' * (count != 1)}" if digit is None else f"image{'s' * (count != 1)} of {digit}"
    )
    return f"**{count:,}** {which} in {chosen.description()}"


def _mistaken(model, chosen, count, found, read_as) -> str:
    """How many are read wrongly, and what share that is."""
    taken = "" if read_as is None else f" as {read_as}"
    if not len(found):
        return f"; **{model}** reads none of them wrongly{taken}. Choose another digit or model."
    share = f"{len(found) / count:.2%}".replace("%", " %")
    found = f"; **{model}** reads **{len(found):,}** of them wrongly{taken}, {share}."
    doubt = (
        "" if chosen.dataset.name == "built-in" else " Look closely: a few labels are wrong too."
    )
    return f"{found} The most surely wrong come first.{doubt}"


def _page(
    chosen: ChosenSet, found: np.ndarray, read: TopPredictions | None, key: str
) -> int | None:
    """Sixty of what was found, and the way to the others; another key begins at the first.

    Returns:
        The number of the image that has just been clicked.
    """
    pages = browse.page_count(len(found))
    place = st.container()
    number = 1
    if pages > 1:
        number = st.pagination(pages, key=key)
    with place:
        shown = browse.page(found, number)
        tiles = [_tile(chosen, int(i), read) for i in shown]
        clicked = gallery.show(tiles, "wide" if read else "", key=f"gallery-{key}-{number}")
    st.caption(NUMBERED)
    return None if clicked is None else int(shown[clicked])


def _tile(chosen: ChosenSet, number: int, read: TopPredictions | None) -> Tile:
    images, labels = chosen.digits
    alt = f"A {labels[number]}, number {number:,} of {chosen.description()}"
    title, words = str(labels[number]), f"no. {number:,}"
    if read is None:
        return Tile(images[number], f"{alt}.", title, words)
    sure = answer.percent(float(read.confidence[number]))
    mistake = f"read as {read.digits[number]}, {sure}"
    return Tile(images[number], f"{alt}, {mistake}.", title, words, mistake)
