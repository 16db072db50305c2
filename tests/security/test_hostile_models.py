"""Model files from people who mean harm: the published attacks on Keras, made for real, and ours.

Whatever is given to the import, or lies in the place of a kept model's weights: no code of it
runs, no other file is opened or written, and it takes little time and memory.
"""

import contextlib
import io
import json
import os
import pickle
import stat
import struct
import time
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import safetensors.numpy
from kept_models import SMALL, keep, make_card, small_keras_file, small_model
from keras_attacks import (
    CODE,
    KERAS,
    LOGITS,
    MARKER,
    OTHER_FILES,
    WEIGHTS,
    lambda_h5,
    lambda_keras,
    unsafe_switch,
)
from streamlit.testing.v1 import AppTest
from zip_files import members, zipped

from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer
from mnist_core.models import bundle, bundle_import, export, weights
from mnist_core.models import store as model_store
from mnist_core.models.bundle_weights import NPZ, SAFETENSORS
from mnist_core.network import keras_model, summary
from mnist_core.runs import store as run_store
from mnist_core.system import error_messages

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 2.0  # of the processor: a busy machine is not the file's fault
MOST_BYTES = 60e6  # of Python's memory


@pytest.fixture(autouse=True)
def marker(tmp_path, monkeypatch):
    """The file that is there once an attack's code has run."""
    path = tmp_path / "marker"
    monkeypatch.setenv(MARKER, str(path))
    return path


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that is under a folder, with contents."""
    return {str(p): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


@cache
def parts() -> dict[str, bytes]:
    """The members of a good bundle."""
    return members(bundle.pack(SMALL, make_card(), keras_model.weights(small_model())))


def bundle_with(changed: dict[str, bytes]) -> bytes:
    """A good bundle in which some parts are others."""
    return zipped(parts() | changed)


def with_weights(name: str, content: bytes) -> bytes:
    """A good bundle but for its weights, in the file of this name."""
    texts = {part: parts()[part] for part in bundle.TEXTS}
    return zipped(texts | {name: content})


# Weights that are not the network's, or not weights


class Pickled:
    """What runs when NumPy reads an array of objects, pickle allowed."""

    def __reduce__(self):
        return touch_marker, ()


def touch_marker():
    Path(os.environ[MARKER]).touch()


def arrays(changes: dict) -> dict[str, np.ndarray]:
    """Good weights with some arrays changed, added, or (None) left out."""
    good = safetensors.numpy.load(parts()[SAFETENSORS])
    return {name: array for name, array in (good | changes).items() if array is not None}


def npz(changes: dict) -> bytes:
    content = io.BytesIO()
    np.savez(content, **arrays(changes))
    return content.getvalue()


def tensors(changes: dict) -> bytes:
    return safetensors.numpy.save(arrays(changes))


def pickled_npz() -> bytes:
    objects = np.empty(8, object)
    objects[:] = [Pickled()] * 8
    return npz({"dense1.bias": objects})


def npy_claiming(shape: str) -> bytes:
    """Good weights, but for an .npy header that claims another shape."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (118 - len(header) - 1) + b"\n"
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(32)
    return zipped(members(npz({})) | {"dense1.bias.npy": member}, zipfile.ZIP_STORED)


def header_with(name: str = "dense1.bias", more=(), length: int | None = None, **fields) -> bytes:
    """Good safetensors whose header says something else of an array, or of its own length."""
    good = parts()[SAFETENSORS]
    size = int.from_bytes(good[:8], "little")
    header = json.loads(good[8 : 8 + size])
    header[name] |= fields
    text = json.dumps(header | dict(more)).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + good[8 + size :]


