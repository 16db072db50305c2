"""The training digits that a network finds most like the image."""

import numpy as np
import streamlit as st

from mnist_core.evaluation import cached_predictions
from mnist_core.interpret import index_file, nearest
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from pages.ui.app import background_jobs, compute_process, errors
from pages.ui.app.background_jobs import Job
from pages.ui.choices import data_notice, data_set
from pages.ui.choices.data_set import ChosenSet
from pages.ui.inside.inspection import Inspection
from pages.ui.navigation import inside_link
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile

COUNT = 12
EXPLANATION = (
    "These training digits look most like it **to the network**: its last dense layer says nearly"
    " the same of them. They need not look alike to us. Where a wrong answer has neighbours of the"
    " wrong class, the network has learned to mix them up."
)
MISSING = (
    "This network learned from MNIST, which is not on this computer. The Data and Train pages can"
    " download it; then its look-alikes are found among MNIST's 60,000 training digits."
)


def show(inspection: Inspection, _) -> None:
    """The nearest, with their labels; where no index ships, the network reads all digits first."""
    experiment = model_store.experiment(inspection.model)
    if not data_notice.is_available(experiment.data):
        st.info(MISSING, icon=":material/download:")
        return
    dataset = data_set.load(experiment.data)
    if dataset is None:
        return
    chosen = ChosenSet(dataset, "train")
    model, count = inspection.model, len(chosen.digits.labels)
    st.markdown(EXPLANATION)
    job = _make_index(model, chosen)
    # Nothing of another network stays while this one reads
    place = st.container() if job.done() else st.empty()
    with place:
        index = background_jobs.wait_for(
            job,
            f"{errors.escape(model.name)} is being loaded …",
            f"{errors.escape(model.name)} reads {count:,} training digits, once …",
        )
    with place.container():
        _nearest(index, inspection, chosen)
        if experiment.recipe.train_images < count:
            st.caption(f"It learned from {experiment.recipe.train_images:,} of them.")


def _nearest(index: nearest.EmbeddingIndex, inspection: Inspection, chosen: ChosenSet) -> None:
    images, labels = chosen.digits
    neighbours = nearest.nearest_neighbours(
        index, inspection.network, images, inspection.image, COUNT
    )
    tiles = [
        Tile(
            images[n.number],
            f"A {labels[n.number]}, number {n.number:,} of {chosen.description()}",
            str(labels[n.number]),
            f"no. {n.number:,}",
            f"distance {n.distance:.2f}",
        )
        for n in neighbours
    ]

    def inspect(clicked: int):
        inside_link.show_image(chosen.dataset.name, "train", neighbours[clicked].number)

    gallery.show(tiles, "wide", "look_alikes", inspect)
    st.caption(
        f"Of all {len(labels):,} digits of {chosen.description()}. The distance is that between"
        f" two rows of {len(index.components.mean):,} values; 0 would be the same. Click one to"
        " look inside at it."
    )


def _make_index(model: Run, chosen: ChosenSet) -> Job:
    """The index of the training set; whoever asks for the same shares it."""
    images = chosen.digits.images

    def make(job):
        network = Classifier.load(model).network
        shipped = index_file.read(model, chosen.dataset, network)
        if shipped:
            return shipped
        job.report(0, len(images))
        sample = images[: nearest.CHUNK]
        components, codes = compute_process.call(nearest.fit_components, network, sample), []
        for start in range(0, len(images), nearest.CHUNK):
            chunk = images[start : start + nearest.CHUNK]
            codes.append(compute_process.call(nearest.encode, network, chunk, components))
            job.report(start + len(chunk), len(images))
        return nearest.EmbeddingIndex(components, np.concatenate(codes))

    key = (cached_predictions.model_fingerprint(model), chosen.dataset.checksum)
    return background_jobs.start("embeddings", key, make)
