"""The one sentence that users get for an error."""

import errno
import logging
import os
import re

import pytest
from filelock import FileLock, Timeout

from mnist_core.config.schema import Experiment
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.system import error_messages, users

DETAILS = re.compile(r"(?<![\w.:])/\w|[A-Za-z]:\\|0x[0-9a-f]{4}|Traceback|Errno")


def message_of(text):
    return error_messages.user_message(ValueError(text))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EROFS, "can't be written"),
        (errno.EACCES, "can't be written"),
        (errno.EPERM, "can't be written"),
        (errno.ENOENT, "gone"),
        (errno.ENOTDIR, "gone"),
        (errno.EMFILE, "Too many files"),
        (errno.ENOMEM, "memory"),
        (errno.EIO, "log"),
        (None, "log"),
    ],
)
def test_an_error_of_the_machine_is_named_in_plain_words(number, expected):
    error = OSError(number, "some text", "/srv/secret/runs/mine/card.json")
    message = error_messages.user_message(error)
    assert expected in message
    assert "secret" not in message
    assert not DETAILS.search(message)


def test_errors_of_real_files_locks_and_memory_have_their_own_sentences(tmp_path):
    (tmp_path / "file").touch()
    lock, out_of_memory = tmp_path / "queue.lock", "OOM when allocating tensor with shape[9]"

    def fail_for_memory():
        raise RuntimeError(out_of_memory)

    for fail, expected in (
        ((tmp_path / "nothing").read_bytes, error_messages.FILE_GONE),
        ((tmp_path / "file" / "more").mkdir, error_messages.FILE_GONE),
        (lambda: FileLock(lock).acquire(timeout=0.01), error_messages.QUEUE_BUSY),
        (lambda: bytes(1 << 62), error_messages.OUT_OF_MEMORY),
        (fail_for_memory, error_messages.OUT_OF_MEMORY),
    ):
        with FileLock(lock), pytest.raises(Exception) as error:
            fail()
        assert error_messages.user_message(error.value) == expected


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "/a/b"), "/a/b: No such file"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError("as it is"), "as it is"),
        (ValueError("recipe.epochs must be"), "recipe.epochs must be"),
        (Timeout("/a/queue.lock"), error_messages.QUEUE_BUSY),
    ],
)
def test_the_command_line_names_files_by_their_whole_paths(error, line):
    assert error_messages.shell_message(error) == line


def test_our_own_sentences_stay_as_they_are():
    with pytest.raises(ValueError) as error:
        Experiment().with_values({"recipe.epochs": "0"})
    assert error_messages.user_message(error.value) == str(error.value)
    for text in (
        "It read 3/4 of them, at 200 images/s and/or more. See https://example.org/a/b.",
        "A path outside: ../x, not ./y, 28×28, 1 / 2",
        "'quick' can't be continued: it has no weights yet, or is still training.",
    ):
        assert message_of(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/ann/data/mnist.npz is not MNIST.", "mnist.npz is not MNIST."),
        ("Look at '/home/ann/my data/a b.npz', please", "Look at 'a b.npz', please"),
        ('in "/srv/x y/z" it is', 'in "z" it is'),
        ("path=/etc/passwd.", "path=passwd."),
        ("file:///home/ann/x.h5: no", "file:x.h5: no"),
        ("(/root/.ssh/id_rsa)", "(id_rsa)"),
        (r"C:\Users\Ann\mnist.npz is no file", "mnist.npz is no file"),
        (r"'C:\\Users\\Ann B\\mnist.npz' is no file", "'mnist.npz' is no file"),
        (r"\\server\share\x.npz", "x.npz"),
        ("~/.keras/keras.json is damaged", "keras.json is damaged"),
        ("~ann/x is damaged", "x is damaged"),
        ("/var/", "var"),
        ("<Dense object at 0x7f2a11> failed", "<Dense> failed"),
        ("one\n  two\ttwo", "one two two"),
        ("half \ud800 a character", "half ? a character"),
    ],
)  # fmt: skip
def test_of_a_path_only_the_last_name_is_left(text, left):
    assert message_of(text) == left


def test_the_folder_of_a_run_is_left_out_though_names_have_spaces(home, monkeypatch):
    place = home / "my own place"
    monkeypatch.setenv("MNIST_CORE_HOME", str(place))
    card = users.home() / "runs" / "my net 2" / "card.json"
    assert message_of(f"{card} must be a card.") == "my net 2/card.json must be a card."
    monkeypatch.setenv("MNIST_PATH", str(home / "of ann" / "mnist.npz"))
    with pytest.raises(ValueError) as error:
        loading.load("mnist")
    assert error_messages.user_message(error.value) == (
        "mnist.npz must be MNIST as Keras keeps it (mnist.npz), and is no file."
    )


def test_a_damaged_model_is_named_without_its_folder(home):
    run = run_store.create(Experiment(), "mine")
    (run.folder / "model.keras").write_bytes(b"damaged")
    (run.folder / "card.json").write_text("{")
    with pytest.raises(model_store.ModelError) as error:
        model_store.card("mine")
    assert str(home) in str(error.value)  # the command line names the file
    assert str(home) not in error_messages.user_message(error.value)
    assert "mine/card.json must be the card of a model" in error_messages.user_message(error.value)


def test_anything_else_is_named_by_its_kind_and_the_log_has_the_rest(caplog):
    try:
        {}["/srv/secret"]
    except KeyError as error:
        with caplog.at_level(logging.ERROR):
            message = error_messages.user_message(error)
    assert "KeyError" in message
    assert "secret" not in message
    assert "Traceback" in caplog.text
    assert "/srv/secret" in caplog.text


@pytest.mark.parametrize(("interval", "times"), [(1e9, 1), (1e-9, 5)], ids=["one", "five"])
def test_the_same_error_is_logged_once_in_an_interval(interval, times, caplog, monkeypatch):
    monkeypatch.setattr(error_messages, "LOG_INTERVAL", interval)
    error = OSError(errno.EIO, f"only in {os.getpid()}")
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            error_messages.user_message(error)
    assert caplog.text.count(f"only in {os.getpid()}") == times


def test_a_text_without_end_is_cut_and_an_empty_one_is_no_sentence():
    assert len(message_of("x " * 10_000)) <= error_messages.MAX_LENGTH
    assert "ValueError" in message_of("  ")
    assert "Traceback" not in message_of("Traceback (most recent call last):\n  File '/x/y.py'")
