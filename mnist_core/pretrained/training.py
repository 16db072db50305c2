"""How the reader is made: MNIST, drawings with a pen, and what is no digit, learned together.

Each drawing is drawn anew many times, with the differences that hands make (variation), on a
canvas as a browser holds it, and put through MNIST's rule; then all images are moved, turned and
bent like any other training image. See the README for the command and its time.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mnist_core.config.schema import Augmentation, ConvBlock, DenseLayer, Network, Recipe
from mnist_core.data.types import Digits
from mnist_core.network import fused, keras_model, summary
from mnist_core.pretrained.calibration import recompute_batch_norm, suspected_label_errors
from mnist_core.strokes import rendering
from mnist_core.training import augmentation, optimizers

BATCH_NORM_SAMPLES = 3000  # images of MNIST, and as many drawings
NON_DIGIT = -1  # the label of a doodle: every digit is equally likely


def _block(filters):
    return ConvBlock(
        filters=filters,
        kernel_size=3,
        convolutions=2,
        padding="same",
        batch_normalization=True,
        dropout_rate=0.1,
    )


NETWORK = Network(
    blocks=(_block(32), _block(64), _block(128)), dense=(DenseLayer(128, dropout_rate=0.4),)
)
RECIPE = Recipe(
    optimizer="AdamW",
    learning_rate=0.002,
    weight_decay=0.02,
    schedule="cosine",
    warmup=0.02,
    batch_size=256,
    epochs=44,
    validation="none",
    patience=0,
    augmentation=Augmentation(shift=1.5, rotation=12.0, scale=0.12, shear=10.0, elastic=1.1),
)


@dataclass(frozen=True)
class Mixture:
    """What an epoch is made of besides MNIST, and how it is looked at."""

    versions: int = 24  # of each drawing, in all
    versions_an_epoch: int = 2
    doodles: int = 40_000  # in all
    doodles_an_epoch: int = 4_000
    # Bending blurs an image a little, and what the reader will see is not blurred. So some are
    # left as they are, and in the end most.
    untouched: float = 0.2  # share of MNIST's images
    untouched_drawings: float = 0.5  # of drawings: they vary already
    pen_strength: float = 0.6  # of the augmentation, for the others of them
    calm_from: float = 0.85  # share of the steps after which more and more are left untouched
    doubt_at: float = 0.35  # share of the steps after which labels are questioned
    doubt_below: float = 0.02  # probability of its label under which a drawing is left out
    averaging: float = 0.999  # share of the averaged weights that a step keeps
    # After the recipe's epochs, some more at one learning rate: they wander about the bottom of
    # the valley, and the mean of all their weights lies nearer its middle than any. Source:
    # Izmailov et al., Averaging Weights Leads to Wider Optima, 2018.
    wandering: int = 24  # epochs
    wandering_rate: float = 0.0007
    wandering_strength: float = 0.7  # of the augmentation
    wandering_unaveraged: int = 3  # epochs, at first


class RenderedDrawings(NamedTuple):
    """Drawings in many versions."""

    images: np.ndarray  # uint8 (versions, n, 28, 28)
    labels: np.ndarray  # uint8 (n,)


def render(
    drawings: list, doodles: int, versions: int, seed: int
) -> tuple[RenderedDrawings, np.ndarray]:
    """All pictures of pens that training will see: (of digits, of what is none)."""
    images = rendering.render_versions(drawings, versions, seed)
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    return RenderedDrawings(images, labels), rendering.render_non_digits(doodles, seed)


def train(
    mnist: Digits,
    pens: RenderedDrawings,
    doodles: np.ndarray,
    recipe: Recipe = RECIPE,
    mixture: Mixture = Mixture(),
    net: Network = NETWORK,
    dtype: str = "float32",
    on_epoch: Callable[[dict, object], None] = lambda figures, model: None,
):
    """The trained Keras model, its weights averaged, and which drawings were left out: bool (n,).

    Args:
        dtype: of the activations while training; "bfloat16" is twice as fast where the processor
            computes with it (AVX512-BF16, AMX).
        on_epoch: called with {"epoch", "step", "loss", "accuracy", "seconds", "learning_rate"} and
            the model as it is then.
    """
    model = keras_model.build(net, recipe.seed)
    average = keras_model.build(net, recipe.seed)
    step = _compile(model, average, net, recipe, dtype)
    kept = np.ones(len(pens.labels), bool)
    for epoch in range(recipe.epochs + mixture.wandering):
        began = time.monotonic()
        dice = np.random.default_rng([recipe.seed, epoch])
        shown = _epoch_examples(mnist, pens, doodles, kept, mixture, epoch, dice)
        figures = _train_epoch(step, shown, recipe, mixture, epoch, dice)
        on_epoch(figures | {"seconds": time.monotonic() - began}, average)
        if epoch + 1 == math.ceil(mixture.doubt_at * recipe.epochs):
            kept = ~suspected_label_errors(
                average, pens.images[:4], pens.labels, mixture.doubt_below
            )
    recompute_batch_norm(
        average,
        np.concatenate([mnist.images[:BATCH_NORM_SAMPLES], pens.images[0][:BATCH_NORM_SAMPLES]]),
    )
    return average, ~kept


def _train_epoch(step, shown, recipe, mixture, epoch, dice) -> dict:
    """The figures of an epoch that shows all of `shown` once."""
    batches = math.ceil(len(shown[1]) / recipe.batch_size)
    order = np.array_split(dice.permutation(len(shown[1])), batches)
    total = batches * recipe.epochs
    found = []
    for number, at in enumerate(order, start=epoch * batches):
        if number < total:
            rate = optimizers.learning_rate_at(recipe, number, total)
            keep = min(mixture.averaging, (1 + number) / (10 + number))
        else:
            rate = mixture.wandering_rate
            averaged = number - total - mixture.wandering_unaveraged * batches
            keep = averaged / (averaged + 1) if averaged >= 0 else mixture.averaging
        batch = _batch(shown, at, mixture, number / total, dice)
        found.append(step(*batch, rate, number, keep))
    loss, accuracy = np.mean(found, axis=0).tolist()
    figures = {"epoch": epoch + 1, "step": (epoch + 1) * batches, "learning_rate": rate}
    return figures | {"loss": loss, "accuracy": accuracy}


def _batch(shown, at, mixture, done, dice):
    """(images, labels, strength) of the examples `at`, when a share `done` of training is over."""
    images, labels, strength, untouched = shown
    if done >= 1:
        touched = dice.random(len(at)) >= untouched[at]
        return images[at], labels[at], mixture.wandering_strength * strength[at] * touched
    late = max(0.0, (done - mixture.calm_from) / (1 - mixture.calm_from))
    touched = dice.random(len(at)) >= untouched[at] + (1 - untouched[at]) * late
    return images[at], labels[at], strength[at] * touched


def _epoch_examples(mnist, pens, doodles, kept, mixture, epoch, dice):
    """(images, labels, strength of the augmentation, chance of none) of all an epoch shows."""
    several = mixture.versions_an_epoch
    versions = (epoch * several + np.arange(several)) % len(pens.images)
    shown = np.flatnonzero(kept)
    drawn = pens.images[versions][:, shown].reshape(-1, 28, 28)
    none = dice.choice(len(doodles), min(mixture.doodles_an_epoch, len(doodles)), replace=False)
    images = np.concatenate([mnist.images, drawn, doodles[none]])
    labels = [mnist.labels, np.tile(pens.labels[shown], several), np.full(len(none), NON_DIGIT)]
    counts = [len(mnist.labels), len(drawn), len(none)]
    strength = np.repeat(np.float32([1, mixture.pen_strength, 1]), counts)
    untouched = [mixture.untouched, mixture.untouched_drawings, mixture.untouched]
    return images, np.concatenate(labels).astype(np.int32), strength, np.repeat(untouched, counts)


def _compile(model, average, net, recipe, dtype):
    import tensorflow as tf
    from keras import optimizers

    learned = _trainable_weights(model, net)
    optimizer = optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay)
    optimizer.build(learned)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 28, 28), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((), tf.float32),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec((), tf.float32),
        ]
    )
    def step(images, labels, strength, rate, number, keep):
        x = tf.cast(images[..., None], tf.float32) / 255.0
        x = augmentation.augment(x, recipe.augmentation, (recipe.seed, number), strength)
        wanted = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels == NON_DIGIT, tf.float32)[:, None]
        optimizer.learning_rate.assign(rate)
        with tf.GradientTape() as tape:
            z = fused.logits(net, model, x, True, dtype)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, z))
        optimizer.apply_gradients(zip(tape.gradient(loss, learned), learned, strict=True))
        for mean, weight in zip(average.weights, model.weights, strict=True):
            if mean.dtype == "float32":  # a dropout's seed is no weight
                mean.assign_add((1 - keep) * (weight - mean))
        digits = labels != NON_DIGIT
        right = tf.boolean_mask(tf.argmax(z, 1, output_type=tf.int32) == labels, digits)
        return tf.stack([loss, tf.reduce_mean(tf.cast(right, tf.float32))])

    return lambda *arguments: step(*arguments).numpy()


def _trainable_weights(model, net) -> list:
    """The weights that training moves: a bias before batch normalization has no effect."""
    normalized = {
        f"{layer.name}/bias"
        for layer in summary.layer_table(net)
        if layer.kind == "Conv2D" and "activation" not in layer.arguments
    }
    weights = model.trainable_variables
    return [w for w in weights if "/".join(w.path.split("/")[-2:]) not in normalized]
