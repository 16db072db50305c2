"""How much of a run goes into TensorBoard's event files: python tests/bench/event_files.py

Trains the preset `quick` for an epoch, and a tiny network in small batches, whose steps are as
short as steps get; of each run it takes the time spent in `TensorBoardWriter.write_event`.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core.config.schema import ConvBlock, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.runs.run import Run
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.training import loop

SHORT_STEPS = Experiment(
    Network(blocks=[ConvBlock(filters=1, pool_size=4)], dense=[]),
    Recipe(batch_size=8, epochs=3, train_images=20_000),
)


def share(experiment: Experiment, dataset) -> tuple[float, float]:
    """(seconds in the event files, seconds of the run)"""
    spent = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        TensorBoardWriter(Run(Path(folder)), experiment) as writer,
    ):

        def on_event(event):
            nonlocal spent
            began = time.perf_counter()
            writer.write_event(event)
            spent += time.perf_counter() - began

        began = time.perf_counter()
        loop.train(experiment, dataset, on_event)
        total = time.perf_counter() - began
    if writer.error:
        sys.exit(writer.error)
    return spent, total


if __name__ == "__main__":
    dataset = loading.load(loading.best_available())
    experiments = {
        "quick, one epoch": PRESETS["quick"].with_values({"recipe.epochs": "1"}),
        "the shortest steps": SHORT_STEPS,
    }
    for name, experiment in experiments.items():
        spent, total = share(experiment, dataset)
        print(f"{name}: {spent:.3f} s of {total:.1f} s, {spent / total:.2%}")
