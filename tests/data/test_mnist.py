"""MNIST's file: where it is looked for, and that nothing else passes for it."""

import hashlib
import io
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mnist_core.data import loading, mnist, synthetic
from mnist_core.data.mnist import ExpectedArray
from mnist_core.data.synthetic import SyntheticDigits
from mnist_core.data.types import DataError, DataMissingError, Digits, make_dataset
from mnist_core.system.npz_files import ArraySpec

RNG = np.random.default_rng(0)
SHAPES = {"x_train": (6, 28, 28), "y_train": (6,), "x_test": (3, 28, 28), "y_test": (3,)}
ARRAYS = {name: RNG.integers(0, 256, shape, dtype=np.uint8) for name, shape in SHAPES.items()}
EXPECTED = {
    name: ExpectedArray(ArraySpec(array.shape, "uint8"), hashlib.sha256(array).hexdigest())
    for name, array in ARRAYS.items()
}


def npz(**changes):
    """The bytes of a file with these arrays in place of the right ones; None leaves one out."""
    file = io.BytesIO()
    arrays = {name: array for name, array in (ARRAYS | changes).items() if array is not None}
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npz_with_member(content):
    """The bytes of a file in which x_train is not what NumPy would have written."""
    file = io.BytesIO(npz(x_train=None))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", content)
    return file.getvalue()


def npy(shape=b"(6, 28, 28)", values=b""):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': %b, }\n" % shape
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + values


BAD_FILES = {
    "empty": (b"", "can't be read"),
    "no zip": (b"not a zip at all" * 100, "can't be read"),
    "cut short": (npz()[:-300], "can't be read"),
    "damaged": (npz().replace(b"x_train", b"x_tra1n", 1), "can't be read"),
    "key missing": (npz(y_test=None), "y_test"),
    "wrong count": (npz(x_train=np.zeros((7, 28, 28), np.uint8)), "(7, 28, 28)"),
    "wrong shape": (npz(x_test=np.zeros((3, 784), np.uint8)), "(3, 784)"),
    "wrong dtype": (npz(x_test=np.zeros((3, 28, 28), np.float32)), "x_test"),
    "signed labels": (npz(y_test=np.zeros(3, np.int8)), "int8"),
    "pickled objects": (npz(y_test=np.array([1, 2, 3], object)), "pickled"),
    "bomb": (npz_with_member(b"\0" * 50_000_000), "50000000"),
    "header that lies": (npz_with_member(npy(b"(60000000000, 28, 28)")), "60000000000"),
    "values missing": (npz_with_member(npy(values=b"\0" * 100)), "holds 100"),
    "values too many": (npz_with_member(npy(values=b"\0" * 4705)), "holds 4705"),
    "altered pixel": (npz(x_test=ARRAYS["x_test"] ^ (np.arange(28) == 14)), "values of x_test"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_by_name_in_one_sentence(kind, tmp_path):
    content, reason = BAD_FILES[kind]
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        mnist.read_mnist(path, EXPECTED)
    assert str(path) in str(error.value)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_good_file_gives_its_arrays_read_only_with_the_checksum_of_all_bytes(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz())
    dataset = mnist.read_mnist(path, EXPECTED)
    for array, expected in zip((*dataset.train, *dataset.test), ARRAYS.values(), strict=True):
        np.testing.assert_array_equal(array, expected)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    whole = b"".join(array.tobytes() for array in ARRAYS.values())
    assert dataset.checksum == hashlib.sha256(whole).hexdigest()
    assert dataset.source == str(path)


def test_mnist_path_comes_before_keras_cache_and_that_before_our_own(
    search_paths, tmp_path, monkeypatch
):
    keras_cache, own = search_paths
    assert mnist.find_mnist() is None
    own.write_bytes(b"")
    assert mnist.find_mnist() == own
    keras_cache.write_bytes(b"")
    assert mnist.find_mnist() == keras_cache
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "named.npz"))
    assert mnist.find_mnist() == tmp_path / "named.npz"


def test_a_mnist_path_without_a_file_is_named_and_nothing_else_is_used(search_paths, monkeypatch):
    search_paths[0].write_bytes(b"")
    monkeypatch.setenv("MNIST_PATH", "named.npz")
    with pytest.raises(DataError, match=r"named\.npz"):
        loading.load("mnist")


def test_built_in_is_best_until_there_is_a_file_of_mnist(search_paths):
    assert loading.best_available() == "built-in"
    with pytest.raises(DataMissingError, match="MNIST_PATH"):
        loading.load("mnist")
    search_paths[0].write_bytes(b"")
    assert loading.best_available() == "mnist"


@pytest.fixture
def any_bytes_are_mnist(monkeypatch):
    """Of a file of MNIST only the first byte counts: it is every pixel."""

    def read(path):
        digits = Digits(np.full((2, 28, 28), path.read_bytes()[0]), np.zeros(2, np.uint8))
        return make_dataset("mnist", digits, digits, str(path))

    monkeypatch.setattr(mnist, "read_mnist", read)


def test_a_file_in_place_of_another_is_read_although_its_time_and_size_are_the_same(
    search_paths, any_bytes_are_mnist
):
    for content in (b"\1", b"\2"):
        search_paths[0].write_bytes(content)
        os.utime(search_paths[0], ns=(0, 0))
        assert (loading.load("mnist").test.images == content[0]).all()


def test_mnist_does_not_wait_while_the_built_in_set_is_written(
    search_paths, any_bytes_are_mnist, monkeypatch
):
    search_paths[0].write_bytes(b"\3")
    digits = SyntheticDigits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8), np.zeros(2))
    begun, may_end = threading.Event(), threading.Event()

    def write_slowly(report):
        begun.set()
        may_end.wait(60)
        return digits, digits

    monkeypatch.setattr(loading, "loaded", {})
    monkeypatch.setattr(synthetic, "load", write_slowly)
    with ThreadPoolExecutor(2) as pool:
        built_in = pool.submit(loading.load, "built-in")
        assert begun.wait(30)
        try:
            assert pool.submit(loading.load, "mnist").result(30).name == "mnist"
        finally:
            may_end.set()
        assert built_in.result().name == "built-in"


def test_who_waits_for_anothers_writing_is_told_how_far_it_is(monkeypatch):
    digits = SyntheticDigits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8), np.zeros(2))
    begun, told = threading.Event(), threading.Event()

    def write_slowly(report):
        report(3, 7)
        begun.set()
        assert told.wait(60)
        return digits, digits

    def listen(done, total):
        assert (done, total) == (3, 7)
        told.set()

    monkeypatch.setattr(loading, "loaded", {})
    monkeypatch.setattr(synthetic, "load", write_slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(loading.load, "built-in")
        assert begun.wait(30)
        second = pool.submit(loading.load, "built-in", report=listen)
        assert first.result() is second.result()


def test_an_unknown_data_set_is_refused_by_name():
    with pytest.raises(DataError, match="'fashion'"):
        loading.load("fashion")


@pytest.fixture(scope="module")
def whole_mnist():
    try:
        return loading.load("mnist")
    except DataMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
def test_mnist_has_its_known_mean_and_standard_deviation(whole_mnist):
    x = whole_mnist.train.images / np.float32(255)
    assert x.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert x.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)


def test_mnist_is_loaded_once(whole_mnist):
    with ThreadPoolExecutor(4) as pool:
        assert all(dataset is whole_mnist for dataset in pool.map(loading.load, ["mnist"] * 4))
