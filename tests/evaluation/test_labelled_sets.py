"""Test sets made of drawings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.evaluation import labelled_sets
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes import rendering
from mnist_core.strokes.files import Drawing

STROKE = np.array([[10.0, 10.0], [60.0, 10.0], [60.0, 90.0], [80.0, 90.0]])
DRAWINGS = [Drawing(2, "somebody", [STROKE]), Drawing(7, "another", [STROKE[:, ::-1]])]


def test_a_drawing_is_rendered_the_same_whatever_else_is_in_the_list_and_otherwise_by_seed():
    progress = []
    both = labelled_sets.render_drawings(DRAWINGS, 3, lambda *counts: progress.append(counts))
    assert (both.images[0] == labelled_sets.render_drawings(DRAWINGS[:1], seed=3).images[0]).all()
    assert both.labels.tolist() == [2, 7]
    assert progress == [(0, 2)]
    assert (labelled_sets.render_drawings(DRAWINGS, seed=4).images != both.images).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_drawing_lies_whole_on_the_canvas(seed):
    picture = rendering.render_random([STROKE], np.random.default_rng(seed))
    assert picture.shape == (280, 280)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.max() == 0
    assert mnist_rule.to_mnist(picture).max() == 255


def test_drawings_are_rendered_the_same_in_batches_and_reported_batch_by_batch(monkeypatch):
    at_once, progress = labelled_sets.render_drawings(DRAWINGS, seed=3), []
    monkeypatch.setattr(labelled_sets, "BATCH", 1)
    batches = labelled_sets.render_drawings(DRAWINGS, 3, lambda *counts: progress.append(counts))
    np.testing.assert_array_equal(batches.images, at_once.images)
    assert progress == [(0, 2), (1, 2)]
