"""What a model that learns a hand is shown, and what is held back from it."""

import hands
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.adaptation import examples, recipe
from mnist_core.config.schema import Recipe
from mnist_core.data.types import Digits
from mnist_core.strokes.files import Drawing

RECIPE = Recipe(validation="none", batch_size=70, train_images=280)  # four steps
MNIST, OWN = recipe.batch_parts(RECIPE, 3)
STROKES = [np.array([[0.0, 0.0], [1.0, 2.0]])]
LINE = {"label": 7, "writer": "me", "strokes": [[[0, 0], [1.5, 2]], [[3, 4]]]}


def mnist(count=1000):
    images = np.zeros((count, 28, 28), np.uint8)
    return Digits(images, (np.arange(count) % 10).astype(np.uint8))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(0, 100))
def test_a_third_of_each_digit_is_held_back_and_something_is_left_to_learn_from(labels, seed):
    held_back = examples.hold_back([Drawing(label, "", STROKES) for label in labels], seed)
    assert held_back == sorted(set(held_back))
    for digit in range(10):
        count = labels.count(digit)
        held = sum(labels[i] == digit for i in held_back)
        assert held == (max(1, count // 3) if count > 1 else 0)


def test_a_batch_holds_images_of_mnist_and_only_chosen_drawings():
    drawings = hands.drawings(1, digits=(1, 2, 3))
    mix = examples.make_mix(mnist(), drawings, RECIPE)
    batches = mix.batches([0, 2], [0.1, 0.1], 0, np.random.default_rng(0))
    assert (MNIST, OWN) == (60, 10)
    assert batches.ends.tolist() == [70, 140]
    for order in np.split(batches.order, 2):
        drawn = order[order >= mix.mnist]
        assert len(drawn) == OWN
        assert set(mix.labels[drawn]) == {1, 3}


def test_no_image_of_mnist_comes_twice_while_there_are_enough():
    mix = examples.make_mix(mnist(), hands.drawings(1, digits=(1, 2, 3)), RECIPE)
    rng = np.random.default_rng(0)
    orders = [mix.batches([0], [0.1] * 2, first, rng).order for first in (0, 2)]
    order = np.concatenate(orders)
    shown = order[order < mix.mnist]
    assert len(set(shown.tolist())) == len(shown) == 4 * MNIST


@pytest.mark.parametrize(("drawings", "parts"), [(1, (66, 4)), (2, (62, 8)), (30, (60, 10))])
def test_few_drawings_take_less_of_a_batch_than_a_seventh(drawings, parts):
    assert recipe.batch_parts(RECIPE, drawings) == parts


def test_every_drawing_is_drawn_in_as_many_versions_that_differ():
    mix = examples.make_mix(mnist(), hands.drawings(1, digits=(1, 2)), RECIPE)
    rendered = mix.images[mix.mnist :].reshape(2, mix.versions, -1)
    assert mix.versions == recipe.RENDERINGS // 2
    assert len(np.unique(rendered[0], axis=0)) == mix.versions
    assert mix.labels[mix.mnist :].tolist() == [1] * mix.versions + [2] * mix.versions


def test_objects_as_in_a_stroke_file_are_drawings_too():
    drawing, same = examples.parse_drawings([LINE, Drawing(7, "me", LINE["strokes"])])
    assert drawing.label == same.label == 7
    assert all(np.array_equal(a, b) for a, b in zip(drawing.strokes, same.strokes, strict=True))


@pytest.mark.parametrize(
    ("drawings", "reason"),
    [
        ([], "1 to 1,000 drawings. Received: 0"),
        ([LINE] * 1001, "Received: 1,001"),
        ([LINE, LINE | {"label": 12}], "drawing 2: label must be"),
        ([LINE, 3], "drawing 2 must be an object"),
    ],
)
def test_what_are_no_drawings_is_refused_in_words(drawings, reason):
    with pytest.raises(ValueError, match=reason):
        examples.parse_drawings(drawings)
