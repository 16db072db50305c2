"""What the operating guide says of proxies and frames: with these settings a browser gets in."""

import re
import socket
import urllib.request

import pytest
from app import App
from streamlit import config

from mnist_core.system import paths

pytestmark = pytest.mark.slow
ORIGIN = "https://draw.example.org"  # what people type
GUIDE = (paths.PROJECT / ".github" / "OPERATING.md").read_text()
OPENED = {
    "STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS": ORIGIN,
    "STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE": "none",
}


@pytest.fixture(scope="module", params=[{}, OPENED], ids=["as it is", "with the settings"])
def app(request, tmp_path_factory):
    app = App(tmp_path_factory.mktemp("home"), **request.param)
    app.is_open = bool(request.param)
    yield app
    app.stop()


def handshake(app, host) -> int:
    """The status with which the app answers a browser's websocket that came through a proxy."""
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {ORIGIN}",
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", app.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(1000).split()[1])


def test_a_proxy_that_passes_the_host_on_is_let_in(app):
    assert handshake(app, ORIGIN.partition("//")[2]) == 101


def test_a_proxy_with_a_host_of_its_own_is_let_in_for_an_allowed_origin(app):
    assert handshake(app, f"127.0.0.1:{app.port}") == (101 if app.is_open else 403)


def test_the_cookie_that_uploads_need_can_be_had_in_a_frame_of_another_site(app):
    with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=60) as response:
        cookie = response.headers["Set-Cookie"]
    assert cookie.endswith("SameSite=None; Secure" if app.is_open else "SameSite=Lax")


def test_every_setting_of_streamlit_that_the_guide_names_exists():
    named = re.findall(r"--(server\.\w+)", GUIDE)
    assert {"server.corsAllowedOrigins", "server.xsrfCookieSameSite"} <= set(named)
    assert set(named) <= set(config.get_config_options())
