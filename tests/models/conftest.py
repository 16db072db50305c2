import functools

import pytest
from kept_models import keep, keep_varied, small_model


@pytest.fixture
def mine(home):
    """The Keras model that is kept under the name "mine"."""
    keep("mine")
    return small_model()


KEEP = {
    "mine": keep,
    "varied": keep_varied,
    "looks twice": functools.partial(keep_varied, looks=2),
    "reader": lambda name: None,
    "classic": lambda name: None,
}


@pytest.fixture(params=KEEP)
def model_name(request, home):
    """A model of each kind: plain, of every layer, with two test-time views, shipped."""
    KEEP[request.param](request.param)
    return request.param
