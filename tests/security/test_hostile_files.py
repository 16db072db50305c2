"""Bundles, experiments and stroke files, and names, of every shape that hypothesis thinks of.

Each is read, or refused with one sentence; no other exception, no other file, no long wait.
"""

import io
import json
import math
import random
import time
import tracemalloc
import zipfile
from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mnist_core.config import grid, validation
from mnist_core.config.schema import Experiment
from mnist_core.data.types import Dataset, Digits
from mnist_core.models import bundle, bundle_import, bundle_weights, export
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.network import keras_model, summary
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.strokes import files as stroke_files
from mnist_core.strokes.rasterize import place, rasterize
from mnist_core.system import error_messages, users

MOST_SECONDS = 2.0  # of the processor: a busy machine is not the file's fault
EXAMPLES = 100
# The same examples every time: a test that fails once in a hundred runs is worse than none
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SMALL = PRESETS["tiny"]
NOTHING = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
DATASET = Dataset("mnist", NOTHING, NOTHING, "0" * 64, "mnist.npz")

texts = st.text(st.characters(), max_size=20)  # half characters (surrogates), too
numbers = st.one_of(
    st.integers(),
    st.integers(-3, 300),
    st.sampled_from([2**31, 2**63, -(2**63), 10**400, 0, -1]),
    st.floats(),
    st.booleans(),
)
values = st.recursive(
    st.one_of(st.none(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=12,
)


def one_sentence(fault: BaseException) -> bool:
    """Whether a person can be shown this; of an `str` that can't be sent, `words` makes one."""
    text = error_messages.user_message(fault)
    text.encode()
    return (
        "\n" not in text and 10 < len(text) <= error_messages.MAX_LENGTH and "Traceback" not in text
    )


def key_paths(plain, prefix=()):
    """The path to each value of some JSON: a tuple of keys and numbers."""
    yield prefix
    items = plain.items() if isinstance(plain, dict) else ()
    items = enumerate(plain) if isinstance(plain, list) else items
    for key, value in items:
        yield from key_paths(value, (*prefix, key))


def with_value(plain, path, value) -> str:
    """Some JSON with another value at one path."""
    if not path:
        return to_json(value)
    inside = copy = deepcopy(plain)
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return to_json(copy)


def to_json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


# Experiments

PLAIN = validation.to_dict(PRESETS["conv-bn-dropout"])


def check_experiment(text: str) -> None:
    """Fail unless a text is a sound experiment, or is refused in one sentence."""
    try:
        experiment = Experiment.from_json(text)
    except ValueError as error:
        assert one_sentence(error)
        return
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert Experiment().with_values(experiment.to_query()) == experiment
    summary.layer_table(experiment.network)


@fuzz
@given(texts | values.map(to_json))
def test_any_text_is_an_experiment_or_one_sentence(text):
    check_experiment(text)


@fuzz
@given(st.sampled_from(list(key_paths(PLAIN))), values)
@example(("recipe", "epochs"), True)
@example(("recipe", "learning_rate"), math.nan)
@example(("recipe", "seed"), 2**31)
@example(("recipe", "seed"), 1.0)
@example(("network", "blocks"), [{}] * 100)
@example(("network", "blocks", 0), {"filters": 8, "code": "exit()"})
def test_an_experiment_with_any_value_anywhere_is_one_or_one_sentence(path, value):
    check_experiment(with_value(PLAIN, path, value))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 400_000,
        '{"network":' * 20_000,
        f'{{"data": {"[" * 900}{"]" * 900}}}',
        f'{{"data": "{"x" * 10_000_000}"}}',
        f'{{"{"x" * 10_000_000}": 1}}',
        f'{{"recipe": {{"seed": {"9" * 4000}}}}}',
        f'{{"recipe": {{"seed": {"9" * 5000}}}}}',
        '{"recipe": {"learning_rate": 1e999}}',
        '{"data": "\\ud800"}',
        "\ufeff{}",
        "",
    ],
    ids=range(11),
)
def test_an_experiment_without_end_is_refused_at_once(text):
    began = time.process_time()
    with pytest.raises(ValueError) as error:
        Experiment.from_json(text)
    assert time.process_time() - began < MOST_SECONDS
    assert one_sentence(error.value)
    assert len(str(error.value)) < 2000


