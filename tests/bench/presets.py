"""Train the presets on MNIST with three seeds each, and write the README's results table.

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

from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.presets import ABOUT, PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import scheduler

RESULTS = Path(__file__).with_name("presets.json")
SEEDS = (0, 1, 2)
BEGIN, END = "<!-- results: made by tests/bench/presets.py -->", "<!-- end of results -->"


def train(names) -> None:
    """Queue what is missing and wait for it."""
    for seed in SEEDS:
        for name in names:
            label = f"{name} seed {seed}"
            if label not in {run.name for run in run_store.all_runs()}:
                changed = PRESETS[name].with_values({"recipe.seed": str(seed)})
                scheduler.start(changed, label)
    waiting = [f"{name} seed {seed}" for seed in SEEDS for name in names]
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
    """Every preset's figures, a list with one entry per seed, for those that have run."""
    there = {run.name for run in run_store.all_runs() if run.state == "finished"}
    labels = {name: [f"{name} seed {seed}" for seed in SEEDS] for name in PRESETS}
    return {n: [_figures(x) for x in ls] for n, ls in labels.items() if set(ls) <= there}


def table(results: dict) -> str:
    """The results as Markdown: published, ours (median and range), seconds, parameters."""
    head = "| preset | published | ours: test accuracy | training | seconds | parameters |"
    rows = [head, "|---|---|---|---|---|---|"]
    for name, found in results.items():
        test = [100 * f["test_accuracy"] for f in found]
        spread = f"**{statistics.median(test):.2f} %** ({min(test):.2f} to {max(test):.2f})"
        if ABOUT[name].published.endswith("training"):
            spread += f"; validation {_median(found, 'val_accuracy')}"
        fastest = min(f["fastest_epoch"] for f in found)
        seconds = fastest * statistics.median(f["epochs"] for f in found)
        parameters = summary.parameter_count(PRESETS[name].network)
        published = ABOUT[name].published or "none"
        rows.append(
            f"| {name} | {published} | {spread} | {_median(found, 'accuracy')} | {seconds:.0f} |"
            f" {parameters:,} |"
        )
    return "\n".join(rows)


def _median(found, figure) -> str:
    return f"{100 * statistics.median(f[figure] for f in found):.2f} %"


def write(readme: Path, results: dict) -> None:
    """Put the table between its two marks in the README."""
    text = readme.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}")


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train(sys.argv[2:] or list(PRESETS))
    else:
        RESULTS.write_text(json.dumps(collect(), indent=1) + "\n")
        write(ROOT / "README.md", json.loads(RESULTS.read_text()))
