"""A Ray cluster that trains runs: the other engine of `worker`, beside `processes`.

Which actor works on a run stands in its status as a random token, under "ray"; the node it works
on under "node". Nothing here imports Ray: `ray_messenger` does, in a process of its own.
"""

import atexit
import contextlib
import json
import logging
import queue
import secrets
import subprocess
import sys
import threading
import time

from mnist_core.runs.run import Run
from mnist_core.scheduler import ray_messenger
from mnist_core.system import error_messages, paths, settings

CONNECTS = 10.0  # seconds that the first who asks waits for the cluster; others don't wait
ANSWERS = 10.0  # seconds to answer; it takes milliseconds
GIVES_UP = 120.0  # seconds after which a messenger that doesn't connect is replaced
RETRY = 10.0  # seconds between two messengers
HOLD = 0.5  # seconds for which what the cluster has said holds
WAITS = "Runs wait for the Ray cluster (MNIST_CORE_RAY):"
NO_NODE = "none of its machines that are there has a processor for them."

log = logging.getLogger(__name__)
_lock = threading.RLock()
_messenger: "_Messenger | None" = None
_cluster: "ray_messenger.Cluster | None" = None
NOTHING = (float("-inf"), {})  # not looked yet
_looked: tuple[float, dict] = NOTHING
_known_fault = ""  # why the cluster can't be reached, as long as it can't


class _Messenger:
    """A process that speaks with the cluster, and what it says."""

    def __init__(self):
        self.begun, self.surroundings = time.monotonic(), ray_messenger.surroundings()
        self._waited_for_until = self.begun + (0 if _known_fault else CONNECTS)
        self.is_connected, self.error = False, ""
        self._answers = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core", "ray"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
            env=paths.subprocess_environment(),
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with self._process.stdout as said:
            for line in said:
                self._answers.put(json.loads(line))
        self._answers.put({"fault": "it went away.", "details": ""})

    def is_of_use(self) -> bool:
        """Whether to go on with it: for a while also if it couldn't connect."""
        age = time.monotonic() - self.begun
        if self.surroundings != ray_messenger.surroundings():
            return False
        return age < RETRY if self.error else self.is_connected or age < GIVES_UP

    def ask(self, **question) -> dict:
        """
        Raises:
            faults.Unreachable: the cluster can't be reached.
        """
        if self.error:
            raise error_messages.ClusterUnreachableError(f"{WAITS} {self.error}")
        if not self.is_connected:
            self._hear(self._waited_for_until - time.monotonic())
            self.is_connected = True
            _note("")
        with contextlib.suppress(OSError):  # it has ended; then what it said last tells why
            self._process.stdin.write(f"{json.dumps(question)}\n".encode())
            self._process.stdin.flush()
        return self._hear(ANSWERS)

    def _hear(self, seconds) -> dict:
        try:
            answer = self._answers.get(timeout=max(0.0, seconds))
        except queue.Empty:
            answer = {"fault": ray_messenger.SILENT, "details": ""}
            if not self.is_connected:  # it may get there yet
                _note(**answer)
                raise error_messages.ClusterUnreachableError(f"{WAITS} {answer['fault']}") from None
        if "fault" in answer:
            self.error, self.begun = answer["fault"], time.monotonic()
            self.end()
            _note(**answer)
            raise error_messages.ClusterUnreachableError(f"{WAITS} {self.error}")
        return answer

    def end(self):
        """Let it end; it does so by itself, too, when nobody can ask any more."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()


def _note(fault: str, details: str = "") -> None:
    """Log that the cluster can't be reached, or can again: once, not at each try."""
    global _known_fault
    if fault and fault != _known_fault:
        log.warning("%s", " ".join([WAITS, fault, details]).rstrip())
    elif _known_fault and not fault:
        log.info("The Ray cluster can be reached again.")
    _known_fault = fault


def speak_through(cluster: "ray_messenger.Cluster") -> None:
    """From now on, ask the cluster itself: for processes that belong to it."""
    global _cluster
    _cluster = cluster


def _ask(do: str, **more) -> dict:
    """
    Raises:
        faults.Unreachable: the cluster can't be reached.
    """
    with _lock:
        if _cluster is None:
            return _present().ask(do=do, **more)
        try:
            return getattr(_cluster, do)(**more)
        except Exception as fault:
            raise error_messages.ClusterUnreachableError(
                f"{WAITS} {ray_messenger.SILENT}"
            ) from fault


def _present() -> _Messenger:
    global _messenger
    if _messenger is None or not _messenger.is_of_use():
        hang_up()
        _messenger = _Messenger()
    return _messenger


@atexit.register
def hang_up() -> None:
    """End the messenger, if there is one; runs go on."""
    global _messenger, _looked
    with _lock:
        if _messenger is not None:
            _messenger.end()
        _messenger, _looked = None, NOTHING


def prewarm() -> None:
    """Have a messenger that connects, so that whoever asks next need not wait for it."""
    if _cluster is None and _lock.acquire(blocking=False):
        try:
            _present()
        finally:
            _lock.release()


def _look(hold: float) -> dict:
    """What the cluster says of itself, at most `hold` seconds old."""
    global _looked
    with _lock:
        if time.monotonic() - _looked[0] > hold:
            _looked = time.monotonic(), _ask("look")
        return _looked[1]


def capacity() -> int:
    """How many runs the cluster trains at the same time; 1 as long as it can't be reached."""
    try:
        return max(1, _look(HOLD)["slots"])
    except error_messages.ClusterUnreachableError:
        return 1


def submit(run: Run, **known) -> None:
    """Have the cluster train this run, as soon as a node is free.

    Args:
        known: more for its status.

    Raises:
        faults.Unreachable: the cluster can't be reached, or none of its nodes trains; the run
            still waits.
    """
    before = {key: run.status().get(key, 0) for key in known}
    if not _look(0.0)["slots"]:
        raise error_messages.ClusterUnreachableError(f"{WAITS} {NO_NODE}")
    token = secrets.token_hex(8)
    run.set_status("starting", **known, ray=token, node=None, host=None, pid=None, token=None)
    try:
        _ask("begin", folder=str(run.folder.absolute()), token=token)
    except error_messages.ClusterUnreachableError:
        run.set_status("queued", **before, ray=None)
        raise


def is_alive(status: dict) -> bool | None:
    """Whether the actor that a run's status tells of still exists, or waits for a node.

    None: that can't be asked.
    """
    if not settings.RAY.is_set():
        return None
    try:  # an actor that is gone doesn't come back; but one may be newer than what is held
        return any(status["ray"] in _look(hold)["alive"] for hold in (HOLD, 0.0))
    except error_messages.ClusterUnreachableError:
        return None