def test_of_a_field_that_is_there_twice_the_last_counts():
    assert Experiment.from_json('{"data": "mnist", "data": "built-in"}').data == "built-in"


# Links and `--set`: dotted paths and texts

dotted_paths = st.one_of(
    st.sampled_from([".".join(map(str, path)) for path in key_paths(PLAIN) if path]),
    st.lists(st.one_of(st.sampled_from(["network", "blocks", "recipe", "0", "-1", "99"]), texts))
    .map(".".join),
)  # fmt: skip
typed = st.one_of(
    texts, values.map(to_json), numbers.map(lambda n: "9" * 5000 if n == 0 else str(n))
)


@fuzz
@given(st.dictionaries(dotted_paths, typed, max_size=4))
@example({"recipe": "0", "recipe.optimizer": "Adam"})
@example({"recipe": "{}", "recipe.optimizer": "Adam"})
@example({"recipe": "[]", "recipe.0": "Adam"})
@example({"network.blocks": "[1]", "network.blocks.0.filters": "8"})
@example({"network.blocks": "99"})
@example({"network.blocks": "9" * 5000})
@example({"network.blocks." + "9" * 5000 + ".filters": "1"})
@example({"network.blocks.٣.filters": "1"})
@example({"network.blocks.²": "1"})
@example({"network.__class__": "1"})
@example({"data": "\ud800"})
@example({"network": "[" * 100_000})
def test_any_texts_of_a_link_are_an_experiment_or_one_sentence(changes):
    try:
        experiment = Experiment().with_values(changes)
    except ValueError as error:
        assert one_sentence(error)
    else:
        assert Experiment().with_values(experiment.to_query()) == experiment


@fuzz
@given(dotted_paths, typed)
@example("recipe.epochs", "1," * 100_000)
@example("recipe.epochs", ",".join(map(str, range(100_000))))
@example("recipe.epochs", "1e400")
@example("network.blocks.network", "1")
@example("network.blocks.0", "1")
@example("0", "1")
def test_any_texts_of_a_sweep_are_experiments_or_one_sentence(path, text):
    try:
        experiments = grid.experiments(SMALL, path, text)
    except ValueError as error:
        assert one_sentence(error)
    else:
        assert 1 <= len(experiments) <= grid.MAX_RUNS


# Bundles


