"""Model files from people who mean harm: the published attacks on Keras, made for real, and ours.

Whatever is given to the import, or lies in the place of a kept model's weights: no code of it
runs, no other file is opened or written, and it takes little time and memory.
"""

import functools
import io
import json
import os
import pickle
import stat
import struct
import tempfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.data.types import Dataset, Digits
from mnist_core.models import bundle, bundle_import, export, weights
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.network import keras_model, summary
from mnist_core.runs import store as run_store
from mnist_core.system import error_messages

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 2.0  # of the processor: a busy machine is not the file's fault
MOST_BYTES = 60e6  # of Python's memory
MARKER = "HOSTILE_MARKER"  # names the file that an attack's code makes
SMALL = Experiment(
    network=Network(
        blocks=(ConvBlock(filters=4, batch_normalization=True),), dense=(DenseLayer(units=8),)
    )
)
NOTHING = Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
DATASET = Dataset("mnist", NOTHING, NOTHING, "0" * 64, "mnist.npz")
EPOCHS = [{"epoch": 1, "step": 9, "loss": 0.5, "accuracy": 0.8, "seconds": 1.5}]
TEST = {"loss": 0.4, "accuracy": 0.85, "images": 2}
LOGITS = "layers/dense_1/vars/0"  # where Keras keeps the last kernel, (8, 10), in model.weights.h5


@pytest.fixture(autouse=True)
def marker(tmp_path, monkeypatch):
    """The file that is there once an attack's code has run."""
    place = tmp_path / "marker"
    monkeypatch.setenv(MARKER, str(place))
    return place


def tree(place: Path) -> dict[str, bytes | None]:
    """All that is under a folder, with contents."""
    return {str(p): p.read_bytes() if p.is_file() else None for p in sorted(place.rglob("*"))}


# A model to make attacks of


def card_of():
    return card_file.make_card("mine", SMALL, DATASET, EPOCHS, TEST, 12.3, "finished")


@functools.cache
def small_model():
    return keras_model.build(SMALL.network, seed=1)


@functools.cache
def parts() -> dict[str, bytes]:
    """The members of a good bundle."""
    return members(bundle.pack(SMALL, card_of(), small_model()))


