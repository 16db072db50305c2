"""The optimizer that a recipe asks for, and its learning rate at each step."""

import math

from mnist_core.config.schema import Recipe


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


def make_optimizer(recipe: Recipe):
    """The Keras optimizer a recipe asks for."""
    from keras import optimizers

    rate, momentum = recipe.learning_rate, recipe.momentum
    return {
        "Adam": lambda: optimizers.Adam(rate),
        "AdamW": lambda: optimizers.AdamW(rate, weight_decay=recipe.weight_decay),
        "SGD": lambda: optimizers.SGD(rate, momentum=momentum),
        "RMSprop": lambda: optimizers.RMSprop(rate, momentum=momentum),
        "Adadelta": lambda: optimizers.Adadelta(rate),
    }[recipe.optimizer]()
