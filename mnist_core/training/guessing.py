"""Whether a network that was trained only guesses, and why: a sentence from its training."""

import math
from collections.abc import Sequence

import numpy as np

from mnist_core.config.schema import Recipe
from mnist_core.network.keras_model import to_input
from mnist_core.runs import history
from mnist_core.training import optimizers

# Always the commonest digit is right for 11.35 % of MNIST's test set, and an untrained network for
# up to 14 %: it knows a digit or two by chance.
GUESSING_BELOW = 0.15
GUESSING_LOSS = math.log(10)  # ten digits, equally likely
LEAP = 1.0  # above guessing, in one step: an untrained network's loss wanders by some hundredths
LEARNED = 2.0  # a loss of training below it is no guessing
SAME = 1e-5  # between two images: far below what any weight makes of a difference
IMAGES = 20  # to compare; the activations of 1000 may not fit in memory
VERDICT = "It does hardly better than guessing"


def is_guessing(accuracy: float | None) -> bool:
    """Whether that, of a test, is hardly better than any guess; None: it was not tested."""
    return accuracy is not None and accuracy < GUESSING_BELOW


def add_verdict(sentence: str, accuracy: float | None) -> str:
    """What a run's status says, and that it only guesses, if it does and the status doesn't say so.

    Runs of earlier versions and imported ones have a test's accuracy, and no sentence on it.
    """
    if not is_guessing(accuracy) or VERDICT in sentence:
        return sentence
    return f"{sentence} {VERDICT}.".strip()


def constant_layer(model, images: np.ndarray) -> str:
    """The first layer whose output is the same for all images, by its name; empty if none is.

    Args:
        model: as `network.build` makes them.
        images: uint8 (n, 28, 28); the first are enough.
    """
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    outputs = keras.Model(model.inputs, [layer.output for layer in layers])
    activations = map(np.asarray, outputs(to_input(images[:IMAGES]), training=False))
    spreads = [float(np.ptp(values, axis=0).max()) for values in activations]
    return next((layer.name for layer, n in zip(layers, spreads, strict=True) if n < SAME), "")


def explain(events: Sequence[dict], recipe: Recipe) -> str:
    """Why the run of these events only guesses, in words; empty if it doesn't.

    Args:
        events: of one training, its test included, which names the constant layer.
    """
    test = next((event for event in events if event["kind"] == "test"), None)
    if test is None or not is_guessing(test["accuracy"]):
        return ""
    reason = _reason(history.from_events(events), test, recipe)
    return f"{VERDICT}: {reason}"


def _reason(curves: history.Curves, test: dict, recipe: Recipe) -> str:
    losses, steps = curves.steps.loss, curves.steps.step
    rate, layer = recipe.learning_rate, test["constant_layer"]
    smaller = optimizers.smaller_rate(recipe)
    slower = f"Start anew with a learning_rate of {smaller:g} in place of {rate:g}."
    constant = f"its layer {layer} gives the same numbers for every image"
    if not all(map(math.isfinite, [test["loss"], *losses, *curves.validation.loss])):
        return f"its loss is no number (NaN), so the steps were too large. {slower}"
    leap = find_leap(steps, losses)
    if leap is not None:
        dead = f", and now {constant}" if layer else ""
        height = f"{losses[leap]:,.{0 if losses[leap] > 100 else 1}f}"
        return (
            f"the steps were too large. In step {steps[leap]:,} its loss leapt to {height}"
            f" (guessing is {GUESSING_LOSS:.1f}){dead}. {slower}"
        )
    if layer:
        return (
            f"{constant}, so nothing of the image comes through. Try fewer layers, other"
            " activations or batch normalization."
        )
    newest = float(np.mean(losses[-max(1, len(losses) // 10) :])) if losses else test["loss"]
    if newest < LEARNED:
        return (
            f"it has learned its training images (loss {newest:.2f}) and nothing that helps with"
            " others. Give it more training images, or more steps."
        )
    count = max(steps, default=0)
    return (
        f"after {count:,} step{'s' * (count != 1)} its loss is still {newest:.2f}, where guessing"
        f" is {GUESSING_LOSS:.2f}. More epochs or a learning_rate above {rate:g} may help."
    )


def find_leap(steps: Sequence[int], losses: Sequence[float]) -> int | None:
    """Which point of the curve is the highest, if it is far above guessing and the first step."""
    untrained = max(GUESSING_LOSS, losses[0]) if steps[:1] == [1] else GUESSING_LOSS
    highest = max(range(len(losses)), key=losses.__getitem__, default=None)
    return highest if highest is not None and losses[highest] > untrained + LEAP else None
