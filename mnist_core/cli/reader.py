"""The command `reader`, which trains the model that ships."""

import dataclasses

from mnist_core.evaluation.metrics import format_accuracy


def train_reader(options, emit) -> None:
    """Train the reader; a line per epoch, then its test results."""
    from mnist_core.pretrained import pipeline
    from mnist_core.pretrained.recipe import RECIPE

    changes = {"seed": options.seed, "epochs": options.epochs}
    changes = {name: value for name, value in changes.items() if value is not None}
    recipe = dataclasses.replace(RECIPE, **changes)

    def on_epoch(figures):
        loss, accuracy = figures["loss"], figures["accuracy"]
        text = f"Epoch {figures['epoch']}: loss {loss:.4f}, accuracy {accuracy:.4f}"
        emit(f"{text} ({figures['seconds']:.0f} s)", kind="epoch", **figures)

    card = pipeline.train_reader(
        options.strokes,
        options.choose_by,
        options.out,
        recipe,
        dtype="bfloat16" if options.bfloat16 else "float32",
        on_epoch=on_epoch,
    )
    for name, figures in card["about"]["figures"].items():
        accuracy = format_accuracy(figures["accuracy"], figures["interval"])
        emit(f"{name}: {accuracy} of {figures['images']}", kind="figures", set=name, **figures)
