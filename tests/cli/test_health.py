"""The health command says what is not well, and its exit status says so too."""

import contextlib
import http.server
import json
import threading

from filelock import FileLock

from mnist_core.cli import health_checks
from mnist_core.cli.parser import main


def looked(capsys, *arguments):
    """(exit status, what -> its line)"""
    status = main(["health", "--json", *arguments])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, {line["what"]: line for line in lines}


def test_a_fresh_installation_is_well(home, capsys):
    status, found = looked(capsys)
    assert status == 0
    assert all(line["well"] for line in found.values())
    assert list(home.iterdir()) == [home / "queue.lock"]


def test_a_home_that_can_not_be_used_is_not_well(home, capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNIST_CORE_HOME", str(tmp_path / "file"))
    status, found = looked(capsys)
    assert status == 1
    assert not found["folder"]["well"]
    assert found["models"]["well"]  # the rest is looked at all the same


def test_a_queue_that_somebody_holds_is_not_well(home, capsys, monkeypatch):
    monkeypatch.setattr(health_checks, "TIMEOUT", 0.1)
    home.mkdir()
    with FileLock(home / "queue.lock"):
        status, found = looked(capsys)
    assert status == 1
    assert "has held the queue for 0.1 seconds" in found["queue"]["words"]


def test_too_little_room_is_not_well(home, capsys, monkeypatch):
    monkeypatch.setattr(health_checks, "MIN_FREE_BYTES", 1 << 60)
    status, found = looked(capsys)
    assert (status, found["room"]["well"]) == (1, False)


def test_an_mnist_path_that_names_no_file_is_not_well(home, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere.npz"))
    status, found = looked(capsys)
    assert status == 1
    assert "nowhere.npz" in found["data"]["words"]


class Answers(http.server.BaseHTTPRequestHandler):
    """An app that says whether it is well."""

    def do_GET(self):
        self.send_response(200 if self.path == health_checks.HEALTH_PATH else 404)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        """Nobody asked."""


class Babbles(Answers):
    """Something else that listens there."""

    def do_GET(self):
        self.wfile.write(b"220 not a web page\r\n")


@contextlib.contextmanager
def serving(what):
    """Its address."""
    server = http.server.HTTPServer(("127.0.0.1", 0), what)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_app_is_asked_too_where_its_address_is_given(home, capsys):
    with serving(Answers) as app:
        status, found = looked(capsys, "--url", f"{app}/")
    assert (status, found["app"]["words"]) == (0, f"{app}{health_checks.HEALTH_PATH} says ok")


def test_what_is_no_app_at_all_is_not_well(home, capsys):
    with serving(Babbles) as address:
        status, found = looked(capsys, "--url", address)
    assert (status, found["app"]["well"]) == (1, False)


def test_an_app_that_does_not_answer_is_not_well(home, capsys):
    status, found = looked(capsys, "--url", "http://127.0.0.1:9")
    assert (status, found["app"]["well"]) == (1, False)
