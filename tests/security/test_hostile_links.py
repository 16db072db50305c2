"""Addresses with anything in them, on every page: a page, and at most a sentence about the link."""

import random
import re

import numpy as np
import pytest
import streamlit as st
from app_pages import PAGES, html_bodies, open_page, texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as strategy
from markdown_it import MarkdownIt

from mnist_core.config import validation
from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.schema import Experiment
from mnist_core.interpret.activations import LayerActivation
from mnist_core.presets import PRESETS
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.system import paths
from pages.ui.app import errors
from pages.ui.inside import one_value
from pages.ui.inside import views as inside_views
from pages.ui.navigation import lesson, links
from pages.ui.runs import actions as run_actions
from pages.ui.runs import selection as run_selection
from pages.ui.state.session import Lesson

ADDRESSES = 15  # for each page
TINY = PRESETS["tiny"]
WIDGETS = (
    *("set", "part", "digit", "true", "read", "whose", "pen_digit", "look", "look_at", "view"),
    *("each", "number", "at", "compare", "run", "writer", "exam", "mistakes", "by"),
    *("model", "beside"),
    *("title", "question", "controls", "embed", "embed_options", "more", "true_digit"),
)
FIELDS = ("data", "network.blocks", "network.blocks.0.filters", "network.blocks.9.filters",
          "recipe.epochs", "recipe.learning_rate", "recipe", "network.dense", "network",
          "recipe.augmentation.shift", "network.__class__")  # fmt: skip
GOOD = ("MNIST", "Built-in", "Test", "3", "All", "reader", "classic", "mine", "Layers", "Filters",
        "A digit of a set", "Which ink spoke", "Writers", "Look-alikes", "A stroke file", "Any",
        "recipe.epochs", "true", "block1_conv.1.1.1", "What would change its mind",
        "The pen model", "My drawing", "Sent here", "Averages",
        "My drawings", "My test")  # fmt: skip
BAD = (
    "", " ", "0", "-1", "10", "1e999", "NaN", "Infinity", "9" * 400, "0x10", "٣", "½", "null",
    "true,true", "[]", "{}", "[" * 500, '{"a":1}', "../../etc/passwd", "/etc/passwd", "..", "~",
    "C:\\Windows", "a\x00b", "a\nb", "\r\n\r\n<script>", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "![x](http://evil.example/x.png)",
    "[click](javascript:alert(1))", ":red[x]", ":material/delete:", "$\\frac{1}{0}$", "`x`",
    "**x**", "%00", "%2e%2e%2f", "'; DROP TABLE runs; --", "{{7*7}}", "${jndi:ldap://x}",
    "\u202e\u2066", "\ufffe", "é" * 200, "😀" * 100, "x" * 5000, "block1_conv.99999.99999.99999",
    "block1_conv.-1.0.0", "logits.1e3", "no_layer.0", "block1_conv", ".", "...", "probabilities.11",
)  # fmt: skip
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
FORBIDDEN = ("Traceback", str(paths.PROJECT), "site-packages", "/etc/", " at 0x")

fuzz = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
any_text = strategy.one_of(
    strategy.sampled_from(GOOD + BAD), strategy.text(strategy.characters(exclude_categories=["Cs"]))
)
names = strategy.one_of(strategy.sampled_from(WIDGETS + FIELDS), strategy.text(max_size=20))


class Address(dict):
    """What stands for `st.query_params` where no page runs."""

    def to_dict(self):
        return dict(self)

    def from_dict(self, other):
        self.clear()
        self.update(other)


@pytest.fixture
def warnings(monkeypatch):
    """What was warned of on the page."""
    texts = []
    monkeypatch.setattr(st, "warning", lambda text, **_: texts.append(text))
    return texts


def read_markdown(text: str) -> str | None:
    """What one reads of it, or None where CommonMark or GitHub's tables make more of it than text.

    `test_texts_in_browser.py` holds what Streamlit itself makes of texts.
    """
    tokens = MARKDOWN.parse(text)
    inner = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in [*tokens, *inner]}
    if not kinds <= {"paragraph_open", "inline", "text", "paragraph_close"}:
        return None
    return "".join(child.content for child in inner).replace(errors.DIVIDER, "")


