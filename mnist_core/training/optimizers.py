"""The optimizer that a recipe asks for, and its learning rate at each step."""

import math

from mnist_core.config.schema import Recipe

ARGUMENTS = {  # of Keras' class of that name, as the recipe's fields are called
    "Adam": ("learning_rate",),
    "AdamW": ("learning_rate", "weight_decay"),
    "SGD": ("learning_rate", "momentum"),
    "RMSprop": ("learning_rate", "momentum"),
    "Adadelta": ("learning_rate",),
}


def learning_rate_at(recipe: Recipe, step: int, total_steps: int) -> float:
    """The learning rate of one step.

    Cosine: rises in a line over the warm-up's share of the steps, then falls to 0 along half a
    cosine. Source: Loshchilov and Hutter, SGDR, 2017; warm-up: Goyal et al., 2017.

    Args:
        step: 0-based.
    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    warmup_steps = round(recipe.warmup * total_steps)
    if step < warmup_steps:
        return recipe.learning_rate * (step + 1) / warmup_steps
    share = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return recipe.learning_rate * (1 + math.cos(math.pi * share)) / 2


def arguments(recipe: Recipe) -> dict[str, float]:
    """What a recipe's Keras optimizer is called with."""
    return {name: getattr(recipe, name) for name in ARGUMENTS[recipe.optimizer]}


def make_optimizer(recipe: Recipe):
    """The Keras optimizer a recipe asks for."""
    import keras

    return getattr(keras.optimizers, recipe.optimizer)(**arguments(recipe))


def compile_model(model, recipe: Recipe):
    """Give a Keras model its loss, its accuracy and the optimizer of a recipe; returns it."""
    model.compile(
        optimizer=make_optimizer(recipe),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    return model
