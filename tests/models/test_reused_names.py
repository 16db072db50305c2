"""A model that somebody remembers is that model or none: never the next one of its name."""

import numpy as np
import pytest
from kept_models import SMALL, VARIED, keep, keep_varied

from mnist_core.models import export
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs import store as run_store

pytestmark = pytest.mark.slow

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
USES = {
    "weights": model_store.weights_path,
    "card": model_store.card,
    "experiment": model_store.experiment,
    "Keras model": model_store.load,
    "classifier": Classifier.load,
    **{
        f"export {kind}": lambda run, kind=kind: export.to_bytes(run, kind)
        for kind in export.FORMATS
    },
}


@pytest.fixture
def old(home):
    """A model that was loaded, and then deleted; another has its name now."""
    old = keep("mine")
    Classifier.load(old)
    run_store.delete("mine")
    keep_varied("mine")
    return old


@pytest.mark.parametrize("use", USES)
def test_a_deleted_model_is_refused_and_not_another_used_in_its_place(old, use):
    with pytest.raises(model_store.ModelError, match="no model called 'mine' here any more"):
        USES[use](old)


def test_the_name_alone_means_the_model_that_has_it_now(old):
    assert model_store.experiment("mine") == VARIED
    assert model_store.find("mine") != old


def test_a_renamed_model_answers_as_before_and_so_does_the_one_that_took_its_name(home):
    first, second = keep("mine"), keep_varied("other")
    loaded = Classifier.load(first)
    before = [Classifier.load(model).probabilities(IMAGES) for model in (first, second)]
    for name, new in (("mine", "third"), ("other", "mine"), ("third", "other")):
        run_store.rename(name, new)
    assert Classifier.load(first) is loaded
    after = [Classifier.load(model).probabilities(IMAGES) for model in (first, second)]
    by_name = [Classifier.load(name).probabilities(IMAGES) for name in ("other", "mine")]
    assert np.array_equal(before, after)
    assert np.array_equal(before, by_name)
    assert model_store.card(first)["name"] == "other"
    assert model_store.experiment(first) == SMALL


def test_models_that_ship_are_known_as_all_others_are(home):
    (mine, *shipped) = keep("mine"), *model_store.all_models()[1:]
    assert model_store.all_models()[0] == mine
    assert [model.name for model in shipped] == list(model_store.SHIPPED)
    assert len({model.id for model in (mine, *shipped)}) == 3
    assert shipped == [model_store.find(name) for name in model_store.SHIPPED]
