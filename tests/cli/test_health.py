"""The health command says what is not well, and its exit status says so too."""

import contextlib
import http.server
import json
import threading

import pytest
from filelock import FileLock

from mnist_core.cli import health_checks
from mnist_core.cli.parser import main


def check(capsys, *arguments):
    """(exit status, name of a check -> its line)"""
    status = main(["health", "--json", *arguments])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, {line["what"]: line for line in lines}


def test_a_fresh_installation_is_well(home, capsys):
    status, checks = check(capsys)
    assert status == 0
    assert all(line["well"] for line in checks.values())
    assert sorted(path.name for path in home.iterdir()) == ["queue.lock", "scheduler.lock"]


def test_a_home_that_can_not_be_used_is_not_well(home, capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNIST_CORE_HOME", str(tmp_path / "file"))
    status, checks = check(capsys)
    assert status == 1
    assert not checks["folder"]["well"]
    assert checks["models"]["well"]  # the other checks are made all the same


@pytest.mark.parametrize("lock", ["queue.lock", "scheduler.lock"])
def test_a_queue_that_somebody_holds_is_not_well(home, capsys, monkeypatch, lock):
    monkeypatch.setattr(health_checks, "TIMEOUT", 0.1)
    home.mkdir()
    with FileLock(home / lock):
        status, checks = check(capsys)
    assert status == 1
    assert "has kept the queue to itself for 0.1 seconds" in checks["queue"]["words"]


def test_too_little_room_and_an_mnist_path_that_names_no_file_are_not_well(
    home, capsys, monkeypatch, tmp_path
):
    monkeypatch.setattr(health_checks, "MIN_FREE_BYTES", 1 << 60)
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere.npz"))
    status, checks = check(capsys)
    assert (status, checks["room"]["well"], checks["data"]["well"]) == (1, False, False)
    assert "nowhere.npz" in checks["data"]["words"]


class HealthyApp(http.server.BaseHTTPRequestHandler):
    """An app that answers at its health path."""

    def do_GET(self):
        self.send_response(200 if self.path == health_checks.HEALTH_PATH else 404)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        """Nothing is logged."""


class NoWebServer(HealthyApp):
    """Something else that listens there."""

    def do_GET(self):
        self.wfile.write(b"220 not a web page\r\n")


@contextlib.contextmanager
def serving(handler):
    """The address of a server."""
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_app_is_asked_too_where_its_address_is_given(home, capsys):
    with serving(HealthyApp) as url:
        status, checks = check(capsys, "--url", f"{url}/")
    assert (status, checks["app"]["words"]) == (0, f"{url}{health_checks.HEALTH_PATH} says ok")


def test_an_app_that_does_not_answer_or_is_no_web_server_is_not_well(home, capsys):
    with serving(NoWebServer) as url:
        for address in (url, "http://127.0.0.1:9"):
            status, checks = check(capsys, "--url", address)
            assert (status, checks["app"]["well"]) == (1, False)
