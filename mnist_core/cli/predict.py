"""The commands `predict` and `read`, which read pictures: of a digit, of several."""

from collections.abc import Callable

import numpy as np

from mnist_core import reading
from mnist_core.cli import output
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.preprocess import canvas_ink, image_files, mnist_rule
from mnist_core.preprocess.dot import is_dot


def predict(options, emit) -> int:
    """A line per picture: file, digit, probabilities, whether it is sure.

    A bad picture doesn't stop the others.
    """

    def row(path, classifier):
        image = mnist_rule.to_mnist(canvas_ink.canvas_from_file(path))
        probabilities = classifier.probabilities(image[None])[0]
        digit = int(np.argmax(probabilities))
        not_sure = _not_sure(probabilities) or is_dot(image)
        text = f"{digit}  {' '.join(f'{p:.3f}' for p in probabilities)}"
        facts = {"digit": digit, "probabilities": probabilities.tolist(), "not_sure": not_sure}
        return text + "  not sure" * not_sure, facts

    return _each_picture(options, emit, row)


def read(options, emit) -> int:
    """A line per picture: file, text, digits with box and probabilities; rows parted by a space.

    A bad picture doesn't stop the others.
    """

    def row(path, classifier):
        found = reading.read(image_files.open_picture(path), classifier)
        digits = [
            {
                "digit": one.digit,
                "box": list(one.box),
                "probabilities": one.probabilities.tolist(),
                "not_sure": _not_sure(one.probabilities),
            }
            for one in found.digits
        ]
        doubtful = [str(n) for n, digit in enumerate(digits, start=1) if digit["not_sure"]]
        text = " ".join(found.text.split("\n")) or "no digit"
        if doubtful:
            text += f"  not sure of digit {', '.join(doubtful)}"
        return text, {"text": found.text, "digits": digits}

    return _each_picture(options, emit, row)


def _not_sure(probabilities) -> bool:
    """Whether the page would say so; NaN is sure of nothing."""
    return not probabilities.max() >= NOT_SURE_BELOW


def _each_picture(options, emit, row: Callable[..., tuple[str, dict]]) -> int:
    """Emit what `row(path, classifier)` says of each picture; 2 if one can't be read."""
    classifier, status = Classifier.load(options.model), 0
    for path in options.pictures:
        try:
            text, facts = row(path, classifier)
        except (ValueError, OSError) as error:
            message = str(error) if str(path) in str(error) else f"{path}: {error}"
            output.emit_error(message)
            status = 2
            continue
        emit(f"{path}: {text}", file=str(path), **facts)
    return status
