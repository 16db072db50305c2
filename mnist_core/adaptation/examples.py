"""What a model learns from: MNIST's images, and drawings as their hand might draw them again."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from mnist_core.adaptation import recipe as recipes
from mnist_core.adaptation.recipe import BatchParts
from mnist_core.config.schema import Recipe
from mnist_core.data.types import Digits
from mnist_core.strokes import files, rendering
from mnist_core.strokes.files import Drawing
from mnist_core.strokes.jitter import jitter
from mnist_core.training.step_runner import Batches

MAX_DRAWINGS = 1000  # of them all; more take minutes, and a hand is known by thirty
HELD_BACK = 3  # of so many drawings of a digit one, and of two one as well


class Mix(NamedTuple):
    """Images to learn from: first MNIST's, then each drawing in some versions."""

    images: np.ndarray  # uint8 (mnist + drawings * versions, 28, 28)
    labels: np.ndarray  # int32, 0 to 9, or `train_step.NON_DIGIT`
    mnist: int
    versions: int  # of each drawing
    parts: BatchParts

    def batches(
        self, chosen: Sequence[int], rates: Sequence[float], first: int, rng: np.random.Generator
    ) -> Batches:
        """A batch for each learning rate: MNIST's next images, and versions of drawings.

        Args:
            chosen: the drawings, by their index.
            first: the number of the first of these steps, from 0.
        """
        steps = len(rates)
        mnist = np.arange(first * self.parts.mnist, (first + steps) * self.parts.mnist)
        versions = np.arange(self.versions) + self.versions * np.array(chosen)[:, None]
        wanted = steps * self.parts.drawings
        rounds = [rng.permutation(versions.ravel()) for _ in range(-(-wanted // versions.size))]
        drawn = self.mnist + np.concatenate(rounds)[:wanted]
        order = [mnist.reshape(steps, -1) % self.mnist, drawn.reshape(steps, -1)]
        strength = [
            np.full(part.shape, one)
            for part, one in zip(
                order, (recipes.MNIST_STRENGTH, recipes.DRAWINGS_STRENGTH), strict=True
            )
        ]
        ends = sum(self.parts) * np.arange(1, steps + 1)
        order, strength = (np.concatenate(parts, axis=1).ravel() for parts in (order, strength))
        return Batches(order, ends, rates, first, strength)


def make_mix(mnist: Digits, drawings: Sequence[Drawing], recipe: Recipe) -> Mix:
    """The images for all steps of a recipe."""
    rng, parts = np.random.default_rng(recipe.seed), recipes.batch_parts(recipe, len(drawings))
    count = min(len(mnist.labels), recipe.steps_per_epoch() * parts.mnist)
    chosen = rng.choice(len(mnist.labels), count, replace=False)
    versions = max(1, recipes.RENDERINGS // len(drawings))
    rendered = np.zeros((len(drawings), versions, 28, 28), np.uint8)
    for i, version in np.ndindex(len(drawings), versions):
        strokes = jitter(drawings[i].strokes, rng)
        rendered[i, version] = rendering.render_small(strokes, rng)
    labels = np.repeat([drawing.label for drawing in drawings], versions)
    return Mix(
        np.concatenate([mnist.images[chosen], rendered.reshape(-1, 28, 28)]),
        np.concatenate([mnist.labels[chosen], labels]).astype(np.int32),
        count,
        versions,
        parts,
    )


def hold_back(drawings: Sequence[Drawing], seed: int) -> list[int]:
    """The indexes of the drawings that are not learned from at first, in rising order.

    A third of each digit's, at least one; none where there is one alone, and of what is no digit.
    """
    rng = np.random.default_rng(seed)
    labels = np.array([drawing.label for drawing in drawings])
    held_back: list[int] = []
    for digit in range(10):
        found = np.flatnonzero(labels == digit)
        count = max(1, len(found) // HELD_BACK) if len(found) > 1 else 0
        held_back += rng.permutation(found)[:count].tolist()
    return sorted(held_back)


def parse_drawings(drawings: Sequence[Any]) -> list[Drawing]:
    """Drawings, or the objects that the lines of a stroke file hold, as drawings.

    Raises:
        ValueError: one isn't a drawing, or they are none or too many; says what was expected.
    """
    if not 1 <= len(drawings) <= MAX_DRAWINGS:
        raise ValueError(
            f"A hand is learned from 1 to {MAX_DRAWINGS:,} drawings. Received: {len(drawings):,}"
        )
    parsed = []
    for number, drawing in enumerate(drawings, start=1):
        plain = drawing
        if isinstance(drawing, Drawing):
            plain = drawing._asdict() | {"label": files.plain_label(drawing)}
        line = json.dumps(plain, default=lambda array: np.asarray(array).tolist())
        parsed.append(files.parse_line(f"drawing {number}", line))
    return parsed
