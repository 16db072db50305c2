import contextlib
import hashlib
import http.server
import io
import subprocess
import sys
import threading
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.data import loading, mnist, types
from mnist_core.data.mnist import ExpectedArray
from mnist_core.data.types import DataError, DataMissingError, Digits
from mnist_core.system.npz_files import ArraySpec


def small_arrays(train=6, test=3):
    dice = np.random.default_rng(0)
    return {
        "x_train": dice.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "y_train": dice.integers(0, 10, train, dtype=np.uint8),
        "x_test": dice.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "y_test": dice.integers(0, 10, test, dtype=np.uint8),
    }


SMALL = {
    name: ExpectedArray(ArraySpec(array.shape, "uint8"), hashlib.sha256(array).hexdigest())
    for name, array in small_arrays().items()
}


def npz(arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def without(name):
    arrays = small_arrays()
    del arrays[name]
    return npz(arrays)


def with_array(name, array):
    return npz(small_arrays() | {name: array})


def altered_pixel():
    arrays = small_arrays()
    arrays["x_test"][0, 14, 14] ^= 1
    return npz(arrays)


def bomb():
    members = {f"{name}.npy": npy(array) for name, array in small_arrays().items()}
    return zipped(members | {"x_train.npy": b"\0" * 50_000_000})


def header_that_lies():
    members = {f"{name}.npy": npy(array) for name, array in small_arrays().items()}
    huge = b"{'descr': '|u1', 'fortran_order': False, 'shape': (60000000000, 28, 28), }\n"
    header = b"\x93NUMPY\x01\x00" + len(huge).to_bytes(2, "little") + huge
    return zipped(members | {"x_train.npy": header})


BAD_FILES = {
    "empty": (b"", "can't be read"),
    "no zip": (b"not a zip at all" * 100, "can't be read"),
    "cut short": (npz(small_arrays())[:-300], "can't be read"),
    "damaged": (npz(small_arrays()).replace(b"x_train", b"x_tra1n", 1), "can't be read"),
    "key missing": (without("y_test"), "y_test"),
    "wrong count": (with_array("x_train", small_arrays(train=7)["x_train"]), "(7, 28, 28)"),
    "wrong shape": (with_array("x_test", np.zeros((3, 784), np.uint8)), "(3, 784)"),
    "wrong dtype": (with_array("x_test", np.zeros((3, 28, 28), np.float32)), "x_test"),
    "signed labels": (with_array("y_test", np.zeros(3, np.int8)), "int8"),
    "pickled objects": (with_array("y_test", np.array([1, 2, 3], object)), "pickled"),
    "bomb": (bomb(), "50000000"),
    "header that lies": (header_that_lies(), "60000000000"),
    "altered pixel": (altered_pixel(), "values of x_test"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_by_name_in_one_sentence(kind, tmp_path):
    content, said = BAD_FILES[kind]
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as fault:
        mnist.read_mnist(path, SMALL)
    message = str(fault.value)
    assert str(path) in message
    assert said in message
    assert "\n" not in message


def test_a_good_file_gives_its_arrays(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz(small_arrays()))
    dataset = mnist.read_mnist(path, SMALL)
    assert (dataset.train.images == small_arrays()["x_train"]).all()
    assert (dataset.test.labels == small_arrays()["y_test"]).all()
    assert dataset.source == str(path)


def test_the_checksum_is_that_of_all_bytes_in_order(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz(small_arrays()))
    whole = b"".join(array.tobytes() for array in small_arrays().values())
    assert mnist.read_mnist(path, SMALL).checksum == hashlib.sha256(whole).hexdigest()


def test_arrays_can_not_be_written_to(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(npz(small_arrays()))
    dataset = mnist.read_mnist(path, SMALL)
    for array in (*dataset.train, *dataset.test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The three places as paths that hold nothing yet; MNIST_PATH is not set."""
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("MNIST_CORE_HOME", str(tmp_path / "home"))
    found = [tmp_path / "own.npz", *mnist.search_paths()]
    for place in found:
        place.parent.mkdir(parents=True, exist_ok=True)
    return found


def test_mnist_path_comes_before_keras_cache_and_that_before_our_own(places, monkeypatch):
    named, keras_cache, own = places
    assert mnist.find_mnist() is None
    own.write_bytes(b"")
    assert mnist.find_mnist() == own
    keras_cache.write_bytes(b"")
    assert mnist.find_mnist() == keras_cache
    monkeypatch.setenv("MNIST_PATH", str(named))
    assert mnist.find_mnist() == named


def test_a_mnist_path_without_a_file_is_named_and_nothing_else_is_used(places, monkeypatch):
    named, keras_cache, _ = places
    keras_cache.write_bytes(b"")
    monkeypatch.setenv("MNIST_PATH", str(named))
    with pytest.raises(DataError, match=r"own\.npz"):
        loading.load("mnist")


def test_without_any_file_mnist_is_missing_and_built_in_is_best(places):
    assert loading.best_available() == "built-in"
    with pytest.raises(DataMissingError, match="MNIST_PATH"):
        loading.load("mnist")


def test_with_a_file_mnist_is_best(places):
    places[1].write_bytes(b"")
    assert loading.best_available() == "mnist"


def test_an_unknown_data_set_is_refused_by_name():
    with pytest.raises(DataError, match="'fashion'"):
        loading.load("fashion")


@contextlib.contextmanager
def server(content, stall=0.0):
    """A web server that sends half of `content`, waits, and sends the rest; gives its url."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            half = len(content) // 2
            with contextlib.suppress(OSError):
                self.wfile.write(content[:half])
                time.sleep(stall)
                self.wfile.write(content[half:])

        def log_message(self, *_):
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/mnist.npz"
    made.shutdown()
    made.server_close()


def test_a_download_is_kept_in_keras_cache(places):
    content = npz(small_arrays())
    told = []
    with server(content) as url:
        sha256 = hashlib.sha256(content).hexdigest()
        path = mnist.download(lambda *counts: told.append(counts), url=url, sha256=sha256)
    assert path == places[1]
    assert path.read_bytes() == content
    assert told[-1] == (len(content), len(content))


def everything_in(places):
    return [file for place in places for file in place.parent.glob("*") if file.is_file()]


def test_a_download_with_the_wrong_checksum_leaves_nothing_behind(places):
    with server(b"something else") as url, pytest.raises(DataError, match="sha256") as fault:
        mnist.download(url=url)
    assert url in str(fault.value)
    assert everything_in(places) == []


def test_a_stalled_server_is_given_up_and_nothing_is_left_behind(places):
    start = time.monotonic()
    with server(b"x" * 1000, stall=1.5) as url, pytest.raises(DataError, match=r"0\.2 s"):
        mnist.download(url=url, silence=0.2)
    assert time.monotonic() - start < 1.4
    assert everything_in(places) == []


def test_a_download_ends_at_its_time_limit(places):
    slow = lambda *_: time.sleep(0.3)  # noqa: E731
    with server(b"x" * 1000, stall=0.1) as url, pytest.raises(DataError, match="time limit"):
        mnist.download(slow, timeout=0.25, url=url)
    assert everything_in(places) == []


def test_a_server_that_is_not_there_is_named(places):
    with server(b"") as url:
        pass
    with pytest.raises(DataError, match=r"127\.0\.0\.1"):
        mnist.download(url=url, timeout=1)


def digits(count):
    images = np.zeros((count, 28, 28), np.uint8)
    return Digits(images, np.arange(count).astype(np.uint8))  # each its own label


@given(st.integers(1, 99), st.integers(1, 99), st.integers(0, 2**31 - 1))
def test_a_split_puts_each_digit_in_exactly_one_part(left, held_back, seed):
    train, validation = types.split(digits(left + held_back), held_back, seed)
    assert sorted([*train.labels, *validation.labels]) == list(range(left + held_back))
    assert len(validation.labels) == held_back


@given(st.integers(1, 99), st.integers(1, 99), st.integers(0, 2**31 - 1))
def test_a_smaller_subset_is_in_a_larger_one_of_the_same_seed(one, other, seed):
    few, many = sorted([one, other])
    chosen = set(types.subset(digits(100), few, seed).labels)
    assert len(chosen) == few
    assert chosen <= set(types.subset(digits(100), many, seed).labels)


def test_images_and_labels_stay_together():
    pair = digits(50)
    pair.images[:] = pair.labels[:, None, None]
    for part in (types.subset(pair, 20, 1), *types.split(pair, 15, 1)):
        assert (part.images[:, 0, 0] == part.labels).all()


def test_another_seed_splits_otherwise():
    first, second = (types.split(digits(100), 30, seed)[1].labels for seed in (1, 2))
    assert set(first) != set(second)


def test_a_subset_of_more_than_there_is_says_so():
    with pytest.raises(ValueError, match=r"from 1 to 10\. Received: 11"):
        types.subset(digits(10), 11, 0)


def test_the_data_room_needs_no_tensorflow():
    code = "import sys, mnist_core.data.mnist; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.fixture(scope="module")
def whole_mnist():
    try:
        return loading.load("mnist")
    except DataMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
def test_mnist_has_its_known_mean_and_spread(whole_mnist):
    x = whole_mnist.train.images / np.float32(255)
    assert x.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert x.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)


def test_mnist_is_loaded_once(whole_mnist):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(loading.load("mnist"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(dataset is whole_mnist for dataset in found)
