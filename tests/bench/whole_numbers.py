"""How many numbers are read right as a whole, and how long it takes; a table in a README.

    python tests/bench/whole_numbers.py DRAWINGS.jsonl [NUMBERS] [MODEL]
    python tests/bench/whole_numbers.py --table

The first writes whole_numbers.json, and both write the table of it into mnist_core/README.md.
Each number is composed of drawings of one writer (strokes/numbers.py): two to six digits, or two
rows of as many. *parted by hand*: each digit drawn alone and read, the most that any parting can
give with this model. *empty columns*: the picture cut wherever a column is empty.

(Called numbers.py it would take the place of Python's own module for every script beside it.)
"""

import datetime
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core import reading
from mnist_core.evaluation.metrics import wilson_interval
from mnist_core.prediction import Classifier
from mnist_core.preprocess import to_mnist
from mnist_core.reading import rows as row_module
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import numbers, rendering
from mnist_core.strokes.rasterize import rasterize
from tests.bench import report

RESULTS = Path(__file__).with_name("whole_numbers.json")
DOCUMENT = ROOT / "mnist_core" / "README.md"
BEGIN, END = "<!-- numbers: made by tests/bench/whole_numbers.py -->", "<!-- end of numbers -->"
MIN_DRAWINGS = 6  # of a writer, so that a number repeats none
SEED = 7
KINDS = {
    "wide": {"gaps": numbers.GAPS["wide"]},
    "near": {"gaps": numbers.GAPS["near"]},
    "touching": {"gaps": numbers.GAPS["touching"]},
    "two rows, near": {"gaps": numbers.GAPS["near"], "rows": 2},
}
WAYS = {
    "picture": lambda number, classifier: reading.read(number.picture(), classifier).text,
    "strokes": lambda number, classifier: (
        reading.read_strokes(number.strokes, number.pen_width, classifier).text
    ),
    "parted by hand": lambda number, classifier: _parted_by_hand(number, classifier),
    "empty columns": lambda number, classifier: _by_empty_columns(number, classifier),
}
GOALS = {"wide": (98, 99), "near": (96, 97), "touching": (90, 91), "two rows, near": (95, 96)}


def _texts(images, classifier) -> str:
    return "".join(map(str, classifier.probabilities(np.stack(images)).argmax(axis=1)))


def _parted_by_hand(number, classifier) -> str:
    images = [
        to_mnist(rasterize(digit, number.canvas, number.pen_width)) for digit in number.digits
    ]
    read = iter(_texts(images, classifier))
    return "".join(one if one == "\n" else next(read) for one in number.text)


def _by_empty_columns(number, classifier) -> str:
    picture = number.picture()
    columns = row_module.bands(picture.any(axis=0))
    images = [to_mnist(np.pad(picture[:, first:end], 1)) for first, end in columns]
    return _texts(images, classifier)


def measure(path: str, count: int, classifier: Classifier) -> dict:
    """All figures on the drawings of a file."""
    drawings = stroke_files.read_drawings(path)
    writers = [one for one in numbers.drawings_of_writers(drawings) if len(one) >= MIN_DRAWINGS]
    right = {kind: dict.fromkeys(WAYS, 0) for kind in KINDS}
    seconds = {"picture": [], "strokes": []}
    for kind, options in KINDS.items():
        for i in range(count):
            rng = np.random.default_rng([SEED, i])
            number = numbers.random_number(writers[i % len(writers)], rng, **options)
            for way, read in WAYS.items():
                start = time.perf_counter()
                right[kind][way] += read(number, classifier) == number.text
                if way in seconds and len(number.text) == 6:
                    seconds[way].append(time.perf_counter() - start)
        print(kind, right[kind], flush=True)
    milliseconds = {way: round(1000 * statistics.median(some), 1) for way, some in seconds.items()}
    return {
        "date": str(datetime.date.today()),
        "numbers": count,
        "right": right,
        "milliseconds": milliseconds,
        "single": measure_single(drawings, classifier),
    }


def measure_single(drawings, classifier: Classifier) -> dict:
    """How many single drawings stay one digit, and how many are read right, by each way."""
    stays, right = (
        dict.fromkeys(("picture", "strokes"), 0),
        dict.fromkeys(("picture", "strokes", "classifier"), 0),
    )
    for i, drawing in enumerate(drawings):
        picture = rendering.render_random(drawing.strokes, np.random.default_rng([0, i]))
        scale = 100 / max(np.ptp(np.concatenate(drawing.strokes), axis=0).max(), 1e-9)
        strokes = [stroke * scale for stroke in drawing.strokes]
        read = {
            "picture": reading.read(picture, classifier).text,
            "strokes": reading.read_strokes(strokes, 10.0, classifier).text,
        }
        for way, text in read.items():
            stays[way] += len(text) == 1
            right[way] += text == str(drawing.label)
        right["classifier"] += _texts([to_mnist(picture)], classifier) == str(drawing.label)
    return {"drawings": len(drawings), "stays": stays, "right": right}


def table(results: dict) -> str:
    """The results as Markdown."""
    lines = [f"| gaps | {' | '.join(WAYS)} | goal: picture, strokes |", "|---" * 6 + "|"]
    for kind, right in results["right"].items():
        cells = []
        for way in WAYS:
            low, high = wilson_interval(right[way], results["numbers"])
            share = 100 * right[way] / results["numbers"]
            cells.append(f"{share:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        goal = " and ".join(f"{one} %" for one in GOALS[kind])
        lines.append(f"| {kind} | {' | '.join(cells)} | {goal} |")
    return "\n".join(lines)


def main(first: str, count: str = "600", model: str = "reader") -> None:
    if first != "--table":
        results = measure(first, int(count), Classifier.load(model))
        print(json.dumps(results, indent=1))
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    results = json.loads(RESULTS.read_text())
    for way, milliseconds in results["milliseconds"].items():
        report.figure(f"six digits, as {way}", milliseconds, "ms", "at most 30")
    report.write_table(DOCUMENT, BEGIN, END, table(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
