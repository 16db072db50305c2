"""Images in, probabilities out: fast for one, and in flat memory for many."""

import threading
from pathlib import Path

import numpy as np

# The probability under which the reader's best guess is offered as a guess. Here it questions 93 %
# of letters and signs and 66 % of scribbles, of kinds it never learned from, at the price of 3.5 %
# of real digits, of which a sixth would have been misread (of the rest, 0.26 %). Higher, it doubts
# too much that is right: 0.98 questions 77 % of scribbles and 7 % of digits. Source:
# tests/bench/not_sure.py on the 1,183 drawings of UNIPEN's 29 writers set apart
# (unipen_dev.jsonl), with the reader.
NOT_SURE_BELOW = 0.9
EPSILON = 1e-12  # added to a probability before its logarithm
BATCH = 1000  # images; more brings no speed and takes memory
CACHE_SIZE = (
    40  # classifiers in memory, for a class with a network each; the one unused longest goes
)


class Classifier:
    """A trained network that predicts. One serves all threads and sessions at once."""

    def __init__(self, model, views: int = 1):
        """
        Args:
            model: as `network.build` makes them: x -> probabilities.
            views: test-time views of each image. 2 adds the image moved up and left by half a
                pixel; the answer is then the mean of the logits. 1 is the image alone.
        """
        import tensorflow as tf

        self.model = model

        # Compiled once, for any number of images: a Keras call costs several times as much
        # (tests/bench/prediction.py).
        @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.uint8)])
        def ask(images):
            x = tf.cast(images[..., None], tf.float32) / 255.0
            if views == 1:
                return model(x, training=False)
            moved = tf.nn.avg_pool2d(tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), 2, 1, "VALID")
            both = model(tf.concat([x, moved], axis=0), training=False)
            logs = tf.reshape(tf.math.log(both + EPSILON), (2, -1, 10))
            return tf.nn.softmax(tf.reduce_mean(logs, axis=0))

        self._ask = ask.get_concrete_function()
        self._constant = tf.constant

    @classmethod
    def load(cls, name: str = "reader") -> "Classifier":
        """The model of this name; the second time it comes from memory, unless its file changed.

        Raises:
            ValueError: there is no such model, or its files can't be used; says which and why.
        """
        from mnist_core.models import store as model_store

        path = model_store.weights_path(name)

        def make():
            return cls(model_store.load(name), model_store.card(name).get("looks", 1))

        return _cached(path, path.stat().st_mtime_ns, make)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """How likely each digit is for each image.

        Args:
            images: uint8 (n, 28, 28), ink bright on 0. n may be 0.

        Returns:
            float32 (n, 10), in [0, 1]; rows sum to 1.

        Raises:
            ValueError: says what was expected and what came.
        """
        images = _validate(images)
        found = [np.zeros((0, 10), np.float32)]
        for start in range(0, len(images), BATCH):
            found.append(self._ask(self._constant(images[start : start + BATCH])).numpy())
        return np.concatenate(found)


def _validate(images) -> np.ndarray:
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"Images must be uint8 (n, 28, 28). Received: {images.dtype} {images.shape}"
        )
    return images


_classifiers: dict[Path, tuple[int, Classifier]] = {}  # the one used last comes last
_lock = threading.Lock()
_loading_lock = threading.Lock()  # one at a time is loaded; meanwhile all others answer


def _cached(path, stamp, make) -> Classifier:
    """The classifier kept for these weights, made anew if its stamp is another."""
    found = _lookup(path, stamp)
    if found is None:
        with _loading_lock:
            found = _lookup(path, stamp) or make()
            with _lock:
                _classifiers[path] = (stamp, found)
                while len(_classifiers) > CACHE_SIZE:
                    del _classifiers[next(iter(_classifiers))]
    return found


def _lookup(path, stamp) -> Classifier | None:
    with _lock:
        found = _classifiers.pop(path, None)
        if found is None or found[0] != stamp:
            return None
        _classifiers[path] = found
        return found[1]
