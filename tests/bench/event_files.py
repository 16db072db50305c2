"""How much of a run goes into TensorBoard's event files: python tests/bench/event_files.py

Trains the preset `quick` for an epoch, and a tiny network in small batches, whose steps are as
short as steps get; of each run it takes the time spent in `EventFiles.take`.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core import data, training  # noqa: E402
from mnist_core.config import ConvBlock, Experiment, Network, Recipe  # noqa: E402
from mnist_core.event_files import EventFiles  # noqa: E402
from mnist_core.presets import PRESETS  # noqa: E402

SHORT_STEPS = Experiment(
    Network(blocks=[ConvBlock(filters=1, pool_size=4)], dense=[]),
    Recipe(batch_size=8, epochs=3, train_images=20_000),
)


def share(experiment: Experiment, dataset) -> tuple[float, float]:
    """(seconds in the event files, seconds of the run)"""
    spent = 0.0
    with tempfile.TemporaryDirectory() as folder, EventFiles(Path(folder), experiment) as files:

        def on_event(event):
            nonlocal spent
            began = time.perf_counter()
            files.take(event)
            spent += time.perf_counter() - began

        began = time.perf_counter()
        training.train(experiment, dataset, on_event)
        took = time.perf_counter() - began
    if files.fault:
        sys.exit(files.fault)
    return spent, took


if __name__ == "__main__":
    dataset = data.load(data.best_available())
    experiments = {
        "quick, one epoch": PRESETS["quick"].with_values({"recipe.epochs": "1"}),
        "the shortest steps": SHORT_STEPS,
    }
    for name, experiment in experiments.items():
        spent, took = share(experiment, dataset)
        print(f"{name}: {spent:.3f} s of {took:.1f} s, {spent / took:.2%}")
