"""The network of the form in one strip, at work on a digit before, while and after it learns."""

import contextlib
import functools

import numpy as np
import streamlit as st

from mnist_core.config import labels, shape_mending
from mnist_core.config.layer_shapes import CLASSES, ShapeError
from mnist_core.config.schema import Network
from mnist_core.data import synthesis
from mnist_core.interpret.overview import MAPS, liveliest_maps, overview
from mnist_core.network.inference import InferenceNetwork
from mnist_core.network.initial_weights import initial_weights
from mnist_core.preprocess import mnist_rule
from mnist_core.preprocess.foreground import BlankPictureError
from pages.ui.app import errors
from pages.ui.navigation import form, living_network
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.train import watched_digits
from pages.ui.widgets import canvas

UNTRAINED = "Not trained yet: its weights are random, and it takes this for any digit."
TRAINING = "As it is now, while it learns."


def show(network: Network, follower: RunFollower | None) -> None:
    """The strip, by the weights of the run that is followed if that is of the same network."""
    run_every = None
    if follower is not None:
        with contextlib.suppress(ValueError, OSError):  # a damaged one is said elsewhere
            follower = follower if follower.run.experiment().network == network else None
            if follower and not follower.has_ended():
                run_every = follower.poll_interval()
    with st.container(border=True, key="network_strip"):
        st.fragment(_tick, run_every=run_every)(network, follower)


@errors.guard
def _tick(network: Network, follower: RunFollower | None) -> None:
    drawing, words = _drawing(), UNTRAINED
    image = example() if drawing is None else drawing
    maps = liveliest_maps(untrained(network))  # the same ones, so that one sees them learn
    learned = watched_digits.current_network(follower)[0] if follower else None
    ended = learned is not None and follower.has_ended()
    if learned is not None:
        name = errors.escape(follower.run.name)
        words = f"As **{name}** has learned it." if ended else TRAINING
    if ended and drawing is not None:
        living_network.show(current_session(), learned, drawing, follower.run, maps)
    else:
        found = overview(learned or untrained(network), image, maps)
        living_network.draw(living_network.strip(found, image))
    st.caption(words)


@functools.lru_cache(maxsize=8)
def untrained(network: Network) -> InferenceNetwork:
    """A network before it learns; always with the same random weights."""
    return InferenceNetwork(network, initial_weights(network))


@functools.cache
def example() -> np.ndarray:
    """A digit for who has drawn none, a 3: uint8 (28, 28)."""
    images, digits, _ = synthesis.synthesize(10, seed=5)
    return images[digits == 3][0]


def _drawing() -> np.ndarray | None:
    with contextlib.suppress(BlankPictureError):
        return mnist_rule.to_mnist(canvas.picture(current_session().canvas))
    return None


def show_misfit(values: dict, error: ShapeError) -> None:
    """The strip up to the block that does not fit, and that in red.

    Args:
        values: of the form, an experiment's as `to_dict` gives them.
    """
    with st.container(border=True, key="network_strip"):
        living_network.draw(misfit_strip(values["network"], error))
        st.caption("Red: what can't be built.")


def misfit_strip(plain: dict, error: ShapeError) -> dict:
    """What the browser draws of a network that can't exist."""
    part, block = shape_mending.fitting_part(plain, error)
    strip = living_network.strip(overview(untrained(part), example()), example())
    count, name = min(MAPS, block.filters), f"block {error.block + 1}"
    before = len(strip["stages"][-1]["maps"]) if strip["stages"] else 1
    misfit = {"caption": f"{name}: does not fit", "maps": [*range(count)], "side": 1, "error": True}
    strip["stages"].append(misfit)
    lines = [np.zeros(shape).tolist() for shape in ((before, count), (count, CLASSES))]
    return strip | {
        "lines": strip["lines"][:-1] + lines,
        "probabilities": [0.0] * CLASSES,
        "label": f"The network: {name} does not fit.",
    }


def offer_mend(values: dict) -> None:
    """A button that makes the form's network fit, where few changes do.

    Args:
        values: as for `show_misfit`.
    """
    try:
        mended, changes = shape_mending.mend(values)
    except ValueError:
        return
    words = [f"{labels.path_label(p)} {labels.format_value(p, v)}" for p, v in changes.items()]
    st.button(
        f"Make it fit: {', '.join(words)}", key="mend", type="primary", on_click=form.apply,
        icon=":material/build:", args=(mended,),
    )  # fmt: skip