EMPTY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
OTHER_BIAS = "dense1.bias must be float32 (8,), and is"
CHANGED = {  # in either format
    "another shape": ({"dense1.bias": np.zeros(9, "f4")}, OTHER_BIAS),
    "another order of the axes": ({"dense1.kernel": np.zeros((8, 676), "f4")}, "dense1.kernel"),
    "another dtype": ({"dense1.bias": np.zeros(8, "f8")}, OTHER_BIAS),
    "whole numbers": ({"dense1.bias": np.zeros(8, "i4")}, OTHER_BIAS),
    "half the precision": ({"dense1.bias": np.zeros(8, "f2")}, OTHER_BIAS),
    "an array missing": ({"logits.bias": None}, "'logits.bias'"),
    "an array too many": ({"more": np.zeros(1, "f4")}, "'more"),
    "an array with a path": ({"../../more": np.zeros(1, "f4")}, "'../../more"),
    "no number": ({"dense1.bias": np.full(8, np.nan, "f4")}, "finite"),
    "no end": ({"dense1.bias": np.full(8, np.inf, "f4")}, "finite"),
}
OF_NPZ = {
    "a pickled object": (pickled_npz, "dense1.bias"),
    "a pickle, not in a zip": (lambda: pickle.dumps(Pickled()), "whole .npz"),
    "a header that claims 40 TB": (lambda: npy_claiming("(1099511627776, 10)"), "dense1.bias"),
    "a header that claims less than nothing": (lambda: npy_claiming("(-8,)"), "dense1.bias"),
    "a header that calls something": (lambda: npy_claiming("exit()"), "whole .npz"),
    "the bytes the other way round": (lambda: npz({"dense1.bias": np.ones(8, ">f4")}), ">f4"),
    "columns first": (
        lambda: npz({"dense1.kernel": np.asfortranarray(np.zeros((676, 8), "f4"))}),
        "row by row",
    ),
    "a bomb": (lambda: zipped({"dense1.bias.npy": bytes(10**8)}), NPZ),
    "safetensors": (lambda: tensors({}), "whole .npz"),
    "nothing": (lambda: b"", "whole .npz"),
}
OF_SAFETENSORS = {
    "a pickle": (lambda: pickle.dumps(Pickled()), SAFETENSORS),
    "an .npz": (lambda: npz({}), "header must be at most"),
    "a header of 4 EB": (lambda: header_with(length=1 << 62), "header must be at most"),
    "a header longer than the file": (lambda: header_with(length=60_000), "whole safetensors"),
    "a header cut short": (lambda: header_with(length=100), "whole safetensors"),
    "a header of empty arrays": (
        lambda: header_with(more=[(f"{i}", EMPTY) for i in range(1200)]), "header must be at most",
    ),
    "a header that is no JSON": (lambda: struct.pack("<Q", 8) + b"exit()  ", "whole safetensors"),
    "a header without end": (lambda: struct.pack("<Q", 60_000) + nested(30_000), "safetensors"),
    "arrays over each other": (lambda: header_with(data_offsets=[0, 32]), "invalid offset"),
    "an array from before the file": (lambda: header_with(data_offsets=[-32, 0]), "JSON"),
    "an array behind the end": (
        lambda: header_with(data_offsets=[1 << 40, (1 << 40) + 32]), "invalid offset",
    ),
    "an array of 40 TB": (lambda: header_with(shape=[1 << 40, 10]), "whole safetensors"),
    "a shape that overflows": (lambda: header_with(shape=[1 << 63, 1 << 63]), "overflow"),
    "a dtype of Python's": (lambda: header_with(dtype="O"), "unknown variant"),
    "whole numbers for the same bytes": (lambda: header_with(dtype="I32"), "I32"),
    "bytes that nothing names": (lambda: tensors({}) + bytes(100), "not fully covered"),
    "a name with control characters": (lambda: header_with(more=[("\x1b[2J", EMPTY)]), "x1b[2J"),
    "nothing": (lambda: b"", "whole safetensors"),
}  # fmt: skip


def weights_cases() -> dict:
    """Bad weights in a bundle that is good otherwise: (what makes it, what the refusal says)."""
    cases = {}
    for name, write in ((NPZ, npz), (SAFETENSORS, tensors)):
        makers = {what: (lambda w=write, c=c: w(c), said) for what, (c, said) in CHANGED.items()}
        makers |= {what: (make, name) for what, make in KERAS.items()}
        makers |= OF_NPZ if name == NPZ else OF_SAFETENSORS
        for what, (make, said) in makers.items():
            cases[f"{name}: {what}"] = (lambda n=name, m=make: with_weights(n, m()), said)
    return cases


# Attacks on whoever unpacks a zip


