"""The training digits that a network finds most like the image."""

import streamlit as st

from mnist_core.evaluation import cached_predictions
from mnist_core.interpret import activations, nearest
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from pages.ui.app import background_jobs, errors
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
    """The nearest, with their labels; the first time, the network reads all training digits."""
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
    job = _embed_all(model, chosen)
    # Nothing of another network stays while this one reads
    place = st.container() if job.done() else st.empty()
    with place:
        chunks = background_jobs.wait_for(
            job,
            f"{errors.escape(model.name)} is being loaded …",
            f"{errors.escape(model.name)} reads {count:,} training digits, once …",
        )
    with place.container():
        _nearest(chunks, inspection, chosen)
        if experiment.recipe.train_images < count:
            st.caption(f"It learned from {experiment.recipe.train_images:,} of them.")


def _nearest(chunks: list[nearest.Embeddings], inspection: Inspection, chosen: ChosenSet) -> None:
    images, labels = chosen.digits
    embedding = activations.embeddings(inspection.network, inspection.image[None])[0]
    neighbours = nearest.nearest_neighbours(chunks, embedding, COUNT)
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
        f" two rows of {len(embedding):,} values; 0 would be the same. Click one to look inside at"
        " it."
    )


def _embed_all(model: Run, chosen: ChosenSet) -> Job:
    """The embeddings of the training set, in chunks; whoever asks for the same shares them."""
    images = chosen.digits.images

    def embed(job):
        network, chunks = Classifier.load(model).network, []
        for start in range(0, len(images), nearest.CHUNK):
            job.report(start, len(images))
            chunks.append(nearest.embed(network, images, start))
        return chunks

    key = (cached_predictions.model_fingerprint(model), chosen.dataset.checksum)
    return background_jobs.start("embeddings", key, embed)
