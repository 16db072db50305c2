"""Numbers on photographed paper are read."""

import numpy as np
import paper
import pytest
import written_numbers

from mnist_core.prediction import Classifier
from mnist_core.reading import read


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [("lines", "shadow"), ("ground", "gradient"), ("pencil",)])
@pytest.mark.parametrize("text", ["42", "1984"])
def test_a_number_on_paper_is_read(text, kinds):
    strokes = written_numbers.write(text, gaps=(0.2, 0.4)).strokes
    photo = paper.photograph(
        strokes, np.random.default_rng(1), kinds, strength=2, digit=1 / len(text)
    )
    assert read(photo, Classifier.load("reader")).text == text
