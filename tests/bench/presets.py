"""Train the presets on MNIST, three seeds in both precisions, for the README's results table.

    python tests/bench/presets.py train [PRESET ...]   queues the runs and follows them
    python tests/bench/presets.py table                 runs -> presets.json -> README.md

Runs that are there already are not trained again, so it can be stopped and started. The runs are
ordinary runs, in MNIST_CORE_HOME; the app shows them.
"""

import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core.config.choices import PRECISIONS
from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.presets import ABOUT, PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler
from tests.bench import report

RESULTS = Path(__file__).with_name("presets.json")
SEEDS = (0, 1, 2)
BEGIN, END = "<!-- results: made by tests/bench/presets.py -->", "<!-- end of results -->"


def labels(name: str, precision: str) -> list[str]:
    """The names of a preset's runs."""
    return [f"{name} {precision} seed {seed}" for seed in SEEDS]


def train(names) -> None:
    """Queue what is missing and wait for it."""
    waiting = []
    for precision in reversed(PRECISIONS):  # the short ones first
        for name in names:
            for seed, label in zip(SEEDS, labels(name, precision), strict=True):
                values = {"recipe.seed": str(seed), "recipe.precision": precision}
                if label not in {run.name for run in run_store.all_runs()}:
                    scheduler.start(PRESETS[name].with_values(values), label)
                waiting.append(label)
    while waiting:
        time.sleep(1)
        scheduler.advance()
        for label in [w for w in waiting if run_store.get(w).state in ENDED]:
            print(label, run_store.get(label).state, _figures(label), flush=True)
            waiting.remove(label)


def _figures(label) -> dict:
    card = model_store.card(label)
    last = card["curves"][-1]
    return {
        "test_accuracy": card["test"]["accuracy"],
        "test_loss": card["test"]["loss"],
        "accuracy": last["accuracy"],
        "val_accuracy": last.get("val_accuracy"),
        "epochs": len(card["curves"]),
        "fastest_epoch": round(min(epoch["seconds"] for epoch in card["curves"]), 2),
    }


def collect() -> dict:
    """Every preset's figures in each precision, one entry per seed: the runs', else the file's."""
    there = {run.name for run in run_store.all_runs() if run.state == "finished"}
    kept = json.loads(RESULTS.read_text())
    for name in PRESETS:
        for precision in PRECISIONS:
            runs = labels(name, precision)
            if set(runs) <= there:
                kept.setdefault(name, {})[precision] = [_figures(label) for label in runs]
    return {name: kept[name] for name in PRESETS if name in kept}


def table(results: dict) -> str:
    """The results as Markdown: published, ours (median and range), seconds, parameters."""
    head = (
        "| preset | published | ours: test accuracy | the other precision | training |"
        " seconds | parameters |"
    )
    rows = [head, "|---|---|---|---|---|---|---|"]
    for name, by_precision in results.items():
        own = PRESETS[name].recipe.precision
        found, *others = [by_precision[own], *(v for k, v in by_precision.items() if k != own)]
        others = ", ".join(map(_spread, others)) or "not measured"
        spread = _spread(found, "**")
        if ABOUT[name].published.endswith("training"):
            spread += f"; validation {_median(found, 'val_accuracy')}"
        fastest = min(f["fastest_epoch"] for f in found)
        seconds = fastest * statistics.median(f["epochs"] for f in found)
        parameters = summary.parameter_count(PRESETS[name].network)
        published = ABOUT[name].published or "none"
        rows.append(
            f"| {name} | {published} | {spread} | {others} |"
            f" {_median(found, 'accuracy')} | {seconds:.0f} | {parameters:,} |"
        )
    return "\n".join(rows)


def _spread(found, emphasis="") -> str:
    test = [100 * f["test_accuracy"] for f in found]
    median = f"{emphasis}{statistics.median(test):.2f} %{emphasis}"
    return f"{median} ({min(test):.2f} to {max(test):.2f})"


def _median(found, figure) -> str:
    return f"{100 * statistics.median(f[figure] for f in found):.2f} %"


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train(sys.argv[2:] or list(PRESETS))
    else:
        RESULTS.write_text(json.dumps(collect(), indent=1) + "\n")
        report.write_table(ROOT / "README.md", BEGIN, END, table(json.loads(RESULTS.read_text())))
