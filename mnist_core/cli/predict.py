"""The command `predict`, which reads pictures of digits."""

from mnist_core.cli import output
from mnist_core.preprocess import image_files, mnist_rule


def predict(options, emit) -> int:
    """A line per picture: file, digit, probabilities. A bad picture doesn't stop the others."""
    import numpy as np

    from mnist_core.prediction import Classifier

    classifier, status = Classifier.load(options.model), 0
    for path in options.pictures:
        try:
            image = mnist_rule.to_mnist(image_files.open_picture(path))
        except (ValueError, OSError) as error:
            message = str(error) if str(path) in str(error) else f"{path}: {error}"
            output.emit_error(message)
            status = 2
            continue
        probabilities = classifier.probabilities(image[None])[0]
        digit = int(np.argmax(probabilities))
        row = {"file": str(path), "digit": digit, "probabilities": probabilities.tolist()}
        emit(f"{path}: {digit}  {' '.join(f'{p:.3f}' for p in probabilities)}", **row)
    return status
