"""A classifier that counts what it reads, in place of every model's own."""

import numpy as np
import pytest

from mnist_core.evaluation import cached_predictions


class CountingClassifier:
    """Predicts by the amount of ink alone, and counts its calls and images."""

    def __init__(self):
        self.calls = self.images = 0
        self.diverged = False

    def probabilities(self, images):
        self.calls += 1
        self.images += len(images)
        probabilities = np.full((len(images), 10), 0.05, np.float32)
        digits = images.sum(axis=(1, 2), dtype=int) // 3000 % 10
        probabilities[np.arange(len(images)), digits] = np.nan if self.diverged else 0.55
        return probabilities


@pytest.fixture
def classifier(monkeypatch, home):
    counting = CountingClassifier()
    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda model: counting)
    return counting
