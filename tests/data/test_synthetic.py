"""The built-in data set is written once and kept; whatever happens to its cache, it is there."""

import numpy as np
import pytest

from mnist_core.data import synthesis, synthetic


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's cache folder, for a data set that is small."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *names, **options: folder)
    sizes = {"TRAIN_COUNT": 40, "TEST_COUNT": 20}
    sizes |= {"TRAIN_WRITERS": range(5), "TEST_WRITERS": range(5, 8)}
    for name, size in sizes.items():
        monkeypatch.setattr(synthetic, name, size)
    return folder


def same(one, other):
    return all(map(np.array_equal, (*one[0], *one[1]), (*other[0], *other[1])))


def test_both_parts_hold_their_digits_by_their_writers(folder):
    train, test = synthetic.load()
    for part, count, writers in ((train, 40, range(5)), (test, 20, range(5, 8))):
        assert (part.images.shape, part.images.dtype) == ((count, 28, 28), np.uint8)
        assert (part.labels.shape, part.labels.dtype) == ((count,), np.uint8)
        assert set(part.writers.tolist()) == set(writers)


def test_nobody_writes_for_both_training_and_test():
    assert not set(synthetic.TRAIN_WRITERS) & set(synthetic.TEST_WRITERS)


def test_the_cache_is_used_where_there_is_one(folder):
    written = synthetic.load()
    assert list(folder.iterdir()) == [synthetic.cache_file()]
    assert same(synthetic.load(), written)
    with np.load(synthetic.cache_file()) as file:
        arrays = dict(file) | {"test_images": np.full((20, 28, 28), 9, np.uint8)}
    np.savez(synthetic.cache_file(), **arrays)
    assert (synthetic.load()[1].images == 9).all()


DAMAGES = {
    "empty": lambda whole: b"",
    "no zip": lambda whole: b"no zip",
    "cut short": lambda whole: whole[: len(whole) // 2],
    "an array missing": lambda whole: whole.replace(b"test_writers", b"test_wr1ters"),
    "a byte changed": lambda whole: whole[:5000] + bytes([255 - whole[5000]]) + whole[5001:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_written_anew(folder, damage):
    written = synthetic.load()
    cache = synthetic.cache_file()
    whole = cache.read_bytes()
    cache.write_bytes(DAMAGES[damage](whole))
    assert same(synthetic.load(), written)
    assert cache.read_bytes() == whole


def test_it_is_told_how_much_is_written_and_of_a_cache_nothing(folder, monkeypatch):
    monkeypatch.setattr(synthesis, "CHUNK", 20)
    told = []
    for _ in range(2):
        synthetic.load(lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_cache_that_cannot_be_written_is_no_error(folder):
    folder.write_text("a file where the folder should be")
    assert same(synthetic.load(), synthetic.load())
    assert folder.read_text() == "a file where the folder should be"


def test_a_cache_of_another_size_is_written_anew(folder, monkeypatch):
    synthetic.load()
    monkeypatch.setattr(synthetic, "TEST_COUNT", 30)
    assert len(synthetic.load()[1].labels) == 30


def test_older_caches_are_removed_and_nothing_else(folder):
    folder.mkdir()
    (folder / "built-in-0123456789abcdef.npz").write_bytes(b"of an older pen model")
    (folder / "mine.npz").write_bytes(b"not ours")
    synthetic.load()
    assert set(folder.iterdir()) == {synthetic.cache_file(), folder / "mine.npz"}


def test_another_version_of_the_digits_has_another_cache(folder, monkeypatch):
    current = synthetic.cache_file()
    monkeypatch.setattr(synthetic, "VERSION", synthetic.VERSION + 1)
    assert synthetic.cache_file() != current


def test_who_changes_the_digits_takes_the_next_version():
    images, _, _ = synthesis.synthesize(40, seed=1, writers=range(4))
    sums = {1: 1_052_850}
    found = int(images.sum(dtype=np.int64))
    # Processors' matrix products differ in their last bit, and so a grey level here and there
    assert found == pytest.approx(sums[synthetic.VERSION], abs=50), "take the next VERSION"
