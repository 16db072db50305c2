"""The training digits that a network finds most like the image."""

import numpy as np
import streamlit as st

from mnist_core import inspection, models, neighbours
from mnist_core.inspection import Inspector
from pages.ui import data_notice, digit_set, gallery, look_inside
from pages.ui.digit_set import Chosen
from pages.ui.gallery import Tile
from pages.ui.session import session

COUNT = 12
WORDS = (
    "These training digits look most like it **to the network**: its last dense layer says nearly"
    " the same of them. They need not look alike to us. Where a wrong answer has neighbours of the"
    " wrong class, the network has learned to mix them up."
)

MISSING = (
    "This network learned from MNIST, which is not on this computer. The Data and Train pages can"
    " download it; then its look-alikes are found among MNIST's 60,000 training digits."
)


def show(inspector: Inspector, image: np.ndarray) -> None:
    """The nearest, with their labels; the first time, the network reads all training digits."""
    name = session().model_name
    data_name = models.experiment(name).data
    if not data_notice.is_there(data_name):
        st.info(MISSING, icon=":material/download:")
        return
    dataset = digit_set.load(data_name)
    if dataset is None:
        return
    chosen = Chosen(dataset, "train")
    memories = _memories(name, chosen)
    st.markdown(WORDS)
    images, labels = chosen.digits
    found = neighbours.nearest(memories, inspector.features(image[None])[0], COUNT)
    tiles = [
        Tile(
            images[n.number],
            f"A {labels[n.number]}, number {n.number:,} of {chosen.words()}",
            str(labels[n.number]),
            f"no. {n.number:,}",
            f"distance {n.distance:.2f}",
        )
        for n in found
    ]

    def look(clicked: int):
        look_inside.stay_with(data_name, "train", found[clicked].number)

    gallery.show(tiles, "wide", "look_alikes", look)
    st.caption(
        f"Of all {len(labels):,} digits of {chosen.words()}. The distance is that between two rows"
        f" of {len(memories[0].features[0]):,} values; 0 would be the same. Click one to look"
        " inside at it."
    )


def _memories(name: str, chosen: Chosen) -> list[neighbours.Memory]:
    """The training set as the model sees it; what is done stays, whatever a visitor clicks."""
    stamp = models.weights_path(name).stat().st_mtime_ns
    shelf, count = _shelf(name, stamp, chosen.dataset.checksum), len(chosen.digits.labels)
    place = st.empty()
    for start in range(0, count, neighbours.AT_ONCE):
        if start not in shelf:
            place.progress(start / count, f"{name} reads {count:,} training digits, once …")
            inspector = inspection.load(name)
            shelf[start] = neighbours.remember(inspector, chosen.digits.images, start)
    place.empty()
    return [shelf[start] for start in sorted(shelf)]


@st.cache_resource(max_entries=2, show_spinner=False)  # up to 60 MB each
def _shelf(name: str, stamp: int, checksum: str) -> dict[int, neighbours.Memory]:
    """What has been read so far, by the number of its first digit."""
    return {}
