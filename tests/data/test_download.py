"""MNIST's download, from a server on this computer that behaves and from some that don't."""

import contextlib
import hashlib
import http.server
import itertools
import threading

import pytest

from mnist_core.data import mnist
from mnist_core.data.types import DataError

CONTENT = b"a file of digits" * 10_000


@contextlib.contextmanager
def server(send, length=None):
    """A web server that sends the chunks of `send(closed)`, an event; gives its url."""
    closed = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            if length:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            with contextlib.suppress(OSError):  # nobody listens any more
                for chunk in send(closed):
                    self.wfile.write(chunk)

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/mnist.npz"
    closed.set()
    running.shutdown()
    running.server_close()


def fall_silent(closed):
    yield CONTENT[:1000]
    closed.wait()


def drip(closed):
    while not closed.wait(0.01):
        yield b"x"


FAILURES = {
    "other bytes": (lambda closed: [CONTENT[::-1]], {}, "sha256"),
    "too few": (lambda closed: [CONTENT[:-1]], {}, "sha256"),
    "silence": (fall_silent, {"silence": 0.2}, r"nothing came for 0\.2 s"),
    "a drip": (drip, {"timeout": 0.3}, "time limit"),
    "no end": (lambda closed: itertools.repeat(bytes(1 << 20)), {}, "more than twice"),
}


def test_a_download_is_kept_in_keras_cache(search_paths):
    progress = []
    with server(lambda closed: [CONTENT], len(CONTENT)) as url:
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        path = mnist.download(lambda *counts: progress.append(counts), url=url, sha256=sha256)
    assert path == search_paths[0]
    assert path.read_bytes() == CONTENT
    assert progress[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("kind", FAILURES)
def test_a_download_that_fails_says_why_and_of_where_and_leaves_nothing(kind, search_paths):
    send, limits, reason = FAILURES[kind]
    with server(send) as url, pytest.raises(DataError, match=reason) as error:
        mnist.download(url=url, **limits)
    assert url in str(error.value)
    assert [file for path in search_paths for file in path.parent.iterdir()] == []


def test_a_server_that_is_not_there_is_named(search_paths):
    with server(lambda closed: []) as url:
        pass
    with pytest.raises(DataError, match=r"127\.0\.0\.1"):
        mnist.download(url=url, timeout=1)
