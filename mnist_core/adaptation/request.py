"""What a run that learns a hand is asked: drawings, in its folder until it ends and no longer."""

import json
from collections.abc import Iterable

from mnist_core.runs.run import Run
from mnist_core.strokes import files
from mnist_core.strokes.files import Drawing

NAME = "drawings.jsonl"


def encode(drawings: Iterable[Drawing]) -> str:
    """Drawings as the lines of a stroke file, without their writers' names."""
    plain = (
        {"label": files.plain_label(one), "strokes": [stroke.tolist() for stroke in one.strokes]}
        for one in drawings
    )
    return "".join(f"{json.dumps(one)}\n" for one in plain)


def has_drawings(run: Run) -> bool:
    """Whether this run learns from drawings and has not ended yet."""
    return (run.folder / NAME).exists()


def read(run: Run) -> list[Drawing]:
    """What is to be learned from.

    Raises:
        ValueError: the file is gone or damaged.
    """
    return files.read_drawings(run.folder / NAME, with_non_digits=True)


def remove(run: Run) -> None:
    """Have no drawing left in the run's folder."""
    (run.folder / NAME).unlink(missing_ok=True)
