"""The reader from beginning to end: read, render, train, calibrate, measure, save."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mnist_core.config.schema import Experiment, Recipe
from mnist_core.data import loading
from mnist_core.data.types import Digits
from mnist_core.evaluation import labelled_sets
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.pretrained import calibration, reader_card, training
from mnist_core.pretrained.recipe import NETWORK, RECIPE, ReaderRecipe

VIEWS = 2  # test-time views, see Classifier; a third brings little, and takes over 2 ms
CALIBRATION_SEEDS = range(1, 6)  # each drawing is rendered once for each; 0 is for measuring


def train_reader(
    learn_from: list[Path],
    choose_by: Path,
    folder: Path,
    recipe: Recipe = RECIPE,
    reader_recipe: ReaderRecipe = ReaderRecipe(),  # noqa: B008 -- immutable
    on_epoch: Callable[[dict], None] = lambda row: None,
) -> dict:
    """Train the reader, write model.keras and card.json into `folder`, and return the card.

    Args:
        learn_from: stroke files to train on, besides MNIST.
        choose_by: a stroke file of other writers, for calibration and for the card.
        recipe: its seed decides the weights, the order and every rendering.
        on_epoch: called with a row of the card's curves.

    Raises:
        ValueError: a file isn't what it should be; says which and why, before any training.
    """
    start = time.monotonic()
    learned, chosen_by = _read_files(learn_from, choose_by)
    mnist = loading.load("mnist")
    curves: list[dict] = []

    def record(row):
        curves.append(row)
        on_epoch(row)

    model, about = _train(mnist, learned, recipe, reader_recipe, record)
    about |= _calibrate(model, mnist, learned, chosen_by)
    card = _make_card(about, mnist, recipe, curves, time.monotonic() - start)
    folder.mkdir(parents=True, exist_ok=True)
    model_store.save(folder, model, card)
    return card


def _train(mnist, learned, recipe, reader_recipe, on_epoch):
    """The model, and what its card says of its training."""
    drawings = [drawing for file in learned for drawing in file.drawings]
    rendered, non_digits = training.render(
        drawings, reader_recipe.non_digits, reader_recipe.renderings, recipe.seed
    )
    model, excluded = training.train(
        mnist.train, rendered, non_digits, recipe, reader_recipe, NETWORK, on_epoch
    )
    settings = reader_recipe.to_card() | {"dtype": recipe.precision}
    return model, {"left_out": int(excluded.sum()), "training": settings}


def _calibrate(model, mnist, learned, chosen_by) -> dict:
    """Calibrate the model by drawings of other writers; what its card says of it then."""
    temperature = calibration.calibrate(NETWORK, model, _render_several(chosen_by), VIEWS)
    classifier = Classifier(keras_model.to_inference(NETWORK, model), VIEWS)
    figures = reader_card.describe_reader(classifier, mnist, learned, chosen_by)
    return figures | {"temperature": temperature}


def _make_card(about, mnist, recipe, curves, seconds) -> dict:
    figures = about["figures"]["mnist test"]
    test = {name: figures[name] for name in ("loss", "accuracy", "images")}
    experiment = Experiment(NETWORK, recipe, "mnist")
    card = card_file.make_card(
        model_store.READER, experiment, mnist, curves, test, seconds, "finished"
    )
    return card | {"looks": VIEWS, "about": about}


def _read_files(learn_from, choose_by):
    """The files, read; no writer may be in both, or calibration would be on known writers."""
    learned = [reader_card.read_stroke_file(path) for path in learn_from]
    chosen_by = reader_card.read_stroke_file(choose_by)
    known = {drawing.writer for file in learned for drawing in file.drawings}
    shared = sorted({drawing.writer for drawing in chosen_by.drawings} & known - {""})
    if shared:
        raise ValueError(
            f"{choose_by} must hold drawings by other writers than those learned from."
            f" Received: {shared[0]!r} in both"
        )
    return learned, chosen_by


def _render_several(file) -> Digits:
    """Each drawing on several canvases."""
    renderings = [labelled_sets.render_drawings(file.drawings, seed) for seed in CALIBRATION_SEEDS]
    return Digits(*(np.concatenate(arrays) for arrays in zip(*renderings, strict=True)))