@fuzz
@given(strategy.dictionaries(names, any_text, max_size=5))
@example({"data": "![x](http://evil.example/x.png)"})
@example({"network.blocks.![x](http://evil.example/x.png)": "1"})
@example({"network.blocks": "9" * 5000})
def test_any_address_gives_an_experiment_and_at_most_a_sentence(warnings, query):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "query_params", Address(query))
        warnings.clear()
        experiment = links.read()
        assert isinstance(experiment, Experiment)
        assert len(warnings) <= 1
        assert all(map(read_markdown, warnings))
        assert all(len(text) < 1500 and "\n" not in text for text in warnings)
        links.write(experiment)
        others = {k: v for k, v in query.items() if k.split(".")[0] not in links.PARTS}
        assert others.items() <= st.query_params.items()
        warnings.clear()
        assert links.read() == experiment
        assert not warnings


@fuzz
@given(strategy.dictionaries(strategy.sampled_from(["title", "question", "controls"]), any_text))
def test_any_lesson_is_one_within_its_limits(warnings, query):
    warnings.clear()
    read = lesson.read(query)
    assert isinstance(read, Lesson)
    assert len(read.title) <= lesson.MAX_LENGTH["title"]
    assert len(read.question) <= lesson.MAX_LENGTH["question"]
    assert set(read.controls or ()) <= set(lesson.CONTROL_NAMES)
    assert all(read_markdown(text) and len(text) < 300 for text in warnings)


@fuzz
@given(any_text | strategy.lists(any_text).map(".".join))
@example("block1_conv.25.25.99999")
@example("block1_conv.٣.3.3")
@example("probabilities.9")
@example("a." + "1." * 1000 + "1")
def test_any_location_in_a_network_is_one_that_it_has(text):
    layers = plan_layers(TINY.network)
    steps = [LayerActivation(layer, None, np.zeros(layer.output_shape), ()) for layer in layers]
    location = one_value.clip_location(inside_views.parse_location(text), steps)
    (shape,) = [layer.output_shape for layer in layers if layer.name == location.layer]
    assert all(0 <= i < n for i, n in zip(location.index, shape, strict=True))


@fuzz
@given(any_text | strategy.text(max_size=200))
@example("../../x.bundle.zip")
@example(".bundle.zip")
@example("reader.bundle.zip")
def test_any_file_that_is_imported_gets_a_name_that_a_run_may_have(file):
    name = run_actions.name_for(file)
    if name.lower() not in run_store.RESERVED:
        assert run_name.validate_new(name) == name


@settings(fuzz, max_examples=500)
@given(any_text | strategy.text("ab1 \n:@.*_~`$[]()<>|!&#+-=\\/"))
@example("1. x")
@example("1234567890. x")
@example("&amp; &#33;")
@example("    x")
@example("---")
@example("[x]: y")
@example("a _b_ c_d_e __f__")
def test_no_words_of_a_stranger_are_markdown(text):
    written = " ".join(text.split()).replace("\0", "\ufffd")
    assert read_markdown(errors.escape(text)) == written


def random_address(rng: random.Random) -> dict[str, str]:
    """Some parameters that pages know, and others; more often than not a good one among them."""
    return {
        rng.choice(rng.choice([WIDGETS, WIDGETS, FIELDS, BAD[20:]])): rng.choice(
            rng.choice([GOOD, BAD, BAD])
        )
        for _ in range(rng.randint(1, 5))
    }


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("nothing_trains", "loaded_models", "drawn", "clicks")
def test_a_page_opens_by_any_address_without_a_traceback_or_a_path(page, tmp_path):
    run_store.create(TINY, "mine").set_status("finished")
    rng = random.Random(f"{page} 6")
    before = [(run.name, run.status()) for run in run_store.all_runs()]
    for _ in range(ADDRESSES):
        query = random_address(rng)
        app = open_page(page, query)
        shown = "\n".join([texts(app), *html_bodies(app)])
        own = re.sub(r"There is no run called .* here\.", "", shown)  # without what the link says
        assert not [secret for secret in (*FORBIDDEN, str(tmp_path)) if secret in own], query
        assert not re.search(r"(?<!\\)<(?:script|img[^>]*onerror)|(?<!\\)!\[x\]\(", shown), query
    # No address started, stopped, renamed or deleted anything
    assert [(run.name, run.status()) for run in run_store.all_runs()] == before


def test_every_parameter_that_a_page_knows_is_among_those_tried():
    source = "".join(p.read_text() for p in paths.PROJECT.glob("pages/**/*.py"))
    bound = set(re.findall(r'key="(\w+)",?\s+bind="query-params"', source))
    bound |= set(re.findall(r'query_params(?:\.get\(|\[)"(\w+)"', source))
    bound |= set(run_selection.KEYS)
    assert len(bound) > 15
    assert bound <= set(WIDGETS)
    fields = validation.to_dict(Experiment()).keys()
    assert fields <= {field.split(".")[0] for field in FIELDS}
