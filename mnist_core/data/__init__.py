"""The data sets: MNIST, checked bit by bit, and the built-in one, which the program writes."""

from mnist_core.data.loading import load
from mnist_core.data.types import Dataset, Digits

__all__ = ["Dataset", "Digits", "load"]
