import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from mnist_core import evaluation, preprocess
from mnist_core.data import Digits
from mnist_core.strokes import Drawing

LABELS = hypothesis_numpy.arrays(np.uint8, 40, elements=st.integers(0, 9))


@given(LABELS, LABELS)
def test_the_confusion_matrix_is_what_counting_one_by_one_gives(labels, predicted):
    counted = np.zeros((10, 10), int)
    for true, read in zip(labels, predicted, strict=True):
        counted[true, read] += 1
    assert (evaluation.confusion_matrix(labels, predicted) == counted).all()


def test_the_confusion_matrix_of_nothing_is_all_zeros():
    nothing = np.zeros(0, np.uint8)
    assert evaluation.confusion_matrix(nothing, nothing).tolist() == [[0] * 10] * 10


class Fixed:
    """A classifier that answers what it was given."""

    def __init__(self, answers):
        self.answers = np.array(answers, np.float32)

    def probabilities(self, images):
        return self.answers


def digits(*labels):
    return Digits(np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8))


def certain(*read):
    return Fixed(np.eye(10)[list(read)])


def test_accuracy_is_the_share_read_right():
    accuracy, _ = evaluation.accuracy_and_loss(certain(1, 2, 3, 3), digits(1, 2, 3, 4))
    assert accuracy == 0.75


def test_the_loss_of_equal_probabilities_is_the_logarithm_of_ten():
    _, loss = evaluation.accuracy_and_loss(Fixed(np.full((3, 10), 0.1)), digits(0, 5, 9))
    assert loss == pytest.approx(np.log(10), rel=1e-6)


def test_a_certain_mistake_costs_much_but_not_infinitely():
    _, loss = evaluation.accuracy_and_loss(certain(1), digits(2))
    assert loss == pytest.approx(-np.log(1e-7))


STEP = np.array([[10.0, 10.0], [60.0, 10.0], [60.0, 90.0], [80.0, 90.0]])
DRAWINGS = [Drawing(2, "somebody", [STEP]), Drawing(7, "another", [STEP[:, ::-1]])]


def test_a_drawing_is_drawn_the_same_way_whatever_else_is_in_the_list():
    both = evaluation.stroke_digits(DRAWINGS, seed=3)
    first = evaluation.stroke_digits(DRAWINGS[:1], seed=3)
    assert (both.images[0] == first.images[0]).all()
    assert both.labels.tolist() == [2, 7]


def test_another_seed_draws_otherwise():
    one, other = (evaluation.stroke_digits(DRAWINGS, seed).images for seed in (1, 2))
    assert (one != other).any()


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_every_drawing_lies_whole_on_the_canvas(seed):
    picture = evaluation.picture_of([STEP], np.random.default_rng(seed))
    assert picture.shape == (280, 280)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.max() == 0
    assert preprocess.to_mnist(picture).max() == 255
