import pytest
from kept_models import KINDS, keep, small_model


@pytest.fixture
def mine(home):
    """The Keras model that is kept under the name "mine"."""
    keep("mine")
    return small_model()


@pytest.fixture(params=KINDS)
def model_name(request, home):
    """The name of a model of each kind."""
    KINDS[request.param](request.param)
    return request.param
