"""What the images of each digit have in common, and where they differ."""

import streamlit as st

from mnist_core import browse
from mnist_core.browse import Classes
from pages.ui import digit_set, gallery
from pages.ui.digit_set import Chosen
from pages.ui.gallery import Tile


def show() -> None:
    """Two rows of ten pictures, and what to notice in them."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name, part = digit_set.choose()
    chosen = digit_set.fetch(name, part)
    if chosen is None:
        return
    found = _classes(chosen.dataset.checksum, chosen.part, chosen)
    st.markdown(
        f"**The mean of all images of a digit** in {chosen.words()}. Where it is white, nearly"
        " everybody has ink; the more a digit is blurred, the less people agree how to write it."
        " Compare 0 with 4."
    )
    _row(found, found.means, "The mean of {count:,} images of {digit}.")
    st.markdown(
        "**How much each pixel varies** (its standard deviation). Bright pixels are ink in some"
        " images and paper in others: at the edges, because pens and slants differ, and wherever"
        " a digit has several forms. Dark inside a stroke means that all agree."
    )
    _row(found, found.spreads, "How much each pixel varies over {count:,} images of {digit}.")


@st.cache_data(max_entries=8, show_spinner="The digits are being averaged …")
def _classes(checksum: str, part: str, _chosen: Chosen) -> Classes:
    return browse.classes(_chosen.digits)


def _row(found: Classes, values, alt) -> None:
    tiles = [
        Tile(image, alt.format(count=count, digit=digit), str(digit), f"{count:,} images")
        for digit, (image, count) in enumerate(
            zip(browse.as_images(values), found.counts.tolist(), strict=True)
        )
    ]
    gallery.show(tiles, "ten")
