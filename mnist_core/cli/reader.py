"""The commands that train what ships: `reader` reads a digit, `segmenter` parts several."""

import dataclasses

from mnist_core.evaluation.metrics import format_accuracy


def train_reader(options, emit) -> None:
    """Train the reader; a line per epoch, then its test results."""
    from mnist_core.pretrained import pipeline
    from mnist_core.pretrained.recipe import RECIPE

    precision = "bfloat16" if options.bfloat16 else None
    changes = {"seed": options.seed, "epochs": options.epochs, "precision": precision}
    changes = {name: value for name, value in changes.items() if value is not None}
    recipe = dataclasses.replace(RECIPE, **changes)

    def on_epoch(figures):
        loss, accuracy = figures["loss"], figures["accuracy"]
        text = f"Epoch {figures['epoch']}: loss {loss:.4f}, accuracy {accuracy:.4f}"
        emit(f"{text} ({figures['seconds']:.0f} s)", kind="epoch", **figures)

    card = pipeline.train_reader(
        options.strokes, options.choose_by, options.out, recipe, on_epoch=on_epoch
    )
    for name, figures in card["about"]["figures"].items():
        accuracy = format_accuracy(figures["accuracy"], figures["interval"])
        emit(f"{name}: {accuracy} of {figures['images']}", kind="figures", set=name, **figures)


def train_segmenter(options, emit) -> None:
    """Train the segmenter; a line per round. The file is there from the first one on."""
    from mnist_core.pretrained import segmenter_training
    from mnist_core.pretrained.segmenter_training import SegmenterRecipe

    changes = {"seed": options.seed, "rounds": options.rounds}
    changes = {name: value for name, value in changes.items() if value is not None}

    def on_round(figures):
        text = f"Round {figures['round']}: loss {figures['loss']:.4f}"
        emit(f"{text} ({figures['seconds']:.0f} s)", kind="round", **figures)

    segmenter_training.train_segmenter(
        options.strokes, options.out, SegmenterRecipe(**changes), on_round
    )
