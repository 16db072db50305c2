"""Whether the change that a run's curves suggest makes it better: trained before and after.

Writes what the first trainings did into tests/training/real_histories.json, which the tests of
`training.next_change` read.

python -m tests.bench.next_change quick one-conv-128 no-bend too-fast by-heart
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import real_histories

from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.runs.history import History
from mnist_core.training import next_change, train

FIGURES = ("epoch", "step", "loss", "accuracy", "val_loss", "val_accuracy")
MOST_STEPS = 60  # points of the curve by step


def history_of(experiment) -> dict:
    """What training it did: the start, the points of its curve by step, its epochs, its test."""
    events = []
    train(experiment, loading.load(experiment.data), on_event=events.append)
    curves = History(MOST_STEPS).add(events).curves()
    epochs = [event for event in events if event["kind"] == "epoch"]
    (test,) = [event for event in events if event["kind"] == "test"]
    return {
        "steps": [[round(value, 4) for value in column] for column in curves.steps],
        "epochs": [{k: round(e[k], 5) for k in FIGURES if k in e} for e in epochs],
        "test": {k: test[k] for k in ("loss", "accuracy", "images", "constant_layer") if k in test},
        "total_steps": curves.total_steps,
        "steps_per_epoch": curves.steps_per_epoch,
    }


def main(names: list[str]) -> None:
    """A line for each of these presets."""
    for name in names:
        known, asked = real_histories.read(), PRESETS[name]
        known[name] = history_of(asked)
        text = json.dumps(known, separators=(",", ":")).replace('"steps":', '\n"steps":')
        real_histories.KEPT.write_text(f"{text}\n")
        test = known[name]["test"]
        change = next_change.suggest(asked, real_histories.curves_of(known[name]), test)
        after = history_of(asked.with_values(change.values))["test"]["accuracy"]
        print(
            f"{name}: {test['accuracy']:.4f} -> {after:.4f}: {change.label}. {change.reason}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
