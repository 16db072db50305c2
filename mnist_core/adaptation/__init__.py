"""A model learns one person's hand, and what that costs is measured."""

from mnist_core.adaptation.fine_tuning import adapt

__all__ = ["adapt"]