def zip_of(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """A good bundle with more entries, whatever their names."""
    file = io.BytesIO(zipped(parts()))
    twice = any(name in parts() for name, _ in entries)
    with (
        zipfile.ZipFile(file, "a") as archive,
        pytest.warns() if twice else contextlib.nullcontext(),
    ):
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def under(folder: str) -> dict[str, bytes]:
    """The parts of a good bundle, in a folder."""
    return {folder + name: content for name, content in parts().items()}


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def symlink(name: str) -> bytes:
    """A bundle in which one part is a link out of the folder."""
    entry = link(name)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for other, content in parts().items():
            archive.writestr(entry if other == name else other, content)
    return file.getvalue()


def bomb(name: str, size: int) -> bytes:
    """A bundle in which one part is small, and unpacks to `size` zeros."""
    return zipped(parts() | {name: bytes(size)})


def lying(name: str, field: int, value: bytes) -> bytes:
    """A bundle whose directory says something else of a part: bytes from `field` of its entry."""
    data = bytearray(zipped(parts()))
    at = -1
    for _ in range(list(parts()).index(name) + 1):
        at = data.index(b"PK\x01\x02", at + 1)
    data[at + field : at + field + len(value)] = value
    return bytes(data)


def nested(depth: int) -> bytes:
    """JSON that is deeper than Python can go."""
    return b"[" * depth + b"]" * depth


def experiment_with(**changes) -> bytes:
    plain = validation.to_dict(SMALL) | changes
    return bundle_with({"experiment.json": json.dumps(plain).encode()})


def network_with(**changes) -> bytes:
    plain = validation.to_dict(SMALL)
    return experiment_with(network=plain["network"] | changes)


def card_with(**changes) -> bytes:
    return bundle_with({"card.json": json.dumps(make_card() | changes).encode()})


def huge_network() -> bytes:
    block = validation.to_dict(ConvBlock(filters=256, padding="same", pool_size=0))
    return network_with(blocks=[block], dense=[validation.to_dict(DenseLayer(units=1024))])


ZIPS = {
    "nothing": (lambda: b"", "whole zip"),
    "no zip": (lambda: b"x" * 5000, "whole zip"),
    "a zip cut short": (lambda: zipped(parts())[:-100], "whole zip"),
    "a zip of nothing": (lambda: zipped({}), "nothing"),
    "a part missing": (lambda: zipped({"card.json": b"{}"}), "must hold exactly"),
    "a part too many": (lambda: zip_of(("extra.py", b"")), "extra.py"),
    "a name with ../": (lambda: zip_of(("../../marker", b"x")), "../../marker"),
    "a name from the root": (lambda: zip_of((os.environ[MARKER], b"x")), "marker"),
    "a name of another system": (lambda: zip_of(("..\\..\\marker", b"x")), "marker"),
    "a name with control characters": (lambda: zip_of(("\x1b[2J\u202e.py", b"x")), "\\x1b[2J"),
    "a folder": (lambda: zip_of((f"{SAFETENSORS}/", b"")), f"{SAFETENSORS}/"),
    "a part twice": (lambda: zip_of(("card.json", b"{}")), "card.json, card.json"),
    "a link": (lambda: symlink(SAFETENSORS), "link"),
    "a locked part": (lambda: lying(SAFETENSORS, 8, b"\x01\x00"), "encrypted"),
    "an unknown packing": (lambda: lying(SAFETENSORS, 10, b"\x63\x00"), "compression"),
    "parts over each other": (lambda: lying(SAFETENSORS, 42, b"\x00" * 4), "whole zip"),
    "another size than said": (lambda: lying("card.json", 24, b"\x10\x00\x00\x00"), "card.json"),
    "another checksum": (lambda: lying("card.json", 16, b"\x00" * 4), "CRC"),
    "a bomb for weights": (lambda: bomb(SAFETENSORS, 2 * 10**8), "200,000,000"),
    "a bomb for a card": (lambda: bomb("card.json", 5 * 10**6), "5,000,000"),
    "a folder above": (lambda: zipped(under("../")), "../card.json"),
    "a folder of the root": (lambda: zipped(under("/")), "/card.json"),
    "a folder in a folder": (lambda: zipped(under("a/b/")), "a/b/card.json"),
    "a folder and more": (lambda: zipped(under("a/") | {"b/x.py": b""}), "b/x.py"),
    "two folders": (lambda: zipped(under("a/") | under("b/")), "b/card.json"),
    "parts in two folders": (
        lambda: zipped(under("a/") | {"card.json": b"{}"}),
        "a/card.json",
    ),
    "the Finder's and nothing else": (
        lambda: zipped({"__MACOSX/._a": b"", ".DS_Store": b""}),
        "_a",
    ),
    "a link among the Finder's": (
        lambda: zip_of((link("__MACOSX/._card.json"), os.environ[MARKER].encode())),
        "link",
    ),
    "a bomb in a folder": (
        lambda: zipped(under("a/") | {f"a/{SAFETENSORS}": bytes(2 * 10**8)}),
        "200,000,000",
    ),
    "weights of two kinds": (lambda: zip_of((NPZ, npz({}))), "must hold exactly"),
}
TEXTS = {
    "no JSON": (lambda: bundle_with({"experiment.json": b"{"}), "JSON"),
    "no text": (lambda: bundle_with({"card.json": b"\xff\xfe"}), "UTF-8"),
    "a list": (lambda: bundle_with({"experiment.json": b"[]"}), "object"),
    "an experiment without end": (
        lambda: bundle_with({"experiment.json": nested(400_000)}),
        "JSON",
    ),
    "a deep one": (lambda: experiment_with(data=json.loads(nested(900))), "data must be"),
    "a card without end": (lambda: bundle_with({"card.json": nested(400_000)}), "JSON"),
    "a number of 5,000 digits": (lambda: bundle_with({"experiment.json": b"9" * 5000}), "JSON"),
    "a number that isn't one": (
        lambda: bundle_with({"experiment.json": b'{"recipe": {"learning_rate": NaN}}'}),
        "recipe.learning_rate",
    ),
    "true for one": (lambda: network_with(blocks=[{"filters": True}]), "filters"),
    "an unknown field": (lambda: experiment_with(code="exit()"), "'code'"),
    "an impossible network": (lambda: network_with(head="exec"), "'exec'"),
    "another network": (lambda: network_with(dense=[]), "logits.kernel"),
    "a huge network": (huge_network, "205,"),
    "a card with markup": (lambda: card_with(name="<b>\n# x"), "card.json: name"),
    "a card with curves of text": (lambda: card_with(curves=[{"loss": "0.1"}]), "curves[0].loss"),
    "a card with endless curves": (lambda: card_with(curves=[{}] * 10_001), "curves"),
    "a card that looks a thousand times": (lambda: card_with(looks=1000), "looks must be 1 or 2"),
    "a card that looks in words": (lambda: card_with(looks="2"), "looks must be 1 or 2"),
    "a card with a tale without end": (lambda: card_with(about="x" * 1001), "card.json: about"),
    "a card with a tale too deep": (lambda: card_with(about=json.loads(nested(9))), "about"),
    "a card with a tale in markup": (lambda: card_with(about={"measured": "a\n# b"}), "measured"),
    "a card with half a test": (lambda: card_with(test={"loss": 0.1}), "accuracy"),
    "a card of 60 fields of data": (lambda: card_with(data={str(i): "" for i in range(60)}), "50"),
}


WHOLE = {f"the file: {what}": (make, "bundle must") for what, make in KERAS.items()}
ALL = WHOLE | ZIPS | TEXTS | weights_cases()


@pytest.mark.parametrize("kind", ALL)
def test_it_is_refused_with_its_reason_and_nothing_is_run_or_written(kind, tmp_path, home, marker):
    make, reason = ALL[kind]
    data = make()
    marker.unlink(missing_ok=True)  # making a Lambda layer runs it
    before = tree(tmp_path)
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(ValueError) as error:
        bundle_import.import_bundle(data, "theirs")
    seconds, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    text, shown = str(error.value), error_messages.user_message(error.value)
    assert reason in text
    assert "\n" not in text
    assert len(text) <= error_messages.MAX_LENGTH
    assert str(tmp_path) not in shown
    assert " at 0x" not in shown
    assert not marker.exists()
    assert tree(tmp_path) == before
    assert not home.exists()
    assert seconds < MOST_SECONDS
    assert peak < MOST_BYTES


# The same files in the place of a kept model's weights: who wrote there could do worse, but a
# folder of runs may have been copied from somewhere


@pytest.fixture
def mine(home):
    """A kept model's weights file."""
    return keep().folder / "model.keras"


@pytest.mark.parametrize("kind", KERAS)
def test_in_the_place_of_kept_weights_none_of_its_code_runs(kind, mine, tmp_path, marker):
    mine.write_bytes(KERAS[kind]())
    marker.unlink(missing_ok=True)
    before = tree(tmp_path)
    began = time.process_time()
    try:
        loaded = model_store.load("mine")
    except model_store.ModelError as error:
        assert "must hold the weights of 'mine'" in str(error)
        assert str(tmp_path) not in error_messages.user_message(error)
    else:  # only its weights were taken, and they are the network's
        assert [layer.name for layer in loaded.layers] == [a.name for a in small_model().layers]
        assert kind in CODE
    assert not marker.exists()
    assert tree(tmp_path) == before
    assert time.process_time() - began < MOST_SECONDS


def test_what_points_elsewhere_or_claims_too_much_is_refused_before_keras_reads_it(
    mine, monkeypatch
):
    read = []
    monkeypatch.setattr(keras.Model, "load_weights", lambda *given: read.append(given))
    for make in WEIGHTS.values():
        mine.write_bytes(make())
        with pytest.raises(ValueError):
            weights.load_weights(small_model(), mine)
    assert read == []
    mine.write_bytes(small_keras_file())
    weights.load_weights(small_model(), mine)
    assert len(read) == 1


def test_every_export_of_a_replaced_model_is_refused_or_holds_none_of_its_code(mine, marker):
    mine.write_bytes(unsafe_switch())
    marker.unlink(missing_ok=True)
    for kind in export.FORMATS.keys() - {"script"}:
        with pytest.raises(model_store.ModelError):
            export.to_bytes("mine", kind)
    assert not marker.exists()


# The attacks are real: Keras, told to trust them, runs them


@pytest.mark.parametrize(("make", "ending"), [(lambda_keras, ".keras"), (lambda_h5, ".h5")])
def test_keras_itself_would_run_the_lambda_where_it_is_told_to(make, ending, tmp_path, marker):
    path = tmp_path / f"theirs{ending}"
    path.write_bytes(make())
    marker.unlink(missing_ok=True)
    keras.models.load_model(path, safe_mode=False)
    assert marker.exists()


def test_numpy_itself_would_run_the_pickle_where_it_is_told_to(marker):
    with np.load(io.BytesIO(pickled_npz()), allow_pickle=True) as file:
        file["dense1.bias"]
    assert marker.exists()


def test_hdf5_itself_would_read_the_other_file(tmp_path):
    path = tmp_path / "w.h5"
    for make in OTHER_FILES.values():
        path.write_bytes(members(make())["model.weights.h5"])
        with h5py.File(path) as file:
            assert file[LOGITS].shape == (8, 10)


# What is good comes in


def test_a_good_bundle_is_let_in_and_only_what_a_card_holds_comes_with_it(home):
    bundle_import.import_bundle(card_with(extra="<script>", parameters=1), "theirs")
    card = model_store.card("theirs")
    assert "extra" not in card
    assert card["parameters"] == summary.parameter_count(SMALL.network)


def test_what_a_file_manager_added_is_never_unpacked(home):
    data = zipped(parts() | {".DS_Store": bytes(2 * 10**8)})
    tracemalloc.start()
    bundle_import.import_bundle(data, "theirs")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["the file: a Lambda layer (CVE-2024-3660)", "a bomb for weights"])
def test_the_page_says_why_it_refuses_and_nothing_is_there_afterwards(kind, home, marker):
    data = ALL[kind][0]()
    marker.unlink(missing_ok=True)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page("pages/runs.py").run()
    app.file_uploader(key="bundle 0").upload("theirs.bundle.zip", data, "application/zip").run()
    app.button(key="import_bundle").click().run()
    assert not app.exception
    (said,) = [error.value for error in app.error]
    assert said.startswith("theirs.bundle.zip: ")
    assert str(home) not in said
    assert not marker.exists()
    assert run_store.all_runs() == []