def card() -> dict:
    epochs = [{"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8, "seconds": 1.5}]
    test = {"loss": 0.4, "accuracy": 0.85, "images": 2}
    return card_file.make_card("mine", SMALL, DATASET, epochs, test, 12.3, "finished")


def without_losses(value):
    """A value of JSON without what a training that diverged leaves as NaN."""
    if isinstance(value, dict):
        return {k: without_losses(v) for k, v in value.items() if not k.endswith("loss")}
    return list(map(without_losses, value)) if isinstance(value, list) else value


@cache
def parts() -> dict[str, bytes]:
    weights = keras_model.weights(keras_model.build(SMALL.network, seed=1))
    data = bundle.pack(SMALL, card(), weights)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, member in content.items():
            archive.writestr(name, member)
    return file.getvalue()


def unpacked(data: bytes):
    """What is in a bundle, or None after one good sentence."""
    try:
        experiment, card, weights = bundle.unpack(data)
    except ValueError as fault:
        assert "\n" not in str(fault)
        assert one_sentence(fault)
        return None
    forms = bundle_weights.specs(experiment.network)
    assert {name: (a.shape, a.dtype.name) for name, a in weights.items()} == {
        name: (form.shape, form.dtype) for name, form in forms.items()
    }
    assert all(np.isfinite(array).all() for array in weights.values())
    json.dumps(card, allow_nan=False).encode()
    return experiment, card, weights


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_bundle(data):
    assert unpacked(data) is None


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes after one of the ways in which files break, or are broken."""
    found, at = bytearray(data), dice.randrange(len(data))
    way = dice.choice(["cut", "flip", "zero", "insert", "repeat", "directory"])
    if way == "cut":
        del found[at:]
    elif way == "flip":
        for _ in range(dice.randint(1, 8)):
            found[dice.randrange(len(found))] ^= dice.randint(1, 255)
    elif way == "zero":
        found[at : at + 50] = bytes(len(found[at : at + 50]))
    elif way == "insert":
        found[at:at] = dice.randbytes(dice.randint(1, 30))
    elif way == "repeat":
        found[at:at] = found[at : at + 300]
    else:  # sizes, offsets and names of the parts stand at the end
        for _ in range(dice.randint(1, 4)):
            found[-dice.randint(1, min(400, len(found)))] = dice.choice([0, 1, 0x7F, 0xFF])
    return bytes(found)


@cache
def parts_of_an_earlier_version() -> dict[str, bytes]:
    content = io.BytesIO()
    np.savez(content, **safetensors.numpy.load(parts()["weights.safetensors"]))
    texts = {name: part for name, part in parts().items() if name.endswith(".json")}
    return texts | {"weights.npz": content.getvalue()}


@pytest.mark.parametrize(
    "name", [None, "weights.safetensors", "weights.npz", "experiment.json", "card.json"]
)
def test_a_bundle_with_any_damage_is_whole_or_refused(name):
    good = parts_of_an_earlier_version() if name == "weights.npz" else parts()
    dice, refused = random.Random(6), 0
    for _ in range(300):
        if name is None:
            data = damaged(zipped(good), dice)
        else:
            data = zipped(good | {name: damaged(good[name], dice)})
        began = time.process_time()
        refused += unpacked(data) is None
        assert time.process_time() - began < MOST_SECONDS
    assert refused > 100


@fuzz
@given(st.sampled_from(list(key_paths(card()))), values)
@example(("seconds",), 10**400)
@example(("curves", 0, "loss"), math.nan)
@example(("data",), {str(number): "" for number in range(51)})
def test_a_card_with_any_value_anywhere_is_one_or_one_sentence(path, value):
    try:
        checked = card_file.validate_card(with_value(card(), path, value), SMALL)
    except ValueError as error:
        assert one_sentence(error)
    else:
        json.dumps(without_losses(checked), allow_nan=False).encode()
        assert checked.keys() == card().keys()


# Stroke files

points = st.lists(st.one_of(st.lists(numbers, max_size=3), values), max_size=5)
drawings = st.fixed_dictionaries(
    {"label": st.one_of(st.integers(0, 9), values), "strokes": st.one_of(st.lists(points), values)},
    optional={"writer": values, "more": values},
)


def parse(data: bytes):
    """The drawings in some bytes, or None after one good sentence."""
    try:
        parsed = stroke_files.parse_drawings(data, "theirs.jsonl")
    except ValueError as error:
        assert one_sentence(error)
        assert "theirs.jsonl" in error_messages.user_message(error)
        return None
    for drawing in parsed:
        assert 0 <= drawing.label <= 9
        assert all(np.isfinite(s).all() and s.shape[1] == 2 for s in drawing.strokes)
        assert rasterize(place(drawing.strokes, 64), 64, 5).shape == (64, 64)
    return parsed


@pytest.mark.slow
@fuzz
@given(st.one_of(st.binary(max_size=200), st.lists(drawings, max_size=3).map(
    lambda lines: "\n".join(map(json.dumps, lines)).encode())))  # fmt: skip
@example(b'{"label": 1, "strokes": [[]]}')
@example(b'{"label": 1, "strokes": [[[1, 2]], []]}')
@example(b'{"label": 1, "strokes": [[[NaN, 2]]]}')
@example(b'{"label": 1, "strokes": [[[true, false]]]}')
@example(b'{"label": 1, "strokes": [[[1e999, 2]]]}')
@example(b'{"label": 1, "strokes": [[["1", 2]]]}')
@example(b'{"label": true, "strokes": [[[1, 2]]]}')
@example(b'{"label": 1, "strokes": [[[1, 2]]], "writer": "\\ud800"}')
@example('{"label": 1, "strokes": [[[1, 2]]]}'.encode("utf-16"))
@example(b"\xef\xbb\xbf" + b'{"label": 1, "strokes": [[[1, 2]]]}')
@example(b'{"label": 1, "strokes": [[[1, 2]]]}\x00')
def test_any_lines_are_drawings_or_one_sentence(data):
    parse(data)


LINE = {"label": 1, "strokes": [[[1, 2], [3, 4]]]}


def with_strokes(text: str) -> bytes:
    return b'{"label": 1, "strokes": ' + text.encode() + b"}"


MONSTERS = {
    "a million points": lambda: with_strokes(f"[[{'[1,2],' * 999_999}[1,2]]]"),
    "a million strokes": lambda: with_strokes(f"[{'[[1,2]],' * 999_999}[[1,2]]]"),
    "a million empty strokes": lambda: with_strokes(f"[{'[],' * 999_999}[]]"),
    "points of a million numbers": lambda: with_strokes(f"[[[{'1,' * 999_999}1]]]"),
    "deep points": lambda: with_strokes("[" * 900 + "]" * 900),
    "endless points": lambda: with_strokes("[" * 400_000),
    "a long line of nothing": lambda: b" " * 30_000_000,
    "a long line of text": lambda: b"x" * 30_000_000,
    "a long number": lambda: with_strokes(f"[[[{'9' * 4000}, 1]]]"),
    "a long label": lambda: b'{"label": ' + b"9" * 4000 + b', "strokes": []}',
    "a long text for a label": lambda: b'{"label": "' + b"9" * 10**7 + b'", "strokes": []}',
    "a long writer": lambda: json.dumps(LINE | {"writer": ["x"] * 10**6}).encode(),
    "a million keys": lambda: json.dumps(dict.fromkeys(map(str, range(10**6)))).encode(),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MONSTERS)
def test_a_monstrous_stroke_file_is_refused_in_little_time_and_memory(kind):
    data = MONSTERS[kind]()
    start = time.process_time()
    assert parse(data) is None
    assert time.process_time() - start < MOST_SECONDS
    tracemalloc.start()  # not before: to follow each allocation takes time, too
    assert parse(data) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6


# Names

NAMES = [
    "", ".", "..", "../x", "a/../../x", "/etc/passwd", "a/b", "a\\b", "..\\x", "C:\\x", "C:x",
    "~", "~root", "a\x00b", "a\n", "\na", "a\r", "a\u2028", ".hidden", ".new-x", ".gone-x",
    ".part-x", "a.", "a ", " a", "a. .", "x" * 61, "x" * 100_000, "%2e%2e", "..%2f", "a*", "a?",
    "\u202egnp.exe", "\ud800", "\u3164", "con", "reader", "READER", "Classic", "-rf",
    "--help", "$HOME", "`id`", "a;b", "a|b", "<b>", "a\tb", "\u200b", "NUL:", "a:b", "queue.lock/x",
]  # fmt: skip
CALLS = {
    "runs.get": run_store.get,
    "runs.delete": run_store.delete,
    "runs.create": lambda name: run_store.create(SMALL, name),
    "runs.create to continue": lambda name: run_store.create(SMALL, "mine", name),
    "runs.rename from": lambda name: run_store.rename(name, "other"),
    "runs.rename to": lambda name: run_store.rename("mine", name),
    "models.load": model_store.load,
    "models.card": model_store.card,
    "models.experiment": model_store.experiment,
    "models.weights_path": model_store.weights_path,
    "models.export": lambda name: export.to_bytes(name, "script"),
    "models.import_bundle": lambda name: bundle_import.import_bundle(b"", name),
}


def tree(place: Path):
    return {str(p): p.read_bytes() if p.is_file() else None for p in sorted(place.rglob("*"))}


@pytest.fixture
def mine(home, tmp_path):
    """A home with one run, and files beside it that are nobody's business."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "experiment.json").write_text(SMALL.to_json())
    run = run_store.create(SMALL, "mine")
    run.set_status("finished")
    return tmp_path


@pytest.mark.parametrize("call", CALLS)
def test_no_name_leads_out_of_its_folder(call, mine):
    before = tree(mine)
    for name in NAMES:
        if name.lower() in model_store.SHIPPED and call.startswith(("models", "runs.create to")):
            continue  # they are models, though no runs
        if name == "" and call == "runs.create to continue":
            continue  # it continues none
        with pytest.raises(ValueError) as fault:
            CALLS[call](name)
        assert one_sentence(fault.value), name
        assert str(mine) not in error_messages.user_message(fault.value)
    assert tree(mine) == before


@fuzz
@given(st.text(st.characters(), max_size=80))
def test_any_name_is_refused_or_that_of_a_folder_in_its_place(name):
    try:
        place = model_store.find(name).folder
    except ValueError as fault:
        assert one_sentence(fault)
    else:
        assert place.parent == users.home() / "runs"
        assert place.name == name
        assert place.resolve().parent == (users.home() / "runs").resolve()
