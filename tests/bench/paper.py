"""What is read of digits on paper: photos and scans made from drawings, at five strengths.

    python tests/bench/paper.py measure DRAWINGS.jsonl [NAME [COUNT]]   -> paper.json, by this name
    python tests/bench/paper.py built-in [COUNT]                      the built-in writers', printed
    python tests/bench/paper.py table                                   paper.json -> README.md

The pictures are made (tests/support/paper.py) and named synthetic: no real photo is among them.
Every drawing is also read from a clean canvas, which is the most that a photo of it can give.
"mixed" is what a photo is likely to show: three kinds at once, drawn by chance.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import paper

from mnist_core.data import synthesis, writers
from mnist_core.data.glyphs import forms_of
from mnist_core.prediction import Classifier
from mnist_core.preprocess import to_mnist
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import rendering
from tests.bench import report

BEGIN, END = "<!-- paper: made by tests/bench/paper.py -->", "<!-- end of paper -->"
RESULTS = Path(__file__).with_name("paper.json")
COUNT = 200  # drawings a kind and strength
MIXED = 3
EXCLUSIVE = [{"lines", "squares"}, {"pencil", "felt", "chalk"}]
SINGLE = [kind for kind in paper.KINDS if kind != "pen"]
ROWS = [*SINGLE, "mixed", "together"]


def built_in_drawings(count: int) -> list[stroke_files.Drawing]:
    """Digits by the built-in pen model, each by another writer."""
    rng = np.random.default_rng(0)
    drawings = []
    for i in range(count):
        digit = i % 10
        author = writers.writer(1000 + i, 0)
        trace = synthesis.write_digit(digit, int(rng.integers(len(forms_of(digit)))), author, rng)
        drawings.append(stroke_files.Drawing(digit, str(i), trace.strokes))
    return drawings


def kinds_of(row: str, rng) -> tuple[str, ...]:
    """What happens to one picture of a row of the table."""
    if row == "together":
        return paper.TOGETHER
    if row != "mixed":
        return (row,)
    while True:
        kinds = tuple(rng.choice(SINGLE, MIXED, replace=False))
        if all(len(group & set(kinds)) < 2 for group in EXCLUSIVE):
            return kinds


def image_of(picture) -> np.ndarray | None:
    """uint8 (28, 28), or None where it is refused."""
    try:
        return to_mnist(picture)
    except ValueError:
        return None


def share_read(classifier, labels, images) -> float:
    """The share of digits read right; a picture that is refused is not."""
    kept = [i for i, image in enumerate(images) if image is not None]
    probabilities = classifier.probabilities(
        np.array([images[i] for i in kept], np.uint8).reshape(-1, 28, 28)
    )
    return float((probabilities.argmax(axis=1) == labels[kept]).sum() / len(labels))


def measure(drawings, count: int) -> dict:
    """Row -> the share read right at each strength, and "clean" -> the share of clean drawings."""
    classifier = Classifier.load()
    results, seconds, pictures = {}, 0.0, 0
    for number, row in enumerate(["clean", *ROWS]):
        shares = []
        for strength in paper.STRENGTHS if row != "clean" else [0]:
            rng = np.random.default_rng([number, strength])
            chosen = [drawings[i] for i in rng.permutation(len(drawings))[:count]]
            images = []
            for drawing in chosen:
                if row == "clean":
                    picture = rendering.render_random(drawing.strokes, rng)
                else:
                    kinds = kinds_of(row, rng)
                    picture = paper.photograph(drawing.strokes, rng, kinds, strength)
                start = time.process_time()
                images.append(image_of(picture))
                seconds += time.process_time() - start
                pictures += 1
            labels = np.array([drawing.label for drawing in chosen])
            shares.append(share_read(classifier, labels, images))
        results[row] = shares
        print(f"{row:12} {'  '.join(f'{100 * share:5.1f}' for share in shares)}", flush=True)
    print(f"{1000 * seconds / pictures:.1f} ms of a processor a picture")
    return results


def table(results: dict) -> str:
    """The shares of all names, kind by kind, as Markdown."""
    names = list(results)
    results = {name: {"shares": dict(results[name]["shares"])} for name in names}
    lines = [f"| kind | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for name in names:
        shares = results[name]["shares"]
        shares["each kind alone, mean"] = np.mean(
            [shares[kind] for kind in SINGLE], axis=0
        ).tolist()
    for row in results[names[0]]["shares"]:
        cells = (" ".join(f"{100 * s:.1f}" for s in results[n]["shares"][row]) for n in names)
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(command: str, *arguments: str) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if command == "built-in":
        count = int(arguments[0]) if arguments else COUNT
        measure(built_in_drawings(2 * count), count)
    elif command == "measure":
        path, name, count = [*arguments, "now", COUNT][:3] if len(arguments) < 3 else arguments
        drawings = stroke_files.read_drawings(path)
        shares = measure(drawings, int(count))
        results[name] = {"drawings": Path(path).stem, "count": int(count), "shares": shares}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    if results:
        report.write_table(ROOT / "mnist_core" / "README.md", BEGIN, END, table(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
