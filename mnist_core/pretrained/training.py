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
from mnist_core.network import fused, keras_model, summary
from mnist_core.prediction import Classifier
from mnist_core.pretrained.calibration import recompute_batch_norm, suspected_label_errors
from mnist_core.pretrained.recipe import NETWORK, RECIPE, ReaderRecipe
from mnist_core.strokes import rendering
from mnist_core.training import augmentation, optimizers

BATCH_NORM_SAMPLES = 3000  # images of MNIST, and as many drawings
FILTER_RENDERINGS = 4  # of each drawing, by which its label is checked
NON_DIGIT = -1  # the label of a non-digit: every digit is equally likely


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
    dtype: str = "float32",
    on_epoch: Callable[[dict], None] = lambda row: None,
):
    """The trained Keras model, its weights averaged, and which drawings were excluded: bool (n,).

    Args:
        dtype: of the activations while training; "bfloat16" is twice as fast where the processor
            computes with it (AVX512-BF16, AMX).
        on_epoch: called with {"epoch", "step", "loss", "accuracy", "seconds", "learning_rate"}.
    """
    model = keras_model.build(network, recipe.seed)
    average = keras_model.build(network, recipe.seed)
    step = compile_step(model, average, network, recipe, dtype)
    included = np.ones(len(drawings.labels), bool)
    for epoch in range(recipe.epochs + reader_recipe.swa_epochs):
        start = time.monotonic()
        rng = np.random.default_rng([recipe.seed, epoch])
        examples = epoch_examples(mnist, drawings, non_digits, included, reader_recipe, epoch, rng)
        row = train_epoch(step, examples, recipe, reader_recipe, epoch, rng)
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


def train_epoch(step, examples: EpochExamples, recipe, reader_recipe, epoch, rng) -> dict:
    """Show all examples once; the epoch's row of the curves."""
    count = len(examples.labels)
    batches = math.ceil(count / recipe.batch_size)
    total = batches * recipe.epochs
    results = []
    for number, batch in enumerate(
        np.array_split(rng.permutation(count), batches), start=epoch * batches
    ):
        if number < total:
            rate = optimizers.learning_rate_at(recipe, number, total)
            keep = min(reader_recipe.ema_decay, (1 + number) / (10 + number))
        else:
            rate = reader_recipe.swa_learning_rate
            averaged = number - total - reader_recipe.swa_warmup_epochs * batches
            keep = averaged / (averaged + 1) if averaged >= 0 else reader_recipe.ema_decay
        strength = _batch_strength(examples, batch, reader_recipe, number / total, rng)
        images, labels = examples.images[batch], examples.labels[batch]
        results.append(step(images, labels, strength, rate, number, keep))
    loss, accuracy = np.mean(results, axis=0).tolist()
    row = {"epoch": epoch + 1, "step": (epoch + 1) * batches, "learning_rate": rate}
    return row | {"loss": loss, "accuracy": accuracy}


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


def compile_step(model, average, network, recipe, dtype):
    """A function (images, labels, strength, learning_rate, number, keep) -> (loss, accuracy).

    It updates `model`, and `average` to keep * average + (1 - keep) * model. The accuracy is of
    the digits alone.
    """
    import tensorflow as tf

    learned = _trainable_weights(model, network)
    optimizer = optimizers.make_optimizer(recipe)
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
    def step(images, labels, strength, learning_rate, number, keep):
        x = keras_model.to_input(images)
        x = augmentation.augment(x, recipe.augmentation, (recipe.seed, number), strength)
        targets = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels == NON_DIGIT, tf.float32)[:, None]
        optimizer.learning_rate.assign(learning_rate)
        with tf.GradientTape() as tape:
            z = fused.logits(network, model, x, True, dtype)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, z))
        optimizer.apply_gradients(zip(tape.gradient(loss, learned), learned, strict=True))
        _update_average(average, model, keep)
        correct = tf.argmax(z, 1, output_type=tf.int32) == labels
        correct = tf.boolean_mask(correct, labels != NON_DIGIT)
        return tf.stack([loss, tf.reduce_mean(tf.cast(correct, tf.float32))])

    return lambda *arguments: step(*arguments).numpy()


def _update_average(average, model, keep) -> None:
    for mean, weight in zip(average.weights, model.weights, strict=True):
        if mean.dtype == "float32":  # a dropout's seed is no weight
            mean.assign_add((1 - keep) * (weight - mean))


def _trainable_weights(model, network) -> list:
    """The weights that training changes: a bias before batch normalization has no effect."""
    normalized = {
        f"{layer.name}/bias"
        for layer in summary.layer_table(network)
        if layer.kind == "Conv2D" and "activation" not in layer.arguments
    }
    weights = model.trainable_variables
    return [w for w in weights if "/".join(w.path.split("/")[-2:]) not in normalized]
