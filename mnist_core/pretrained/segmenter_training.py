"""Trains the network that parts digits, on composed numbers."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from mnist_core.pretrained import number_rows
from mnist_core.pretrained.number_rows import NONE, WIDTH, NumberRows
from mnist_core.reading.segmenter import CELL, CENTRE_UNITS, FILTERS, HEIGHT, OFFSET_SCALE
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import numbers
from mnist_core.strokes.files import Drawing
from mnist_core.system import atomic_files

CENTRE_SIGMA = 1.0  # columns: how wide a digit's middle is in what the network is to say
# The focal loss of CenterNet (Zhou et al., Objects as Points, 2019): columns that are right count
# less, and so do those right beside a middle
FOCUS, NEAR_CENTRE = 2, 4


@dataclass(frozen=True)
class SegmenterRecipe:
    """How the segmenter is trained."""

    rounds: int = 24  # each on rows that are composed anew
    rows_per_round: int = 4096
    passes: int = 2  # over a round's rows: composing them takes as long as a pass
    batch_size: int = 32
    learning_rate: float = 2e-3  # falls to 0 as a cosine, after a warm-up
    warmup_steps: int = 200
    ema_decay: float = 0.998  # share of the averaged weights that a step keeps
    seed: int = 0

    @property
    def steps_per_round(self) -> int:
        """Steps on the rows of a round, all passes together."""
        return self.passes * self.rows_per_round // self.batch_size


def train_segmenter(
    learn_from: Sequence[Path],
    out: Path,
    recipe: SegmenterRecipe = SegmenterRecipe(),
    on_round: Callable[[dict], None] = lambda row: None,
) -> None:
    """Train the segmenter and write its weights, float16, after each round.

    Args:
        learn_from: stroke files to compose numbers of, besides the built-in writers' digits.
        out: a .safetensors file; see `reading.segmenter.WEIGHTS`.

    Raises:
        ValueError: a file isn't what it should be; says which and why, before any training.
    """
    files = [stroke_files.read_drawings(path) for path in learn_from]
    people = [writer for drawings in files for writer in numbers.drawings_of_writers(drawings)]

    def write(row, weights):
        halved = {name: array.astype(np.float16) for name, array in weights.items()}
        atomic_files.write(out, safetensors.numpy.save(halved))
        on_round(row)

    train(people, recipe, write)


def train(
    people: Sequence[Sequence[Drawing]],
    recipe: SegmenterRecipe = SegmenterRecipe(),
    on_round: Callable[[dict, dict], None] = lambda row, weights: None,
) -> dict[str, np.ndarray]:
    """The weights of a trained segmenter, float32; see `reading.segmenter.segment`.

    Args:
        people: drawings, a list for each writer; the built-in writers write as well.
        on_round: called with {"round", "loss", "seconds"} and the weights so far.
    """
    import keras

    keras.utils.set_random_seed(recipe.seed)
    model = build()
    average = [weight.numpy() for weight in model.trainable_variables]
    step = _compile_step(model, recipe)
    for number in range(recipe.rounds):
        began, losses = time.monotonic(), []
        rows = number_rows.compose_rows(people, recipe.rows_per_round, recipe.seed + number)
        for first in range(recipe.steps_per_round):
            done = number * recipe.steps_per_round + first
            start_row = first * recipe.batch_size % recipe.rows_per_round
            batch = slice(start_row, start_row + recipe.batch_size)
            losses.append(float(step(*make_targets(rows, batch), _learning_rate(recipe, done))))
            _move(average, model, min(recipe.ema_decay, (1 + done) / (10 + done)))
        weights = dict(zip(named_weights(model), average, strict=True))
        row = {"round": number + 1, "loss": float(np.mean(losses))}
        on_round(row | {"seconds": time.monotonic() - began}, weights)
    return weights


def _move(average, model, keep) -> None:
    """Move the averaged weights towards the model's, keeping a share of them."""
    for mean, weight in zip(average, model.trainable_variables, strict=True):
        mean *= np.float32(keep)
        mean += np.float32(1 - keep) * weight.numpy()


