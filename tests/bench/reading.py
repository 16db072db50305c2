"""What each of three networks reads, and the README's table of it.

    python tests/bench/reading.py measure DRAWINGS.jsonl ...   -> reading.json -> README.md
    python tests/bench/reading.py speed                        digits a second of the pen model

The reader; the classic: LeNet on MNIST; and the same LeNet trained on the built-in digits alone,
which has never seen a digit that a person wrote. That one is trained here if there is no run of its
name yet (in MNIST_CORE_HOME).
"""

import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core.data import loading, synthesis
from mnist_core.evaluation import labelled_sets, metrics
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from mnist_core.strokes import files as stroke_files
from tests.bench import report

RESULTS = Path(__file__).with_name("reading.json")
BEGIN, END = "<!-- reading: made by tests/bench/reading.py -->", "<!-- end of reading -->"
SYNTHETIC_ONLY = "lenet on built-in"
NAMES = {
    "reader": "**the reader**: MNIST and 219 people's pens",
    "classic": "the classic: LeNet, MNIST alone",
    SYNTHETIC_ONLY: "LeNet, the built-in digits alone",
}
COLUMNS = {"mnist": "MNIST's test set", "built-in": "the built-in test set"}
SPEED_COUNT = 20_000  # digits


def train() -> None:
    """LeNet by its own recipe on the built-in digits, unless that has been done."""
    if SYNTHETIC_ONLY not in {run.name for run in run_store.all_runs()}:
        scheduler.start(PRESETS["lenet"].with_values({"data": "built-in"}), SYNTHETIC_ONLY)
    while run_store.get(SYNTHETIC_ONLY).state not in ENDED:
        time.sleep(1)
        scheduler.advance()


def measure(files) -> dict:
    """Model -> its parameters, and set -> its metrics."""
    sets = {name: loading.load(name).test for name in COLUMNS}
    for file in files:
        sets[Path(file).stem] = labelled_sets.render_drawings(
            stroke_files.read_drawings(file), seed=0
        )
    return {
        name: {
            "parameters": model_store.card(name)["parameters"],
            "sets": {
                key: metrics.evaluate(Classifier.load(name), digits)._asdict()
                for key, digits in sets.items()
            },
        }
        for name in NAMES
    }


def table(results: dict) -> str:
    """The results as Markdown."""
    keys = list(results["reader"]["sets"])
    counts = [results["reader"]["sets"][key]["images"] for key in keys]
    titles = [COLUMNS.get(key, f"`{key}`") for key in keys]
    heads = [f"{title} ({count:,})" for title, count in zip(titles, counts, strict=True)]
    rows = [f"| network | {' | '.join(heads)} | parameters |", "|---" * (len(keys) + 2) + "|"]
    for name, result in results.items():
        cells = [_cell(result["sets"][key]) for key in keys]
        rows.append(f"| {NAMES[name]} | {' | '.join(cells)} | {result['parameters']:,} |")
    return "\n".join(rows)


def _cell(result) -> str:
    low, high = result["interval"]
    return f"{100 * result['accuracy']:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def speed() -> None:
    """Digits a second, on all processors, the first call (which starts processes) left out."""
    synthesis.synthesize(SPEED_COUNT // 10)
    speeds = []
    for seed in range(1, 4):
        start = time.perf_counter()
        synthesis.synthesize(SPEED_COUNT, seed)
        speeds.append(SPEED_COUNT / (time.perf_counter() - start))
    print(f"{statistics.median(speeds):.0f} digits/s ({min(speeds):.0f} to {max(speeds):.0f})")


if __name__ == "__main__":
    if sys.argv[1] == "speed":
        speed()
    else:
        train()
        RESULTS.write_text(json.dumps(measure(sys.argv[2:]), indent=1) + "\n")
        report.write_table(ROOT / "README.md", BEGIN, END, table(json.loads(RESULTS.read_text())))
