"""Processes on this machine that train a run each.

A spare one that has TensorFlow loaded waits for the next run, so that Start is quick. Which
process works on a run stands in its status as a pid and a random token; the token is also on that
process's command line, so a process is known again whatever happened to pids and clocks.
"""

import atexit
import contextlib
import logging
import os
import platform
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from mnist_core.runs.run import Run
from mnist_core.system import paths, settings

NICENESS = 5  # niceness: drawing on the page stays quick while a run trains
OOM_SCORE = "1000"  # of -1000 to 1000: when memory runs out, Linux ends this process first
PREWARM_DELAY = 3.0  # seconds after a start, so that loading TensorFlow doesn't hold up that run

log = logging.getLogger(__name__)
_lock = threading.Lock()
_prewarmed: subprocess.Popen | None = None
_children: list[subprocess.Popen] = []
_last_start = 0.0


def capacity() -> int:
    """How many runs this machine trains at the same time without being slower for it."""
    return max(1, (os.cpu_count() or 1) // 2)


def submit(run: Run, **known) -> None:
    """Have a process train this run.

    Args:
        known: more for its status.

    Raises:
        OSError: that can't be noted in its folder; the run waits as before.
    """
    global _prewarmed, _last_start
    _children[:] = [child for child in _children if child.poll() is None]
    with _lock:
        process, _prewarmed = (
            _prewarmed if _prewarmed and _prewarmed.poll() is None else _spawn(),
            None,
        )
    where = {"host": platform.node(), "pid": process.pid, "token": process.args[-1]}
    try:
        run.set_status("starting", **known, **where, ray=None, node=None)
    except OSError:  # a full disk, say; whoever looks next tries again, soon and often
        with _lock:
            if _prewarmed is None and run.status().get("token") != where["token"]:
                _prewarmed = process
            else:  # without a folder it ends
                process.stdin.close()
        raise
    with process.stdin, contextlib.suppress(BrokenPipeError):  # it has ended: the next look tells
        os.write(process.stdin.fileno(), f"{run.folder}\n".encode())
    _last_start = time.monotonic()


def is_alive(status: dict) -> bool | None:
    """Whether the process that a run's status tells of still exists.

    None: it would be on another machine that shares the folder, and that can't be asked.
    """
    if status.get("host") not in (None, platform.node()):
        return None
    try:
        return status["token"] in psutil.Process(status["pid"]).cmdline()
    except (psutil.Error, KeyError, TypeError, ValueError, OverflowError):
        return False


def _spawn() -> subprocess.Popen:
    """A process that loads TensorFlow and waits to be told a run's folder."""
    token = secrets.token_hex(8)
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", "work", token],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
        env=paths.subprocess_environment(TF_CPP_MIN_LOG_LEVEL="2"),
    )
    _children.append(process)
    return process


def prewarm() -> None:
    """Have a spare process with TensorFlow loaded, unless one waits or a run has just begun."""
    global _prewarmed
    with _lock:
        waits = _prewarmed is not None and _prewarmed.poll() is None
        if not waits and time.monotonic() - _last_start > PREWARM_DELAY:
            _prewarmed = _spawn()


@atexit.register
def _end_prewarmed() -> None:
    """End the spare with the server: nobody else knows of it. (It also ends by itself.)"""
    if _prewarmed is not None and _prewarmed.poll() is None:
        _prewarmed.stdin.close()
        _prewarmed.terminate()


def lower_priority() -> None:
    """Have this process, which is to train, give way to all others: in time and in memory."""
    me = psutil.Process()
    if os.name == "nt":
        me.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:  # below the server's, whatever that is: 5 alone would be above that of a niced one
        me.nice(min(me.nice() + NICENESS, 19))
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def limit_memory() -> None:
    """Keep this process to what one run may take; see `settings`. It must have TensorFlow loaded.

    Counted is what the process has of its own (heap and the like), not the libraries it shares.
    """
    most = settings.RUN_MEMORY.value()
    if not most:
        return
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most << 20, most << 20))
    except (ImportError, ValueError, OSError) as fault:  # on Windows there is no such limit
        log.warning("%s can't be kept here: %s", settings.RUN_MEMORY.name, fault)
