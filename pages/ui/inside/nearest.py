"""The training digits that a network finds most like the image."""

import math

import numpy as np
import streamlit as st

from mnist_core.interpret import activations, nearest
from mnist_core.interpret.activations import Inspector
from mnist_core.models import store as model_store
from pages.ui.choices import data_notice, data_set
from pages.ui.choices.data_set import ChosenSet
from pages.ui.navigation import inside_link
from pages.ui.state.session import session
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile

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


def show(inspector: Inspector, image: np.ndarray, _) -> None:
    """The nearest, with their labels; the first time, the network reads all training digits."""
    name = session().model_name
    experiment = model_store.experiment(name)
    if not data_notice.is_there(experiment.data):
        st.info(MISSING, icon=":material/download:")
        return
    dataset = data_set.load(experiment.data)
    if dataset is None:
        return
    chosen = ChosenSet(dataset, "train")
    stamp = model_store.weights_path(name).stat().st_mtime_ns
    memories = _embedding_cache(str(model_store.weights_path(name)), stamp, dataset.checksum)
    st.markdown(WORDS)
    if len(memories) == math.ceil(len(chosen.digits.labels) / nearest.CHUNK):
        place = st.container()
    else:
        place = st.empty()  # nothing of another network stays while this one reads
        _embed_all(name, chosen, memories, place)
        place = place.container()
    with place:
        _nearest([memories[start] for start in sorted(memories)], inspector, image, chosen)
        if experiment.recipe.train_images < len(chosen.digits.labels):
            st.caption(f"It learned from {experiment.recipe.train_images:,} of them.")


def _nearest(memories: list[nearest.Embeddings], inspector, image, chosen: ChosenSet) -> None:
    images, labels = chosen.digits
    found = nearest.nearest_neighbours(memories, inspector.embeddings(image[None])[0], COUNT)
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
        inside_link.show_image(chosen.dataset.name, "train", found[clicked].number)

    gallery.show(tiles, "wide", "look_alikes", look)
    st.caption(
        f"Of all {len(labels):,} digits of {chosen.words()}. The distance is that between two rows"
        f" of {len(memories[0].vectors[0]):,} values; 0 would be the same. Click one to look"
        " inside at it."
    )


def _embed_all(
    name: str, chosen: ChosenSet, memories: dict[int, nearest.Embeddings], place
) -> None:
    """The training set as the model sees it; what is done stays, whatever a visitor clicks."""
    count = len(chosen.digits.labels)
    for start in range(0, count, nearest.CHUNK):
        if start not in memories:
            place.progress(start / count, f"{name} reads {count:,} training digits, once …")
            inspector = activations.load(name)
            memories[start] = nearest.embed(inspector, chosen.digits.images, start)


@st.cache_resource(max_entries=2, show_spinner=False)  # up to 60 MB each
def _embedding_cache(weights: str, stamp: int, checksum: str) -> dict[int, nearest.Embeddings]:
    """What has been read so far, by the number of its first digit."""
    return {}
