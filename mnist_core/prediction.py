"""Images in, probabilities out: fast for one, and in flat memory for many."""

import threading
from collections.abc import Callable, Hashable

import numpy as np

from mnist_core.network import operations
from mnist_core.network.inference import InferenceNetwork, to_input
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files

# The probability under which the reader's best guess is offered as a guess. Here it questions 93 %
# of letters and signs and 66 % of scribbles, of kinds it never learned from, at the price of 3.5 %
# of real digits, of which a sixth would have been misread (of the rest, 0.26 %). Higher, it doubts
# too much that is right: 0.98 questions 77 % of scribbles and 7 % of digits. Source:
# tests/bench/not_sure.py on the 1,183 drawings of UNIPEN's 29 writers set apart
# (unipen_dev.jsonl), with the reader.
NOT_SURE_BELOW = 0.9
# Under this it is no digit at all: none of the ten has half of the probability. The reader says so
# of 82 % of letters and signs, 48 % of scribbles and 1 in 1,000 digits (the same measurement).
NONE_BELOW = 0.5
# From this on the second guess is a real rival: of UNIPEN's doubtful drawings two in three have one
RUNNER_UP_FROM = 0.15
BATCH = 1000  # images whose x is held at once
CACHE_BYTES = 256 << 20  # of classifiers in memory: a class with a LeNet each, and more


class Classifier:
    """A trained network that predicts. One serves all threads and sessions at once."""

    def __init__(self, network: InferenceNetwork, views: int = 1):
        """
        Args:
            views: test-time views of each image. 2 adds the image moved up and left by half a
                pixel; the answer is then the softmax of the mean of the logits. 1 is the image
                alone.
        """
        self.network, self.views = network, views

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
            network = model_store.inference_network(model)
            return cls(network, model_store.card(model).get("looks", 1))

        return _cache.get(model, versions, path.stat().st_size, make)

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
            batches.append(self._probabilities(to_input(images[start : start + BATCH])))
        return np.concatenate(batches)

    def _probabilities(self, x):
        if self.views == 1:
            return self.network.output(x)
        logits = self.network.output(np.concatenate([x, _half_pixel_moved(x)]), "logits")
        return operations.softmax((logits[: len(x)] + logits[len(x) :]) / 2)


def _half_pixel_moved(x: np.ndarray) -> np.ndarray:
    """The images moved up and left by half a pixel: each value the mean of a square of four."""
    x = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))
    x = (x[:, 1:] + x[:, :-1]) / 2
    return (x[:, :, 1:] + x[:, :, :-1]) / 2


class ClassifierCache:
    """Classifiers by their models; those unused longest make room."""

    def __init__(self, max_bytes: int = CACHE_BYTES):
        self._max_bytes = max_bytes
        # (version, bytes, classifier); the last used one comes last
        self._entries: dict[Hashable, tuple[Hashable, int, Classifier]] = {}
        self._lock = threading.Lock()
        self._loading_lock = threading.Lock()  # one loads at a time; meanwhile all others answer

    def get(
        self, model: Hashable, version: Hashable, nbytes: int, make: Callable[[], Classifier]
    ) -> Classifier:
        """The classifier of this model; made anew if its files have another version since.

        Args:
            nbytes: how much memory it takes; the last one is kept, however much that is.
        """
        classifier = self._lookup(model, version)
        if classifier is None:
            with self._loading_lock:
                classifier = self._lookup(model, version) or make()
                with self._lock:
                    self._entries[model] = (version, nbytes, classifier)
                    self._make_room()
        return classifier

    def _lookup(self, model, version) -> Classifier | None:
        with self._lock:
            entry = self._entries.pop(model, None)
            if entry is None or entry[0] != version:
                return None
            self._entries[model] = entry
            return entry[2]

    def _make_room(self) -> None:
        excess = sum(nbytes for _, nbytes, _ in self._entries.values()) - self._max_bytes
        for model in list(self._entries)[:-1]:
            if excess > 0:
                excess -= self._entries.pop(model)[1]


_cache = ClassifierCache()
