"""What learning a hand gains on that person's other drawings, what it costs, and how long it takes.

    python tests/bench/adaptation.py MODEL DRAWINGS.jsonl LEARNED [MOST]
    python tests/bench/adaptation.py --table

LEARNED: `three` or `one` of each digit, or `wrong`: of every second drawing those that the model
misreads. Each writer of the file who made five or more of each digit is somebody for whom the model
is adapted anew; it is tested on their other drawings (of `wrong`, on every other second one). MOST:
so many writers at most. The first form puts its row into adaptation.json; both write the table of
all rows into mnist_core/README.md. A refused adaptation counts as the model that there was.
"""

import collections
import datetime
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core import adaptation
from mnist_core.data import loading
from mnist_core.evaluation import labelled_sets
from mnist_core.prediction import Classifier
from mnist_core.strokes import files as stroke_files
from tests.bench import report

RESULTS = Path(__file__).with_name("adaptation.json")
DOCUMENT = ROOT / "mnist_core" / "README.md"
BEGIN, END = "<!-- hands: made by tests/bench/adaptation.py -->", "<!-- end of hands -->"
MIN_DRAWINGS = 5  # of each digit
EACH = {"three": 3, "one": 1}
WORDS = {"three": "three of each", "one": "one of each", "wrong": "those misread"}
GOALS = {"three": 0.85, "one": 0.5, "wrong": 0.5}
MAX_SECONDS, MAX_FALL = 8, 0.05
SEED = 11


def writers(path: str) -> list[list]:
    """The drawings of each writer with enough of each digit."""
    by_writer = collections.defaultdict(list)
    for drawing in stroke_files.read_drawings(path):
        by_writer[drawing.writer].append(drawing)
    return [
        drawings
        for drawings in by_writer.values()
        if all(sum(d.label == digit for d in drawings) >= MIN_DRAWINGS for digit in range(10))
    ]


def split(drawings: list, learned: str, classifier: Classifier) -> tuple[list, list]:
    """(to learn from, to test on): in an order that the seed decides."""
    order = np.random.default_rng(SEED).permutation(len(drawings))
    drawings = [drawings[i] for i in order]
    if learned == "wrong":
        pool = drawings[::2]
        images, labels = labelled_sets.render_drawings(pool, SEED)
        wrong = np.flatnonzero(classifier.probabilities(images).argmax(axis=1) != labels)
        return [pool[i] for i in wrong], drawings[1::2]
    counts, chosen, others = collections.Counter(), [], []
    for drawing in drawings:
        counts[drawing.label] += 1
        (chosen if counts[drawing.label] <= EACH[learned] else others).append(drawing)
    return chosen, others


def errors(classifier: Classifier, digits) -> int:
    read = classifier.probabilities(digits.images).argmax(axis=1)
    return int((read != digits.labels).sum())


def measure(model: str, path: str, learned: str, most: int) -> dict:
    """A row of the table."""
    old = Classifier.load(model)
    row = {"model": model, "file": Path(path).stem, "learned": learned, "writers": []}
    loading.load("mnist")
    for drawings in writers(path)[:most]:
        chosen, others = split(drawings, learned, old)
        if not chosen:  # none misread: there is nothing to learn
            continue
        digits = labelled_sets.render_drawings(others, SEED)
        began = time.process_time()
        made = adaptation.adapt(model, chosen)
        one = {
            "learned": len(chosen),
            "tested": len(others),
            "before": errors(old, digits),
            "after": errors(made.classifier, digits),
            "mnist": round(100 * (made.after.mnist - made.before.mnist), 2),
            "outcome": made.outcome,
            "seconds": round(made.learning_seconds, 1),
            "with_test": round(made.seconds, 1),
            "processor": round(time.process_time() - began, 1),
        }
        if made.outcome == "failed":
            one["mnist"] = 0.0  # the model is the one that there was
        print(one, flush=True)
        row["writers"].append(one)
    load = round(psutil.getloadavg()[2], 1)
    return row | {"date": str(datetime.date.today()), "load": load}


def key(row: dict) -> tuple:
    return row["model"], row["file"], row["learned"]


def summary(row: dict) -> dict:
    """The figures of a row over all its writers."""
    each = row["writers"]
    total = {name: sum(one[name] for one in each) for name in ("tested", "before", "after")}
    falls = [one["mnist"] for one in each]
    medians = {
        name: statistics.median(one[name] for one in each)
        for name in ("seconds", "with_test", "processor")
    }
    gain = 1 - total["after"] / total["before"] if total["before"] else 0.0
    return total | medians | {"gain": gain, "mean": statistics.mean(falls), "worst": min(falls)}


def table(results: dict) -> str:
    """All rows as Markdown."""
    lines = [
        "| model | writers of | learned | misread before | after | fewer by (goal) | MNIST, points:"
        " mean, worst | seconds | with MNIST's test | processor | load |",
        "|---" * 11 + "|",
    ]
    for row in results["rows"]:
        one = summary(row)
        goal = f"{100 * one['gain']:.0f} % ({100 * GOALS[row['learned']]:.0f} %)"
        counts = [f"{one[name]} of {one['tested']:,}" for name in ("before", "after")]
        cells = [row["model"], f"`{row['file']}`, {len(row['writers'])}", WORDS[row["learned"]]]
        cells += [*counts, goal, f"{one['mean']:+.2f}, {one['worst']:+.2f}"]
        cells += [f"{one[name]:.1f}" for name in ("seconds", "with_test", "processor")]
        lines.append(f"| {' | '.join([*cells, str(row['load'])])} |")
    return "\n".join(lines)


def main(model: str, path: str = "", learned: str = "three", most: str = "1000") -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"rows": []}
    if model != "--table":
        row = measure(model, path, learned, int(most))
        rows = {key(one): one for one in [*results["rows"], row]}
        results = {"date": row["date"], "rows": [rows[name] for name in sorted(rows)]}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        one = summary(row)
        report.figure("errors fewer by", one["gain"], "share", f"at least {GOALS[learned]}")
        report.figure("MNIST, the worst change", one["worst"], "points", f"at least -{MAX_FALL}")
        report.figure("seconds to learn", one["seconds"], "s", f"at most {MAX_SECONDS}")
    report.write_table(DOCUMENT, BEGIN, END, table(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
