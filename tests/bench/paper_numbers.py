"""What is read of numbers on paper: photos of two to four digits, made as for `paper.py`.

    python tests/bench/paper_numbers.py DRAWINGS.jsonl [COUNT [KIND ...]]
    python tests/bench/paper_numbers.py --table

The first measures these kinds, or all, and puts them into paper_numbers.json; both write its table
into mnist_core/README.md.

Each number is composed of one writer's drawings, with gaps that are wide or near, and is read right
only as a whole. The pictures are made (tests/support/paper.py) and named synthetic.
"""

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
import paper

from mnist_core import reading
from mnist_core.prediction import Classifier
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes import numbers
from tests.bench import paper as single
from tests.bench import report
from tests.bench.whole_numbers import MIN_DRAWINGS

BEGIN, END = "<!-- paper numbers: made by tests/bench/paper_numbers.py -->", "<!-- end of them -->"
RESULTS = Path(__file__).with_name("paper_numbers.json")
COUNT = "30"  # numbers a kind and strength
ROWS = ["clean", *single.ROWS]
LENGTHS = (2, 4)
GAPS = (0.08, 0.6)


def text_of(picture, classifier) -> str:
    """What is read; nothing of a picture that is refused."""
    try:
        return reading.read(picture, classifier).text
    except ValueError:
        return ""


def picture_of(writers, row: str, strength: int, rng) -> tuple[np.ndarray, str]:
    """A photo of a number, and the number."""
    number = numbers.random_number(writers[rng.integers(len(writers))], rng, LENGTHS, gaps=GAPS)
    if row == "clean":
        return number.picture(), number.text
    extent = np.ptp(np.concatenate(number.strokes), axis=0)
    heights = [np.ptp(np.concatenate(digit)[:, 1]) for digit in number.digits]
    kinds = single.kinds_of(row, rng)
    digit = float(np.mean(heights) / extent.max())
    return paper.photograph(number.strokes, rng, kinds, strength, digit), number.text


def measure(path: str, count: int, rows) -> dict:
    """Kind -> how many numbers a strength, and the share of them read right at each strength."""
    classifier, results = Classifier.load(), {}
    drawings = stroke_files.read_drawings(path)
    writers = [one for one in numbers.drawings_of_writers(drawings) if len(one) >= MIN_DRAWINGS]
    for row in rows:
        shares = []
        for strength in paper.STRENGTHS if row != "clean" else [0]:
            right = 0
            for i in range(count):
                rng = np.random.default_rng([ROWS.index(row), strength, i])
                picture, text = picture_of(writers, row, strength, rng)
                right += text_of(picture, classifier) == text
            shares.append(right / count)
        results[row] = {"numbers": count, "shares": shares}
        print(f"{row:12} {'  '.join(f'{100 * share:5.1f}' for share in shares)}", flush=True)
    return results


def table(results: dict) -> str:
    """The shares, kind by kind, as Markdown."""
    lines = ["| kind | whole numbers right, % | numbers a strength |", "|---|---|---|"]
    for row in filter(results.__contains__, ROWS):
        shares = " ".join(f"{100 * share:.1f}" for share in results[row]["shares"])
        lines.append(f"| {row} | {shares} | {results[row]['numbers']} |")
    return "\n".join(lines)


def main(first: str, count: str = COUNT, *rows: str) -> None:
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if first != "--table":
        results |= measure(first, int(count), rows or ROWS)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    report.write_table(ROOT / "mnist_core" / "README.md", BEGIN, END, table(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
