"""The command that reads pictures: predict."""

import sys

from mnist_core.preprocess import image_files, mnist_rule


def predict(options, say) -> int:
    """A line per picture: file, digit, probabilities. A bad picture doesn't stop the others."""
    import numpy as np

    from mnist_core.prediction import Classifier

    classifier, status = Classifier.load(options.model), 0
    for path in options.pictures:
        try:
            image = mnist_rule.to_mnist(image_files.open_picture(path))
        except (ValueError, OSError) as fault:
            message = str(fault) if str(path) in str(fault) else f"{path}: {fault}"
            print(f"mnist_core: {message}", file=sys.stderr)
            status = 2
            continue
        probabilities = classifier.probabilities(image[None])[0]
        digit = int(np.argmax(probabilities))
        shown = " ".join(f"{p:.3f}" for p in probabilities)
        facts = {"file": str(path), "digit": digit}
        say(f"{path}: {digit}  {shown}", **facts, probabilities=[float(p) for p in probabilities])
    return status
