"""The real app as a process of its own, for browsers and for visitors without one."""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    """A port that nobody listens on, drawn from below those that systems give out themselves.

    Between this look and the server's start nobody else should take it, not even a test beside
    this one, and connections take the others by themselves.
    """
    rng = random.SystemRandom()
    while True:
        with socket.socket() as probe:
            port = rng.randrange(10_000, 32_000)
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class App:
    """A running app: `url` to go to, `home` where its runs are kept, `stop()` and `log()`."""

    def __init__(self, home: Path, place: Path = ROOT, port: int = 0, **variables: str):
        """
        Args:
            home: a folder for its runs and models.
            place: the program, if not this one.
            port: 0 for any that is free; a server's that was stopped, to start it again.
            variables: of the environment, besides those of this process.
        """
        port = port or _free_port()
        self.home, self.place, self.port = home, place, port
        self.url = f"http://127.0.0.1:{port}"
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "app.log"
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
        command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                cwd=place,
                env=os.environ | {"MNIST_CORE_HOME": str(home)} | variables,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"The app did not start in {seconds} s. It said:\n{self.log()}")

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """End it at once, without a chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
