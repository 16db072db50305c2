"""How soon a preset is good: accuracy and seconds of five seeds, for the README.

    MNIST_PATH=... python tests/bench/records.py measure [PRESET ...]
    python tests/bench/records.py table   records.json -> README.md

Each training is in a process of its own, as a run is: TensorFlow is there, as in a process that
the app holds ready, and nothing else. The seconds are from the call to the test's accuracy; they
hold building, compiling, training and the test.
"""

import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.system import machine
from mnist_core.training import loop
from tests.bench import report

RESULTS = Path(__file__).with_name("records.json")
BEGIN, END = "<!-- records: made by tests/bench/records.py -->", "<!-- end of records -->"
NAMES, SEEDS = ("quick", "quick-99.5"), range(5)


def train(name, seed) -> dict:
    """One training, in this process."""
    import keras  # noqa: F401 -- a process that is held ready has it

    dataset = loading.load("mnist")
    experiment = PRESETS[name].with_values({"recipe.seed": seed})
    began = time.process_time()
    result = loop.train(experiment, dataset)
    return {
        "accuracy": round(100 * result.test_accuracy, 2),
        "seconds": round(result.seconds, 1),
        "processor_seconds": round(time.process_time() - began, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def measure(names) -> dict:
    """Every training, one after the other; what the file holds of other presets stays."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results |= {"date": datetime.date.today().isoformat(), "cores": machine.cpu_count()}
    for name in names:
        results[name] = []
        for seed in SEEDS:
            command = [sys.executable, __file__, "train", name, str(seed)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            results[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(name, seed, results[name][-1], flush=True)
    return results


def table(results: dict) -> str:
    """The results as Markdown: of each figure the median, lowest and highest."""
    rows = [
        "| preset | test accuracy | seconds | processor seconds | load |",
        "|---|---|---|---|---|",
    ]
    for name in NAMES:
        accuracy, *others = (
            [run[key] for run in results[name]]
            for key in ("accuracy", "seconds", "processor_seconds", "load")
        )
        cells = [f"**{statistics.median(accuracy):.2f} %** ({min(accuracy)} to {max(accuracy)})"]
        cells += [f"{statistics.median(v):.1f} ({min(v)} to {max(v)})" for v in others]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    if sys.argv[1] == "train":
        print(json.dumps(train(*sys.argv[2:])))
    else:
        if sys.argv[1] == "measure":
            RESULTS.write_text(json.dumps(measure(sys.argv[2:] or NAMES), indent=1) + "\n")
        report.write_table(ROOT / "README.md", BEGIN, END, table(json.loads(RESULTS.read_text())))
