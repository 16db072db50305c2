"""Which drawings Draw takes for a number: single digits, what is no digit, numbers; and the time.

    python tests/bench/number_gate.py DRAWINGS.jsonl [NUMBERS]

Drawings and numbers of a stroke file's writers are put on the canvas as the pen's paths, in four
widths of the pen; single digits also as a picture, and MNIST's test images as Draw puts them there.
The processor's time of a single digit is measured in turns with and without the question.
"""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from mnist_core.data import load
from mnist_core.prediction import Classifier
from mnist_core.preprocess import canvas_ink, mnist_rule
from mnist_core.strokes import files, non_digits, numbers
from mnist_core.strokes.rasterize import place, transform
from pages.ui.draw import number
from pages.ui.state.session import CanvasState
from pages.ui.widgets import canvas
from tests.bench import report

PENS = (canvas.PEN_WIDTH, canvas.PEN_WIDTH, 15, 50)  # pixels of the canvas, in turns
NUMBER_PENS = (canvas.PEN_WIDTH, canvas.PEN_WIDTH, 15, 20)
FILLED = (0.92, 0.8)  # of the canvas' width and height, by a number
MNIST_IMAGES = 1500
NON_DIGITS = 300


def _paths(strokes, width) -> list[dict]:
    return [
        {"path": [["M", *s[0]], *(["L", *point] for point in s[1:])], "strokeWidth": width}
        for s in strokes
    ]


def _single(drawing, i) -> list[dict]:
    """A drawing at a random size in the middle of the canvas."""
    size = np.random.default_rng([9, i]).uniform(0.35, 0.85)
    pen = PENS[i % len(PENS)]
    return _paths(place(drawing.strokes, canvas.SIDE, min(size, 0.95 - pen / canvas.SIDE)), pen)


def _find(**state):
    state = CanvasState(**state)
    picture = canvas.picture(state)
    return number.find(state, picture, mnist_rule.to_mnist(picture))


def measure_singles(drawings) -> None:
    """Single digits that are taken for a number, and the time that the question takes."""
    paths = [_single(drawing, i) for i, drawing in enumerate(drawings)]
    count = len(drawings)
    by_pen = sum(_find(paths=one) is not None for one in paths)
    report.figure(f"of {count} single digits, numbers", by_pen, "drawings", "0")
    by_picture = sum(_find(backdrop=canvas.render_paths(one)) is not None for one in paths)
    report.figure(f"of {count} single digits as pictures, numbers", by_picture, "drawings", "0")
    images = load("mnist").test.images[:MNIST_IMAGES]
    taken = sum(_find(backdrop=canvas_ink.on_canvas(image)) is not None for image in images)
    report.figure(f"of {len(images)} MNIST images, numbers", taken, "images")
    _measure_time(paths)


def _measure_time(paths) -> None:
    reader = Classifier.load("reader")
    seconds = {False: [], True: []}
    for one in paths:
        state = CanvasState(paths=one)
        picture = canvas.picture(state)
        for asked in (False, True):
            start = time.process_time()
            image = mnist_rule.to_mnist(picture)
            if asked:
                number.find(state, picture, image)
            reader.probabilities(image[None])
            seconds[asked].append(time.process_time() - start)
    more = 1000 * (np.array(seconds[True]) - np.array(seconds[False]))
    report.figure("a single digit's processor time more, median", np.median(more), "ms", "10")
    report.figure("the same, 99 % of digits", np.percentile(more, 99), "ms", "10")


def measure_numbers(drawings, count: int) -> None:
    """Numbers that are taken for one, and that are read right."""
    writers = [one for one in numbers.drawings_of_writers(drawings) if len(one) >= 6]
    for wide, lengths in ((False, (2, 3)), (True, (2, 6))):
        for gaps in numbers.GAPS:
            found, right = 0, 0
            for i in range(count):
                composed = numbers.random_number(
                    writers[i % len(writers)], np.random.default_rng([11, i]), lengths,
                    gaps=numbers.GAPS[gaps],
                )  # fmt: skip
                reading = _find(paths=_number_paths(composed, i, wide), wide=wide)
                found += reading is not None
                right += reading is not None and reading.text == composed.text
            name = f"{gaps}, {'wide' if wide else 'square'} canvas: of {count} numbers"
            report.figure(f"{name}, found", found, "numbers")
            report.figure(f"{name}, right", right, "numbers")


def _number_paths(composed, i, wide) -> list[dict]:
    """A number that fills its canvas' width or height."""
    pen, side = NUMBER_PENS[i % len(NUMBER_PENS)], np.array([1 + wide, 1]) * canvas.SIDE
    points = np.concatenate(composed.strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = ((side * FILLED - pen) / extent).min()
    shift = (side - extent * scale) / 2 - low * scale
    return _paths(transform(composed.strokes, np.eye(2) * scale, shift), pen)


def measure_non_digits() -> None:
    """Letters, signs and scribbles that are taken for a number."""
    taken = 0
    for i in range(NON_DIGITS):
        rng = np.random.default_rng([10, i])
        strokes = place(non_digits.random_non_digit(rng), canvas.SIDE, rng.uniform(0.35, 0.8))
        taken += _find(paths=_paths(strokes, canvas.PEN_WIDTH)) is not None
    report.figure(f"of {NON_DIGITS} letters, signs and scribbles, numbers", taken, "drawings")


def main(path: str, count: str = "120") -> None:
    drawings = files.read_drawings(path)
    measure_singles(drawings)
    measure_non_digits()
    measure_numbers(drawings, int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
