"""How long one image takes: Classifier, model(x) and model.predict.

Run: python tests/bench/prediction.py [MODEL]
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.prediction import Classifier
from mnist_core.presets import PRESETS

CALLS = 200


def median_ms(call) -> float:
    """Milliseconds that half of CALLS calls stay below."""
    call()
    seconds = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def classifier_of(arguments) -> Classifier:
    """The model named on the command line, or an untrained lenet."""
    if arguments:
        return Classifier.load(arguments[0])
    from mnist_core.network.keras_model import build

    return Classifier(build(PRESETS["lenet"].network))


def main():
    classifier = classifier_of(sys.argv[1:])
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    x = image[..., None] / np.float32(255)
    own = median_ms(lambda: classifier.probabilities(image))
    called = median_ms(lambda: classifier.model(x, training=False).numpy())
    predicted = median_ms(lambda: classifier.model.predict(x, verbose=0))
    print(f"Classifier.probabilities  {own:6.2f} ms")
    print(f"model(x)                  {called:6.2f} ms  {called / own:5.1f} times as long")
    print(f"model.predict             {predicted:6.2f} ms  {predicted / own:5.1f} times as long")


if __name__ == "__main__":
    main()
