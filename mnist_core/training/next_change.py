"""The one change to an experiment that most likely makes it better, from what its curves say."""

import math
from typing import NamedTuple

from mnist_core.config.labels import format_percent
from mnist_core.config.schema import MNIST_IMAGES, OPTIONS, Experiment
from mnist_core.runs.history import Curves
from mnist_core.training import guessing
from mnist_core.training.optimizers import USUAL_RATES, smaller_rate

FAR = 3.0  # times the usual rate, or a third of it: that may be the reason
BY_HEART = 0.004  # more of the training images than of others read right: it learns them by heart
LEARNED = 0.97  # of the training images: with less it has learned none by heart
MISREAD = 0.1  # and more than this share of what it misreads
STILL_FALLING = 0.08  # of the loss, in the last epoch: it had not come to its end
RISEN = 1.2  # times its lowest: the loss has risen
GOOD = 0.985  # of the training images: the network is large enough
IMAGES_AT_LEAST = 10_000  # with fewer, more of them help most
AUGMENTATION = {"shift": "1.0", "rotation": "7.0", "scale": "0.07", "shear": "4.0"}


class NextChange(NamedTuple):
    """What to change, and why."""

    reason: str  # what the curves say
    label: str  # the change in a few words
    values: dict[str, str]  # as `Experiment.with_values` takes them


class _Figures(NamedTuple):
    """What the rules look at."""

    experiment: Experiment
    curves: Curves
    test: dict  # its test event, or nothing
    is_whole: bool  # whether it came to its planned end

    @property
    def trained(self) -> float:
        """Accuracy in training, in the last epoch; 0 without one."""
        return self.curves.train.accuracy[-1] if self.curves.train.accuracy else 0.0

    @property
    def on_new(self) -> float:
        """Accuracy on new images: of validation, or else of the test."""
        known = self.curves.validation.accuracy or [self.test.get("accuracy", 0.0)]
        return known[-1]

    @property
    def rate(self) -> float:
        """The learning rate, in usual ones of its optimizer."""
        recipe = self.experiment.recipe
        return recipe.learning_rate / USUAL_RATES[recipe.optimizer]

    def fall(self) -> float:
        """The share by which the loss fell in the last epoch: of new images where it is known."""
        losses = self.curves.validation.loss or self.curves.train.loss
        return 1 - losses[-1] / losses[-2] if len(losses) > 1 and losses[-2] else 1.0


def suggest(
    experiment: Experiment, curves: Curves, test: dict | None = None, is_whole: bool = True
) -> NextChange | None:
    """The change that most likely helps; None where no rule knows one.

    Args:
        test: the event of its test; None if there was none.
        is_whole: whether it came to its planned end, and was not stopped before.
    """
    if is_whole and not curves.train.step:
        return None  # what it did is not known
    figures = _Figures(experiment, curves, test or {}, is_whole)
    rules = (
        _not_finite, _guesses, _stopped, _without_bend, _by_heart, _too_fast, _too_slow,
        _not_at_its_end, _too_small, _unsteady, _more_variety,
    )  # fmt: skip
    return next((change for rule in rules if (change := rule(figures))), None)


def _not_finite(run: _Figures) -> NextChange | None:
    losses = [loss for curve in run.curves[:3] for loss in curve.loss]
    if not all(map(math.isfinite, [*losses, run.test.get("loss", 0.0)])):
        return _slower(run, "Its loss stopped being a number: its steps were too large.", 10)
    return None


def _guesses(run: _Figures) -> NextChange | None:
    known = run.curves.validation.accuracy
    accuracy = run.test.get("accuracy", known[-1] if known else None)
    if not guessing.is_guessing(accuracy):
        return None
    stuck, steps = f"Stuck at guessing: {format_percent(accuracy)}", run.curves.steps
    leap = guessing.find_leap(steps.step, steps.loss)
    if leap is not None:
        height = f"{steps.loss[leap]:,.1f}"
        return _slower(run, f"{stuck}. Its loss leapt to {height}: its steps were too large.", 10)
    blocks = run.experiment.network.blocks
    if run.test.get("constant_layer") and not all(one.batch_normalization for one in blocks):
        change = _in_all_blocks(run, "batch_normalization", "true")
        return NextChange(f"{stuck}. Nothing of the image comes through to its end.",
                          "batch normalization in every block", change)  # fmt: skip
    if run.trained > 2 * guessing.GUESSING_BELOW:
        return _more_images(run, f"{stuck} on new images: it has learned its own by heart.")
    if run.rate < 1 / FAR:
        return _usual_rate(run, f"{stuck}, and its steps are tiny.")
    return _slower(run, f"{stuck}. Its steps may be too large.", 10)


def _stopped(run: _Figures) -> NextChange | None:
    if run.is_whole:
        return None
    epochs = run.experiment.recipe.epochs
    return NextChange("It was stopped before it was done.",
                      f"all {epochs} epochs" if epochs > 1 else "the whole epoch", {})  # fmt: skip


def _without_bend(run: _Figures) -> NextChange | None:
    network = run.experiment.network
    layers = {f"network.blocks.{i}": one for i, one in enumerate(network.blocks)}
    layers |= {f"network.dense.{i}": one for i, one in enumerate(network.dense)}
    if not layers or any(layer.activation != "linear" for layer in layers.values()):
        return None
    reason = "Without a bend all of its layers are still one weighted sum for each digit."
    return NextChange(reason, "relu", {f"{path}.activation": "relu" for path in layers})


