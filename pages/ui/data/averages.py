"""What the images of each digit have in common, and where they differ."""

import streamlit as st

from mnist_core.data import browse
from mnist_core.data.browse import ClassStatistics
from pages.ui.choices import data_set
from pages.ui.choices.data_set import ChosenSet
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile


def show() -> None:
    """Two rows of ten pictures, and what to notice in them."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name, part = data_set.choose()
    chosen = data_set.load_chosen(name, part)
    if chosen is None:
        return
    statistics = _statistics(chosen.dataset.checksum, chosen.part, chosen)
    st.markdown(
        f"**The mean of all images of a digit** in {chosen.description()}. Where it is white,"
        " nearly everybody has ink; the more a digit is blurred, the less people agree how to"
        " write it. Compare 0 with 4."
    )
    _row(statistics, statistics.means, "The mean of {count:,} images of {digit}.")
    st.markdown(
        "**How much each pixel varies** (its standard deviation). Bright pixels are ink in some"
        " images and paper in others: at the edges, because pens and slants differ, and wherever"
        " a digit has several forms. Dark inside a stroke means that all agree."
    )
    _row(
        statistics, statistics.stds, "How much each pixel varies over {count:,} images of {digit}."
    )


@st.cache_data(max_entries=8, show_spinner="The digits are being averaged …")
def _statistics(checksum: str, part: str, _chosen: ChosenSet) -> ClassStatistics:
    return browse.class_statistics(_chosen.digits)


def _row(statistics: ClassStatistics, values, alt) -> None:
    tiles = [
        Tile(image, alt.format(count=count, digit=digit), str(digit), f"{count:,} images")
        for digit, (image, count) in enumerate(
            zip(browse.to_grey_levels(values), statistics.counts.tolist(), strict=True)
        )
    ]
    gallery.show(tiles, "ten")