@functools.cache
def keras_parts() -> dict[str, bytes]:
    """The members of a good .keras file."""
    return members(saved(small_model(), ".keras"))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def saved(model, ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"model{ending}"
        model.save(path)
        return path.read_bytes()


def zipped(content: dict[str, bytes], how=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, member in content.items():
            archive.writestr(name, member)
    return file.getvalue()


def bundle_with(**changed) -> bytes:
    """A bundle with other parts, named without their ending."""
    endings = {"weights": "weights.npz", "experiment": "experiment.json", "card": "card.json"}
    return zipped(parts() | {endings[name]: content for name, content in changed.items()})


# The published attacks


# What a Lambda layer does here. It stands alone: Keras stores its bytes
TOUCH = lambda x: (  # noqa: E731 -- only of these Keras stores the code
    __import__("pathlib").Path(__import__("os").environ["HOSTILE_MARKER"]).touch(),
    x,
)[1]


def with_lambda():
    inputs = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(keras.layers.Lambda(TOUCH)(inputs))
    return keras.Model(inputs, keras.layers.Dense(10)(flat))


@functools.cache
def lambda_keras() -> bytes:
    """CVE-2024-3660: a Lambda layer, whose code runs when the model is loaded."""
    return saved(with_lambda(), ".keras")


@functools.cache
def lambda_h5() -> bytes:
    """CVE-2025-9905: the same in the older format, where safe_mode was not asked."""
    return saved(with_lambda(), ".h5")


def configured(layer: dict, arguments: list) -> bytes:
    """A good .keras file whose config.json has one more layer."""
    config = json.loads(keras_parts()["config.json"])
    node = {"args": arguments, "kwargs": {}}
    more = {"name": "more", "inbound_nodes": [node], "build_config": {"input_shape": None}}
    config["config"]["layers"].append(layer | more)
    return zipped(keras_parts() | {"config.json": json.dumps(config).encode()})


def reference(module: str, name: str, *arguments) -> bytes:
    """A module and a name in it, to be called with these."""
    layer = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return configured(layer, list(arguments))


def module_reference() -> bytes:
    """CVE-2025-1550: config.json names a function of any module, and what to call it with."""
    return reference("os", "system", f"touch ${MARKER}")


def class_reference() -> bytes:
    """The same with a class whose constructor runs a program."""
    config = {"args": ["touch", os.environ[MARKER]]}
    layer = {"module": "subprocess", "class_name": "Popen", "registered_name": "subprocess>Popen"}
    return configured(layer | {"config": config}, [])


def unsafe_switch() -> bytes:
    """CVE-2025-9906: config.json first calls what turns safe_mode off, then has a Lambda."""
    config = json.loads(members(lambda_keras())["config.json"])
    name = "enable_unsafe_deserialization"
    call = {"module": "keras.config", "class_name": "function", "config": name}
    node = {"args": [], "kwargs": {}}
    more = {"registered_name": name, "name": "first", "inbound_nodes": [node]}
    config["config"]["layers"].insert(0, call | more)
    return zipped(members(lambda_keras()) | {"config.json": json.dumps(config).encode()})


def file_getter() -> bytes:
    """CVE-2025-8747: keras.utils.get_file called from config.json, to write where it likes."""
    target = os.environ[MARKER]
    return reference("keras.utils", "get_file", target, f"file://{__file__}")


def weights_with(change) -> bytes:
    """model.weights.h5 of a good file after `change(file)`."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "w.h5"
        path.write_bytes(keras_parts()["model.weights.h5"])
        with h5py.File(path, "r+") as file:
            del file[LOGITS]
            change(file)
        return path.read_bytes()


def keras_with(change) -> bytes:
    """A good .keras file, but for its last kernel, which `change(file)` makes anew."""
    return zipped(keras_parts() | {"model.weights.h5": weights_with(change)})


def secret() -> Path:
    """A file of this computer that is nobody's business: HDF5, so that a link would work."""
    place = Path(os.environ[MARKER]).with_name("secret.h5")
    with h5py.File(place, "w") as file:
        file["kernel"] = np.full((8, 10), 7, np.float32)
    return place


def external_link() -> bytes:
    """CVE-2026-1669: an array that is a link to another file."""
    return keras_with(lambda f: f.update({LOGITS: h5py.ExternalLink(str(secret()), "/kernel")}))


def group_link() -> bytes:
    """The same for a layer, whose name Keras looks up before it asks what it is."""

    def change(file):
        del file["layers/dense_1"]
        file["layers/dense_1"] = h5py.ExternalLink(str(secret()), "/")

    return keras_with(change)


def external_storage() -> bytes:
    """CVE-2026-1669: an array whose bytes are those of another file."""
    where = [(str(secret()), 0, 320)]
    return keras_with(lambda f: f.create_dataset(LOGITS, (8, 10), np.float32, external=where))


def virtual() -> bytes:
    """The same by a virtual data set."""

    def change(file):
        layout = h5py.VirtualLayout((8, 10), np.float32)
        layout[:] = h5py.VirtualSource(str(secret()), "kernel", (8, 10))
        file.create_virtual_dataset(LOGITS, layout)

    return keras_with(change)


def soft_link() -> bytes:
    return keras_with(lambda f: f.update({LOGITS: h5py.SoftLink("/layers/dense/vars/0")}))


def shape_bomb(rows: int) -> bytes:
    """CVE-2026-0897: an array that claims to be huge, in a few bytes."""
    form = {"chunks": (1 << 16, 10), "compression": "gzip"}
    return keras_with(lambda f: f.create_dataset(LOGITS, (rows, 10), np.float32, **form))


def chunk_bomb() -> bytes:
    """An array of the right shape, kept in pieces that would be huge."""
    form = {"chunks": (1 << 24, 10), "maxshape": (None, 10), "compression": "gzip"}
    return keras_with(lambda f: f.create_dataset(LOGITS, (8, 10), np.float32, **form))


def round_and_round() -> bytes:
    """A group that holds itself."""

    def change(file):
        file["layers/again"] = file["layers"]

    return keras_with(change)


def text_array() -> bytes:
    return keras_with(lambda f: f.create_dataset(LOGITS, data=np.array([["x"] * 10] * 8, "S9")))


class Pickled:
    """What runs when NumPy reads an array of objects, pickle allowed."""

    def __reduce__(self):
        return touch_marker, ()


def touch_marker():
    Path(os.environ[MARKER]).touch()


def pickled_npz() -> bytes:
    objects = np.empty(8, object)
    objects[:] = [Pickled()] * 8
    return npz({"dense1.bias": objects})


def npz(changes: dict) -> bytes:
    """Good weights with some arrays changed, added, or (None) left out."""
    with np.load(io.BytesIO(parts()["weights.npz"])) as file:
        weights = {n: a for n, a in (dict(file) | changes).items() if a is not None}
    content = io.BytesIO()
    np.savez(content, **weights)
    return content.getvalue()


def npy_claiming(shape: str) -> bytes:
    """Good weights, but for an .npy header that claims another shape."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (118 - len(header) - 1) + b"\n"
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(32)
    return zipped(members(parts()["weights.npz"]) | {"dense1.bias.npy": member}, zipfile.ZIP_STORED)


# Attacks on whoever unpacks a zip


def zip_of(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """A good bundle with more entries, whatever their names."""
    file = io.BytesIO(zipped(parts()))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns() if _twice(entries) else _silence():
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def _twice(entries) -> bool:
    return any(name in parts() for name, _ in entries)


def _silence():
    import contextlib

    return contextlib.nullcontext()


def symlink(name: str) -> bytes:
    """A bundle in which one part is a link out of the folder."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
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
    return bundle_with(experiment=json.dumps(validation.to_dict(SMALL) | changes).encode())


def network_with(**changes) -> bytes:
    plain = validation.to_dict(SMALL)
    return experiment_with(network=plain["network"] | changes)


def card_with(**changes) -> bytes:
    return bundle_with(card=json.dumps(card_of() | changes).encode())


def huge_network() -> bytes:
    block = validation.to_dict(ConvBlock(filters=256, padding="same", pool_size=0))
    return network_with(blocks=[block], dense=[validation.to_dict(DenseLayer(units=1024))])


KERAS = {
    "a Lambda layer (CVE-2024-3660)": lambda_keras,
    "a function of any module (CVE-2025-1550)": module_reference,
    "a class of any module": class_reference,
    "the switch for unsafe files (CVE-2025-9906)": unsafe_switch,
    "a call of get_file (CVE-2025-8747)": file_getter,
    "a Lambda layer in .h5 (CVE-2025-9905)": lambda_h5,
    "a link to another file (CVE-2026-1669)": external_link,
    "a layer that is a link": group_link,
    "bytes of another file (CVE-2026-1669)": external_storage,
    "a virtual array": virtual,
    "a soft link": soft_link,
    "a shape bomb of 40 TB (CVE-2026-0897)": lambda: shape_bomb(1 << 40),
    "a shape bomb of 4 GB (CVE-2026-0897)": lambda: shape_bomb(100_000_000),
    "a bomb of chunks": chunk_bomb,
    "a group in itself": round_and_round,
    "an array of text": text_array,
}
WEIGHTS = {
    "a pickled object": (pickled_npz, "dense1.bias"),
    "a pickle, not in a zip": (lambda: pickle.dumps(Pickled()), "whole .npz"),
    "a header that claims 40 TB": (lambda: npy_claiming("(1099511627776, 10)"), "dense1.bias"),
    "a header that claims less than nothing": (lambda: npy_claiming("(-8,)"), "dense1.bias"),
    "a header that calls something": (lambda: npy_claiming("exit()"), "whole .npz"),
    "another shape": (lambda: npz({"dense1.bias": np.zeros(9, "f4")}), "dense1.bias"),
    "another dtype": (lambda: npz({"dense1.bias": np.zeros(8, "f8")}), "dense1.bias"),
    "half the precision": (lambda: npz({"dense1.bias": np.zeros(8, "f2")}), "float16"),
    "the bytes the other way round": (lambda: npz({"dense1.bias": np.ones(8, ">f4")}), ">f4"),
    "columns first": (
        lambda: npz({"dense1.kernel": np.asfortranarray(np.zeros((676, 8), "f4"))}),
        "row by row",
    ),
    "an array missing": (lambda: npz({"logits.bias": None}), "'logits.bias'"),
    "an array too many": (lambda: npz({"more": np.zeros(1, "f4")}), "more.npy"),
    "an array with a path": (lambda: npz({"../../more": np.zeros(1, "f4")}), "../../more.npy"),
    "no number": (lambda: npz({"dense1.bias": np.full(8, np.nan, "f4")}), "finite"),
    "no end": (lambda: npz({"dense1.bias": np.full(8, np.inf, "f4")}), "finite"),
    "nothing": (lambda: b"", "whole .npz"),
}
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
    "a folder": (lambda: zip_of(("weights.npz/", b"")), "weights.npz/"),
    "a part twice": (lambda: zip_of(("card.json", b"{}")), "card.json, card.json"),
    "a link": (lambda: symlink("weights.npz"), "link"),
    "a locked part": (lambda: lying("weights.npz", 8, b"\x01\x00"), "encrypted"),
    "an unknown packing": (lambda: lying("weights.npz", 10, b"\x63\x00"), "compression"),
    "parts over each other": (lambda: lying("weights.npz", 42, b"\x00" * 4), "whole zip"),
    "another size than said": (lambda: lying("card.json", 24, b"\x10\x00\x00\x00"), "card.json"),
    "another checksum": (lambda: lying("card.json", 16, b"\x00" * 4), "CRC"),
    "a bomb for weights": (lambda: bomb("weights.npz", 2 * 10**8), "200,000,000"),
    "a bomb for a card": (lambda: bomb("card.json", 5 * 10**6), "5,000,000"),
    "a bomb in the weights": (
        lambda: bundle_with(weights=zipped({"dense1.bias.npy": bytes(10**8)})),
        "weights.npz",
    ),
}
TEXTS = {
    "no JSON": (lambda: bundle_with(experiment=b"{"), "JSON"),
    "no text": (lambda: bundle_with(card=b"\xff\xfe"), "UTF-8"),
    "a list": (lambda: bundle_with(experiment=b"[]"), "object"),
    "an experiment without end": (lambda: bundle_with(experiment=nested(400_000)), "JSON"),
    "a deep one": (lambda: experiment_with(data=json.loads(nested(900))), "Experiment.data"),
    "a card without end": (lambda: bundle_with(card=nested(400_000)), "JSON"),
    "a number of 5,000 digits": (lambda: bundle_with(experiment=b"9" * 5000), "JSON"),
    "a number that isn't one": (
        lambda: bundle_with(experiment=b'{"recipe": {"learning_rate": NaN}}'),
        "Recipe.learning_rate",
    ),
    "true for one": (lambda: network_with(blocks=[{"filters": True}]), "filters"),
    "an unknown field": (lambda: experiment_with(code="exit()"), "'code'"),
    "an impossible network": (lambda: network_with(head="exec"), "'exec'"),
    "another network": (lambda: network_with(dense=[]), "logits.kernel"),
    "a huge network": (huge_network, "205,"),
    "a card with markup": (lambda: card_with(name="<b>\n# x"), "card.json: name"),
    "a card with curves of text": (lambda: card_with(curves=[{"loss": "0.1"}]), "curves[0].loss"),
    "a card with endless curves": (lambda: card_with(curves=[{}] * 10_001), "curves"),
    "a card with half a test": (lambda: card_with(test={"loss": 0.1}), "accuracy"),
    "a card of 60 fields of data": (lambda: card_with(data={str(i): "" for i in range(60)}), "50"),
}


def given(kind: str):
    """All that is imported here: (what makes it, what the refusal says)."""
    if kind in KERAS:
        return KERAS[kind], "bundle must"
    return (ZIPS | TEXTS | {f"weights: {k}": v for k, v in packed_weights().items()})[kind]


def packed_weights() -> dict:
    """Bad weights in a bundle that is good otherwise, the Keras files among them."""
    said = "weights.npz"
    ours = {
        k: (lambda make=make: bundle_with(weights=make()), s) for k, (make, s) in WEIGHTS.items()
    }
    return ours | {
        k: (lambda make=make: bundle_with(weights=make()), said) for k, make in KERAS.items()
    }


ALL = [*KERAS, *ZIPS, *TEXTS, *(f"weights: {kind}" for kind in packed_weights())]


@pytest.mark.parametrize("kind", ALL)
def test_it_is_refused_with_its_reason_and_nothing_is_run_or_written(kind, tmp_path, home, marker):
    make, said = given(kind)
    data = make()
    marker.unlink(missing_ok=True)  # making a Lambda layer runs it
    before = tree(tmp_path)
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(ValueError) as fault:
        bundle_import.import_bundle(data, "theirs")
    took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    text, shown = str(fault.value), error_messages.user_message(fault.value)
    assert said in text
    assert "\n" not in text
    assert len(text) <= error_messages.MAX_LENGTH
    assert str(tmp_path) not in shown
    assert " at 0x" not in shown
    assert not marker.exists()
    assert tree(tmp_path) == before
    assert not home.exists()
    assert took < MOST_SECONDS
    assert peak < MOST_BYTES


# The same files in the place of a kept model's weights: who wrote there could do worse, but a
# folder of runs may have been copied from somewhere


@pytest.fixture
def mine(home):
    """A kept model's weights file."""
    run = run_store.create(SMALL, "mine")
    (run.folder / "model.keras").write_bytes(zipped(keras_parts(), zipfile.ZIP_STORED))
    (run.folder / "card.json").write_text(json.dumps(card_of()))
    run.set_status("finished")
    return run.folder / "model.keras"


POINTING = (
    "a link",
    "a layer that is a link",
    "bytes of",
    "a virtual",
    "a soft",
    "a shape",
    "a bomb",
)


@pytest.mark.parametrize("kind", KERAS)
def test_in_the_place_of_kept_weights_none_of_its_code_runs(kind, mine, tmp_path, marker):
    mine.write_bytes(KERAS[kind]())
    marker.unlink(missing_ok=True)
    before = tree(tmp_path)
    began = time.process_time()
    try:
        found = model_store.load("mine")
    except model_store.ModelError as fault:
        assert "must hold the weights of 'mine'" in str(fault)
        assert str(tmp_path) not in error_messages.user_message(fault)
    else:  # only its weights were taken, and they are the network's
        assert [layer.name for layer in found.layers] == [a.name for a in small_model().layers]
        assert not kind.startswith(POINTING)
    assert not marker.exists()
    assert tree(tmp_path) == before
    assert time.process_time() - began < MOST_SECONDS


def test_what_points_elsewhere_or_claims_too_much_is_refused_before_keras_reads_it(
    mine, monkeypatch
):
    read = []
    monkeypatch.setattr(keras.Model, "load_weights", lambda *given: read.append(given))
    for kind, make in KERAS.items():
        if kind.startswith((*POINTING, "a group", "an array")):
            mine.write_bytes(make())
            with pytest.raises(ValueError):
                weights.load_weights(small_model(), mine)
    assert read == []
    mine.write_bytes(zipped(keras_parts()))
    weights.load_weights(small_model(), mine)
    assert len(read) == 1


def test_every_export_of_a_replaced_model_is_refused_or_holds_none_of_its_code(mine, marker):
    mine.write_bytes(unsafe_switch())
    marker.unlink(missing_ok=True)
    for kind in ("h5", "json", "bundle"):
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
    for make in (external_link, external_storage, virtual):
        path.write_bytes(members(make())["model.weights.h5"])
        with h5py.File(path) as file:
            assert file[LOGITS].shape == (8, 10)


# What is good comes in


def test_a_good_bundle_is_let_in_and_only_what_a_card_holds_comes_with_it(home):
    bundle_import.import_bundle(card_with(extra="<script>", parameters=1), "theirs")
    card = model_store.card("theirs")
    assert "extra" not in card
    assert card["parameters"] == summary.parameter_count(SMALL.network)


@pytest.mark.parametrize("name", model_store.SHIPPED)
def test_a_bundle_may_not_be_called_like_a_model_that_ships(home, name):
    with pytest.raises(ValueError, match=f"Received: '{name}'"):
        bundle_import.import_bundle(bundle_with(), name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["a Lambda layer (CVE-2024-3660)", "a bomb for weights"])
def test_the_page_says_why_it_refuses_and_nothing_is_there_afterwards(kind, home, marker):
    data = given(kind)[0]()
    marker.unlink(missing_ok=True)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page("pages/runs.py").run()
    app.file_uploader(key="bundle").upload("theirs.bundle.zip", data, "application/zip")
    app.button(key="import_bundle").click().run()
    assert not app.exception
    (said,) = [error.value for error in app.error]
    assert said.startswith("theirs.bundle.zip: ")
    assert str(home) not in said
    assert not marker.exists()
    assert run_store.all_runs() == []
