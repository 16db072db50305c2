"""Images in, probabilities out: fast for one, and in flat memory for many."""

import threading
from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np

from mnist_core.network import keras_model
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files

# The probability under which the reader's best guess is offered as a guess. Here it questions 93 %
# of letters and signs and 66 % of scribbles, of kinds it never learned from, at the price of 3.5 %
# of real digits, of which a sixth would have been misread (of the rest, 0.26 %). Higher, it doubts
# too much that is right: 0.98 questions 77 % of scribbles and 7 % of digits. Source:
# tests/bench/not_sure.py on the 1,183 drawings of UNIPEN's 29 writers set apart
# (unipen_dev.jsonl), with the reader.
NOT_SURE_BELOW = 0.9
EPSILON = 1e-12  # added to a probability before its logarithm
BATCH = 1000  # images; more brings no speed and takes memory
CACHE_BYTES = 256 << 20  # of classifiers in memory: a class with a LeNet each, and some more
OVERHEAD = 2 << 20  # bytes that a classifier takes besides its weights


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
        def predict(images):
            x = keras_model.to_input(images)
            if views == 1:
                return model(x, training=False)
            moved = tf.nn.avg_pool2d(tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), 2, 1, "VALID")
            both = model(tf.concat([x, moved], axis=0), training=False)
            logs = tf.reshape(tf.math.log(both + EPSILON), (2, -1, 10))
            return tf.nn.softmax(tf.reduce_mean(logs, axis=0))

        self._predict = predict.get_concrete_function()
        self._constant = tf.constant

    @classmethod
    def load(cls, name: str | Run = "reader") -> "Classifier":
        """The model of this name; the second time it comes from memory, unless its files changed.

        Args:
            name: or the model itself, which is never another of the same name.

        Raises:
            ValueError: there is no such model, or its files can't be used; says which and why.
        """
        from mnist_core.models import store as model_store

        model = model_store.find(name)
        path = model_store.weights_path(model)
        versions = tuple(map(atomic_files.version, (path, path.with_name("card.json"))))

        def make():
            return cls(model_store.load(model), model_store.card(model).get("looks", 1))

        return _cache.get(path, versions, path.stat().st_size + OVERHEAD, make)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """How likely each digit is for each image.

        Args:
            images: uint8 (n, 28, 28), ink bright on 0. n may be 0.

        Returns:
            float32 (n, 10), in [0, 1]; rows sum to 1.

        Raises:
            ValueError: says what was expected and what came.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(
                f"Images must be uint8 (n, 28, 28). Received: {images.dtype} {images.shape}"
            )
        batches = [np.zeros((0, 10), np.float32)]
        for start in range(0, len(images), BATCH):
            batch = self._constant(images[start : start + BATCH])
            batches.append(self._predict(batch).numpy())
        return np.concatenate(batches)


class ClassifierCache:
    """Classifiers by the file of their weights; those unused longest make room."""

    def __init__(self, max_bytes: int = CACHE_BYTES):
        self._max_bytes = max_bytes
        # (version, bytes, classifier); the last used one comes last
        self._entries: dict[Path, tuple[Hashable, int, Classifier]] = {}
        self._lock = threading.Lock()
        self._loading_lock = threading.Lock()  # one loads at a time; meanwhile all others answer

    def get(
        self, path: Path, version: Hashable, nbytes: int, make: Callable[[], Classifier]
    ) -> Classifier:
        """The classifier of these weights; made anew if they have another version since.

        Args:
            nbytes: how much memory it takes; the last one is kept, however much that is.
        """
        classifier = self._lookup(path, version)
        if classifier is None:
            with self._loading_lock:
                classifier = self._lookup(path, version) or make()
                with self._lock:
                    self._entries[path] = (version, nbytes, classifier)
                    self._make_room()
        return classifier

    def _lookup(self, path, version) -> Classifier | None:
        with self._lock:
            entry = self._entries.pop(path, None)
            if entry is None or entry[0] != version:
                return None
            self._entries[path] = entry
            return entry[2]

    def _make_room(self) -> None:
        excess = sum(nbytes for _, nbytes, _ in self._entries.values()) - self._max_bytes
        for path in list(self._entries)[:-1]:
            if excess > 0:
                excess -= self._entries.pop(path)[1]


_cache = ClassifierCache()
