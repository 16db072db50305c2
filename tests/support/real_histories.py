"""What trainings really did, kept by tests/bench/next_change.py; and the curves of it."""

import json
from pathlib import Path

from mnist_core.runs.history import Curve, Curves

KEPT = Path(__file__).parents[1] / "training" / "real_histories.json"


def read() -> dict[str, dict]:
    """By preset: its "steps", "epochs", "test", "total_steps", "steps_per_epoch"."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def curves_of(kept: dict) -> Curves:
    """The curves of one of them, or of a model's card, whose epochs are its "curves"."""
    epochs = kept["epochs"]
    with_validation = [epoch for epoch in epochs if "val_loss" in epoch]
    train, validation = (
        Curve(*([e[name] for e in known] for name in ("step", f"{of}loss", f"{of}accuracy")))
        for known, of in ((epochs, ""), (with_validation, "val_"))
    )
    steps = Curve(*kept.get("steps", ([], [], [])))
    per_epoch = kept.get("steps_per_epoch", epochs[0]["step"])
    return Curves(steps, train, validation, kept.get("total_steps", epochs[-1]["step"]), per_epoch)