def build():
    """The segmenter as a Keras model: cells -> (logits of the middles, offsets of the cells)."""
    import keras
    from keras import layers

    def convolution(filters, name):
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer="he_normal", name=name
        )

    inputs = x = keras.Input((HEIGHT // CELL, None, CELL * CELL))
    skipped = []
    for level, filters in enumerate(FILTERS):
        x = convolution(filters, f"down{level}_1")(x)
        x = convolution(filters, f"down{level}_2")(x)
        if level < len(FILTERS) - 1:
            skipped.append(x)
            x = layers.MaxPooling2D(2)(x)
    for level in reversed(range(len(FILTERS) - 1)):
        x = layers.Concatenate()([layers.UpSampling2D(2)(x), skipped[level]])
        x = convolution(FILTERS[level], f"up{level}")(x)
    offsets = layers.Dense(CELL * CELL, name="offsets")(x)
    columns = [keras.ops.max(x, axis=1), keras.ops.mean(x, axis=1)]
    hidden = layers.Dense(CENTRE_UNITS, "relu", name="columns")(layers.Concatenate()(columns))
    rare = keras.initializers.Constant(-3.0)  # most columns are no digit's middle
    centres = layers.Dense(1, name="centres", bias_initializer=rare)(hidden)
    return keras.Model(inputs, [centres[..., 0], offsets])


def named_weights(model) -> dict[str, np.ndarray]:
    """The weights of such a model as `reading.segmenter` names them."""
    return {v.path.replace("/", "."): v.numpy() for v in model.trainable_variables}


def make_targets(rows: NumberRows, batch: slice) -> tuple[np.ndarray, ...]:
    """What the model gets of some rows, and what it is to say.

    Returns:
        float32: cells (n, 24, 96, 4); the middles' heat (n, 96), 1 in the column of a middle;
        offsets (n, 24, 96, 4) in OFFSET_SCALE, and whether they count, as many.
    """
    centres, owners = rows.centres[batch], rows.owners[batch]
    columns = np.floor(centres / CELL)[:, None]
    distance = np.arange(WIDTH // CELL)[:, None] - columns
    heat = np.exp(-(distance**2) / (2 * CENTRE_SIGMA**2))
    heat = np.nan_to_num(heat).max(axis=-1).astype(np.float32)
    shown = owners != NONE
    middle = np.take_along_axis(
        np.nan_to_num(centres), np.where(shown, owners, 0).reshape(len(owners), -1).astype(int), 1
    ).reshape(owners.shape)
    offsets = (middle - np.arange(WIDTH) - 0.5) / OFFSET_SCALE
    x = rows.images[batch].astype(np.float32) / 255
    return _cells(x), heat, _cells(offsets.astype(np.float32)), _cells(shown.astype(np.float32))


def _cells(pixels):
    n, height, width = pixels.shape
    cells = pixels.reshape(n, height // CELL, CELL, width // CELL, CELL)
    return cells.transpose(0, 1, 3, 2, 4).reshape(n, height // CELL, width // CELL, CELL * CELL)


def _learning_rate(recipe, done) -> np.float32:
    warmup = min(1, (done + 1) / recipe.warmup_steps)
    total = recipe.rounds * recipe.steps_per_round
    return np.float32(recipe.learning_rate * warmup * (1 + math.cos(math.pi * done / total)) / 2)


def _compile_step(model, recipe):
    """(x, heat, offsets, shown, learning rate) -> the loss, after a step of the optimizer."""
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(recipe.learning_rate, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, heat, offsets, shown, rate):
        optimizer.learning_rate.assign(rate)
        with tf.GradientTape() as tape:
            loss = _loss(tf, model(x, training=True), heat, offsets, shown)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step


def _loss(tf, outputs, heat, offsets, shown):
    logits, guessed = outputs
    logits = tf.clip_by_value(logits, -12.0, 12.0)
    p, is_centre = tf.sigmoid(logits), tf.cast(heat == 1, tf.float32)
    missed = is_centre * (1 - p) ** FOCUS * tf.math.log_sigmoid(logits)
    extra = (1 - is_centre) * (1 - heat) ** NEAR_CENTRE * p**FOCUS * tf.math.log_sigmoid(-logits)
    centre_loss = -tf.reduce_sum(missed + extra) / tf.maximum(tf.reduce_sum(is_centre), 1.0)
    error = tf.abs(guessed - offsets)
    huber = tf.where(error < 0.2, 2.5 * error**2, error - 0.1)
    return centre_loss + 2.0 * tf.reduce_sum(huber * shown) / tf.maximum(tf.reduce_sum(shown), 1.0)