def _by_heart(run: _Figures) -> NextChange | None:
    losses = run.curves.validation.loss
    has_risen = len(losses) > 2 and losses[-1] > RISEN * min(losses) and run.trained > run.on_new
    gap = max(BY_HEART, MISREAD * (1 - run.on_new))
    if run.trained < LEARNED or not (has_risen or run.trained - run.on_new >= gap):
        return None
    reason = (
        f"It learns its training images by heart: {format_percent(run.trained)} of them right, and"
        f" {format_percent(run.on_new)} of new ones."
    )
    if run.experiment.recipe.train_images < IMAGES_AT_LEAST:
        return _more_images(run, reason)
    dense = run.experiment.network.dense
    if dense and max(layer.dropout_rate for layer in dense) < 0.3:
        last = len(dense) - 1
        return NextChange(reason, "dropout of 0.5", {f"network.dense.{last}.dropout_rate": "0.5"})
    return _augmented(run, reason)


def _too_fast(run: _Figures) -> NextChange | None:
    losses, is_constant = run.curves.train.loss, run.experiment.recipe.schedule == "constant"
    if run.rate < FAR or not is_constant or run.trained >= GOOD or len(losses) < 2:
        return None
    if losses[-1] < (1 - STILL_FALLING) * min(losses[:-1]):
        return None
    return _slower(run, "Its steps are too large: its loss no longer falls.", 3)


def _too_slow(run: _Figures) -> NextChange | None:
    if run.rate > 1 / FAR or run.trained >= GOOD:
        return None
    return _usual_rate(
        run,
        f"Its steps are tiny: it has come to {format_percent(run.trained)} of its training images,"
        " and is still on its way.",
    )


def _not_at_its_end(run: _Figures) -> NextChange | None:
    fall, epochs = run.fall(), run.experiment.recipe.epochs
    most = OPTIONS["recipe.epochs"].limits[1]
    if fall < STILL_FALLING or epochs >= most:
        return None
    more = min(most, max(3, 2 * epochs))
    reason = "It ended too early: one epoch is little."
    if len(run.curves.train.loss) > 1:
        reason = f"It ended too early: its loss fell by {fall:.0%} in the last epoch."
        reason = reason.replace("%", " %")
    return NextChange(reason, f"{more} epochs", {"recipe.epochs": str(more)})


def _too_small(run: _Figures) -> NextChange | None:
    if run.trained >= GOOD:
        return None
    reason = f"It can't learn more: {format_percent(run.trained)} of its own training images."
    return _larger(run, reason)


def _unsteady(run: _Figures) -> NextChange | None:
    if run.experiment.recipe.schedule == "cosine":
        return None
    reason = "It learns well, but its steps stay as large as they were."
    return NextChange(reason, "a learning rate that falls to 0", {"recipe.schedule": "cosine"})


def _more_variety(run: _Figures) -> NextChange | None:
    reason = f"Nothing is wrong with it: {format_percent(run.on_new)} of new images."
    return _augmented(run, reason)


def _augmented(run: _Figures, reason: str) -> NextChange | None:
    augmentation = run.experiment.recipe.augmentation
    if any(getattr(augmentation, name) for name in AUGMENTATION):
        return _larger(run, reason)
    change = {f"recipe.augmentation.{name}": value for name, value in AUGMENTATION.items()}
    return NextChange(reason, "images that change a little each time", change)


def _larger(run: _Figures, reason: str) -> NextChange | None:
    blocks, most = run.experiment.network.blocks, OPTIONS["network.blocks.0.filters"].limits[1]
    if not blocks:
        return NextChange(reason, "a convolution block", {"network.blocks": "1"})
    change = {
        f"network.blocks.{i}.filters": str(min(most, 2 * block.filters))
        for i, block in enumerate(blocks)
    }
    if all(block.filters == most for block in blocks):
        return None
    return NextChange(reason, "twice as many filters", change)


def _more_images(run: _Figures, reason: str) -> NextChange:
    recipe = run.experiment.recipe
    seen = recipe.train_images * recipe.epochs
    epochs = max(2, math.ceil(seen / MNIST_IMAGES))
    change = {"recipe.train_images": str(MNIST_IMAGES), "recipe.epochs": str(epochs)}
    return NextChange(reason, f"all {MNIST_IMAGES:,} training images", change)


def _slower(run: _Figures, reason: str, times: int) -> NextChange:
    return _with_rate(run, reason, smaller_rate(run.experiment.recipe, times))


def _usual_rate(run: _Figures, reason: str) -> NextChange:
    return _with_rate(run, reason, USUAL_RATES[run.experiment.recipe.optimizer])


def _with_rate(run: _Figures, reason: str, rate: float) -> NextChange:
    low = OPTIONS["recipe.learning_rate"].limits[0]
    rate = float(f"{max(low, rate):.2g}")
    return NextChange(reason, f"a learning rate of {rate:g}", {"recipe.learning_rate": f"{rate:g}"})


def _in_all_blocks(run: _Figures, name: str, value: str) -> dict[str, str]:
    count = len(run.experiment.network.blocks)
    return {f"network.blocks.{i}.{name}": value for i in range(count)}
