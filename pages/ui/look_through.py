"""Digits of a set, page by page: of one class, or what a model gets wrong."""

import numpy as np
import streamlit as st

from mnist_core import browse, models
from mnist_core.browse import Readings
from pages.ui import answer, digit_set, gallery, look_inside, mistakes
from pages.ui.digit_set import Chosen
from pages.ui.gallery import Tile
from pages.ui.session import session

NUMBERED = "Click a digit to see it on Inside. Numbers count from 0: number 7 is `images[7]`."


def show() -> None:
    """The choices, what they leave, in words, and the digits."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name, part = digit_set.choose()
        digit = digit_set.choose_digit()
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        model = mistakes.choose_model()
        read_as = mistakes.choose_digit("Read as", "as") if model else None
    chosen = digit_set.fetch(name, part)
    if chosen is None:
        return
    read = mistakes.read(model, chosen) if model else None
    if model and read is None:
        return
    of_class = browse.of_class(chosen.digits.labels, digit)
    labels = chosen.digits.labels
    found = browse.misread(labels, read, digit, read_as) if model else of_class
    counted = _counted(len(of_class), chosen, digit)
    st.markdown(
        counted + (_mistaken(model, chosen, len(of_class), found, read_as) if model else ".")
    )
    if len(found):
        clicked = _page(chosen, found, read, f"page-{name}-{part}-{digit}-{model}-{read_as}")
        if clicked is not None:
            by = model or session().model_name or models.names()[0]
            look_inside.open_image(by, name, part, clicked)


def _counted(count, chosen, digit) -> str:
    which = (
        f"digit{'s' * (count != 1)}" if digit is None else f"image{'s' * (count != 1)} of {digit}"
    )
    return f"**{count:,}** {which} in {chosen.words()}"


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


def _page(chosen: Chosen, found: np.ndarray, read: Readings | None, key: str) -> int | None:
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


def _tile(chosen: Chosen, number: int, read: Readings | None) -> Tile:
    images, labels = chosen.digits
    alt = f"A {labels[number]}, number {number:,} of {chosen.words()}"
    title, words = str(labels[number]), f"no. {number:,}"
    if read is None:
        return Tile(images[number], f"{alt}.", title, words)
    sure = answer.percent(float(read.sure[number]))
    mistake = f"read as {read.digits[number]}, {sure}"
    return Tile(images[number], f"{alt}, {mistake}.", title, words, mistake)
