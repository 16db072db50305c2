"""How a model learns a person's hand: the recipe, and what it has beyond one.

Chosen on the writers of unipen_train.jsonl whom the classic misreads most. The danger is not that
it learns too little, but that it forgets: a 1 with a flag is MNIST's 7. So MNIST's images are many
and changed at random, which brings more of them near such borders, and the learning rate falls to
nothing.
"""

import dataclasses

from mnist_core.config.schema import Augmentation, Experiment, Network, Recipe
from mnist_core.training import duration

MNIST_PER_STEP, DRAWINGS_PER_STEP = 192, 32  # images of a batch
BATCH = MNIST_PER_STEP + DRAWINGS_PER_STEP
STEPS = 150
FINAL_SHARE = 1 / 3  # of the steps, after the drawings held back were read: with these as well
FINAL_RATE = 0.5  # times the learning rate, in those
RENDERINGS = 480  # of all drawings together
MNIST_STRENGTH, DRAWINGS_STRENGTH = 0.6, 1.0  # times the augmentation's limits
LARGE = 10.0  # seconds that the steps would take by `duration`: a network of so many takes fewer
LARGE_STEPS, LARGE_RATE = 40, 0.0003


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
    fewer = {"train_images": LARGE_STEPS * BATCH, "learning_rate": LARGE_RATE}
    return dataclasses.replace(recipe, **fewer)
