"""How the reader is trained: MNIST, drawings with a pen, and non-digits, in one training.

Each drawing is rendered anew many times, with the differences between people's hands (`jitter`),
on a canvas as a browser holds it, and put through MNIST's rule; then all images are augmented like
any other training image.
"""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mnist_core.config.schema import Network, Recipe
from mnist_core.data.types import Digits
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.pretrained.calibration import recompute_batch_norm, suspected_label_errors
from mnist_core.pretrained.recipe import NETWORK, RECIPE, ReaderRecipe
from mnist_core.strokes import rendering
from mnist_core.training import optimizers, train_step
from mnist_core.training.step_runner import Batches, StepRunner
from mnist_core.training.train_step import NON_DIGIT

BATCH_NORM_SAMPLES = 3000  # images of MNIST, and as many drawings
FILTER_RENDERINGS = 4  # of each drawing, by which its label is checked


class RenderedDrawings(NamedTuple):
    """Drawings, each in several renderings."""

    images: np.ndarray  # uint8 (renderings, n, 28, 28)
    labels: np.ndarray  # uint8 (n,)


class EpochExamples(NamedTuple):
    """All images that an epoch shows, in no order."""

    images: np.ndarray  # uint8 (n, 28, 28)
    labels: np.ndarray  # int32 (n,), 0 to 9 or NON_DIGIT
    strength: np.ndarray  # float32 (n,): of the augmentation
    unaugmented: np.ndarray  # float64 (n,): the probability that it is left as it is


def render(
    drawings: list, non_digits: int, renderings: int, seed: int
) -> tuple[RenderedDrawings, np.ndarray]:
    """All rendered images that training will see: (of drawings, of non-digits)."""
    images = rendering.render_versions(drawings, renderings, seed)
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    return RenderedDrawings(images, labels), rendering.render_non_digits(non_digits, seed)


def train(
    mnist: Digits,
    drawings: RenderedDrawings,
    non_digits: np.ndarray,
    recipe: Recipe = RECIPE,
    reader_recipe: ReaderRecipe = ReaderRecipe(),  # noqa: B008 -- immutable
    network: Network = NETWORK,
    on_epoch: Callable[[dict], None] = lambda row: None,
):
    """The trained Keras model, its weights averaged, and which drawings were excluded: bool (n,).

    Args:
        on_epoch: called with {"epoch", "step", "loss", "accuracy", "seconds", "learning_rate"}.
    """
    model = optimizers.compile_model(keras_model.build(network, recipe.seed), recipe)
    average = keras_model.build(network, recipe.seed)
    steps = train_step.compile_train_steps(model, network, recipe, average)
    included = np.ones(len(drawings.labels), bool)
    for epoch in range(recipe.epochs + reader_recipe.swa_epochs):
        start = time.monotonic()
        rng = np.random.default_rng([recipe.seed, epoch])
        examples = epoch_examples(mnist, drawings, non_digits, included, reader_recipe, epoch, rng)
        batches = epoch_batches(examples, recipe, reader_recipe, epoch, rng)
        figures = list(StepRunner(steps, examples.images, examples.labels).run(batches))
        loss, accuracy = np.concatenate(figures).mean(axis=0).tolist()
        row = {"epoch": epoch + 1, "step": batches.first + len(batches.ends)}
        row |= {"learning_rate": batches.learning_rates[-1], "loss": loss, "accuracy": accuracy}
        on_epoch(row | {"seconds": time.monotonic() - start})
        if epoch + 1 == math.ceil(reader_recipe.label_filter_start * recipe.epochs):
            renderings = drawings.images[:FILTER_RENDERINGS]
            threshold = reader_recipe.label_filter_threshold
            classifier = Classifier(keras_model.to_inference(network, average))
            included = ~suspected_label_errors(classifier, renderings, drawings.labels, threshold)
    samples = [mnist.images[:BATCH_NORM_SAMPLES], drawings.images[0][:BATCH_NORM_SAMPLES]]
    recompute_batch_norm(average, np.concatenate(samples))
    return average, ~included


def epoch_examples(
    mnist, drawings, non_digits, included, reader_recipe, epoch, rng
) -> EpochExamples:
    """All of MNIST, some renderings of each drawing that is included, some non-digits.

    Args:
        epoch: from 0: the renderings take turns.
    """
    count = reader_recipe.renderings_per_epoch
    turns = (epoch * count + np.arange(count)) % len(drawings.images)
    shown = np.flatnonzero(included)
    rendered = drawings.images[turns][:, shown].reshape(-1, 28, 28)
    size = min(reader_recipe.non_digits_per_epoch, len(non_digits))
    chosen = non_digits[rng.choice(len(non_digits), size, replace=False)]
    labels = [mnist.labels, np.tile(drawings.labels[shown], count), np.full(size, NON_DIGIT)]
    unaugmented = [
        reader_recipe.unaugmented_mnist,
        reader_recipe.unaugmented_drawings,
        reader_recipe.unaugmented_mnist,
    ]
    counts = [len(part) for part in labels]
    return EpochExamples(
        np.concatenate([mnist.images, rendered, chosen]),
        np.concatenate(labels).astype(np.int32),
        np.repeat(np.float32([1, reader_recipe.drawing_strength, 1]), counts),
        np.repeat(unaugmented, counts),
    )


def epoch_batches(examples: EpochExamples, recipe, reader_recipe, epoch, rng) -> Batches:
    """All examples once, in batches of about the same size."""
    count = len(examples.labels)
    batches = math.ceil(count / recipe.batch_size)
    first, total = epoch * batches, batches * recipe.epochs
    rates, keeps, strengths = [], [], []
    parts = np.array_split(rng.permutation(count), batches)
    for number, batch in enumerate(parts, start=first):
        if number < total:
            rate = optimizers.learning_rate_at(recipe, number, total)
            keep = min(reader_recipe.ema_decay, (1 + number) / (10 + number))
        else:
            rate = reader_recipe.swa_learning_rate
            averaged = number - total - reader_recipe.swa_warmup_epochs * batches
            keep = averaged / (averaged + 1) if averaged >= 0 else reader_recipe.ema_decay
        rates.append(rate)
        keeps.append(keep)
        strengths.append(_batch_strength(examples, batch, reader_recipe, number / total, rng))
    ends = np.cumsum([len(batch) for batch in parts])
    order, strength = np.concatenate(parts), np.concatenate(strengths)
    return Batches(order, ends, rates, first, strength, keeps)


def _batch_strength(examples, batch, reader_recipe, progress, rng):
    """The strength of the augmentation of each image of a batch; 0 leaves it as it is.

    Args:
        progress: the share of the recipe's steps that are done; 1 and more is the SWA phase.
    """
    unaugmented, strength = examples.unaugmented[batch], examples.strength[batch]
    if progress >= 1:
        augmented = rng.random(len(batch)) >= unaugmented
        return reader_recipe.swa_strength * strength * augmented
    start = reader_recipe.augmentation_decay_start
    decay = max(0.0, (progress - start) / (1 - start))
    return strength * (rng.random(len(batch)) >= unaugmented + (1 - unaugmented) * decay)
