"""How long one image takes: Classifier, model(x) and model.predict.

    python tests/bench/prediction.py [MODEL]

Without a model, of an untrained lenet.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.models import store as model_store
from mnist_core.network import keras_model
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


def main(model: str = ""):
    untrained = PRESETS["lenet"].network
    if model:
        classifier, in_keras = Classifier.load(model), model_store.load(model)
    else:
        in_keras = keras_model.build(untrained)
        classifier = Classifier(keras_model.to_inference(untrained, in_keras))
    image = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    x = image[..., None] / np.float32(255)
    base = median_ms(lambda: classifier.probabilities(image))
    print(f"Classifier.probabilities  {base:6.2f} ms")
    for name, call in (
        ("model(x)", lambda: in_keras(x, training=False).numpy()),
        ("model.predict", lambda: in_keras.predict(x, verbose=0)),
    ):
        ms = median_ms(call)
        print(f"{name:25} {ms:6.2f} ms  {ms / base:5.1f} times as long")


if __name__ == "__main__":
    main(*sys.argv[1:])
