"""How a model learns a person's hand: the recipe, and what it has beyond one.

Chosen on the writers of unipen_train.jsonl whom the classic misreads most. The danger is not that
it learns too little, but that it forgets: a 1 with a flag is MNIST's 7. So MNIST's images are many
and changed at random, which brings more of them near such borders, and the learning rate falls to
nothing.
"""

import dataclasses
from typing import NamedTuple

from mnist_core.config.schema import Augmentation, Experiment, Network, Recipe
from mnist_core.training import duration

BATCH, STEPS = 224, 150
DRAWINGS_SHARE = 1 / 7  # of a batch, at most; the rest is MNIST's
MOST_OF_A_DRAWING = 4  # times in a batch: two drawings alone are not to fill its seventh
FINAL_SHARE = 1 / 3  # of the steps, after the drawings held back were read: with these as well
FINAL_RATE = 0.5  # times the learning rate, in those
RENDERINGS = 480  # of all drawings together
MNIST_STRENGTH, DRAWINGS_STRENGTH = 0.6, 1.0  # times the augmentation's limits
LARGE = 10.0  # seconds that the steps would take by `duration`: a network of so many takes fewer
LARGE_BATCH, LARGE_STEPS, LARGE_RATE = 84, 40, 0.0003


class BatchParts(NamedTuple):
    """How many images of a batch are what."""

    mnist: int
    drawings: int


def batch_parts(recipe: Recipe, drawings: int) -> BatchParts:
    """The parts of this recipe's batches, where there are so many drawings."""
    most = max(1, round(DRAWINGS_SHARE * recipe.batch_size))
    drawings = min(most, MOST_OF_A_DRAWING * drawings)
    return BatchParts(recipe.batch_size - drawings, drawings)


def make_recipe(network: Network, seed: int) -> Recipe:
    """Adam, one pass over a mix of images of which none of MNIST's comes twice."""
    recipe = Recipe(
        learning_rate=0.0015,
        schedule="cosine",
        batch_size=BATCH,
        epochs=1,
        validation="none",
        augmentation=Augmentation(shift=1.0, rotation=10.0, scale=0.1, shear=10.0, elastic=0.8),
        train_images=STEPS * BATCH,
        seed=seed,
    )
    if duration.epoch_seconds(Experiment(network, recipe)) < LARGE:
        return recipe
    fewer = {"train_images": LARGE_STEPS * LARGE_BATCH, "batch_size": LARGE_BATCH}
    return dataclasses.replace(recipe, **fewer, learning_rate=LARGE_RATE)
