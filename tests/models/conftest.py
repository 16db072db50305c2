import pytest
from kept_models import keep, small_model


@pytest.fixture
def mine(home):
    """The Keras model that is kept under the name "mine"."""
    keep("mine")
    return small_model()
