"""The reader from beginning to end: read, render, train, calibrate, measure, save."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.data import loading
from mnist_core.data.types import Digits
from mnist_core.evaluation import test_sets
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.pretrained import calibration, reader_card, training

VIEWS = 2  # at each image, see Classifier; a third brings little, and takes over 2 ms
CALIBRATION_SEEDS = range(1, 6)  # each drawing is laid on the canvas so often; 0 is for measuring


def train_reader(
    learn_from: list[Path],
    choose_by: Path,
    place: Path,
    recipe: Recipe = training.RECIPE,
    mixture: training.Mixture = training.Mixture(),  # noqa: B008 -- immutable
    dtype: str = "float32",
    on_epoch: Callable[[dict], None] = lambda figures: None,
) -> dict:
    """Train the reader, write model.keras and card.json into `place`, and return the card.

    Args:
        learn_from: stroke files to train on, besides MNIST.
        choose_by: a stroke file of other writers: to calibrate by, and to look at.
        recipe: its seed decides the weights, the order and every variation.
        dtype: of the activations while training; see `reader_training.train`.

    Raises:
        ValueError: a file isn't what it should be; says which and why, before any training.
    """
    began = time.monotonic()
    learned, chosen_by = _read_files(learn_from, choose_by)
    mnist = loading.load("mnist")
    curves: list[dict] = []

    def note(figures, model):
        curves.append(figures)
        on_epoch(figures)

    model, extra = _train(mnist, learned, recipe, mixture, dtype, note)
    extra["temperature"] = calibration.calibrate(model, _render_several(chosen_by.drawings), VIEWS)
    about = reader_card.describe(Classifier(model, VIEWS), mnist, learned, chosen_by) | extra
    card = _card(about, mnist, recipe, curves, time.monotonic() - began)
    card |= {"looks": VIEWS, "about": about}
    place.mkdir(parents=True, exist_ok=True)
    model_store.save(place, model, card)
    return card


def _train(mnist, learned, recipe, mixture, dtype, note):
    """The model, and what its card says of its training."""
    drawings = [drawing for file in learned for drawing in file.drawings]
    pens, doodles = training.render(drawings, mixture.doodles, mixture.versions, recipe.seed)
    net = training.NETWORK
    model, left = training.train(mnist.train, pens, doodles, recipe, mixture, net, dtype, note)
    how = dataclasses.asdict(mixture) | {"dtype": dtype}
    return model, {"left_out": int(left.sum()), "training": how}


def _card(about, mnist, recipe, curves, seconds) -> dict:
    """What every model's card says."""
    figures = about["figures"]["mnist test"]
    test = {name: figures[name] for name in ("loss", "accuracy", "images")}
    experiment = Experiment(training.NETWORK, recipe, "mnist")
    return card_file.make_card(
        model_store.READER, experiment, mnist, curves, test, seconds, "finished"
    )


def _read_files(learn_from, choose_by):
    """The files, read; no writer may be in both, or the choice would be by what is known."""
    learned = [reader_card.read(path) for path in learn_from]
    chosen_by = reader_card.read(choose_by)
    known = {drawing.writer for file in learned for drawing in file.drawings}
    both = sorted({drawing.writer for drawing in chosen_by.drawings} & known - {""})
    if both:
        raise ValueError(
            f"{choose_by} must hold drawings by other writers than those learned from."
            f" Received: {both[0]!r} in both"
        )
    return learned, chosen_by


def _render_several(drawings) -> Digits:
    """Each drawing on several canvases."""
    found = [test_sets.render_drawings(drawings, seed) for seed in CALIBRATION_SEEDS]
    images = np.concatenate([digits.images for digits in found])
    return Digits(images, np.concatenate([digits.labels for digits in found]))
