"""A process beside the server for what takes long: whole test sets, drawings by file, exports.

The server stays small and quick to answer by it: what a strange network or .keras needs of memory,
and TensorFlow where an export needs it, are the process's, which ends once it is idle.
"""

import atexit
import threading
import warnings
from collections.abc import Callable
from typing import TypeVar

IDLE_SECONDS = 60.0  # until it ends; the next call starts another, in about a second
NICENESS = 2  # less than that of a training
ATTEMPTS = 2  # when it dies under a call, which may be another visitor's doing

Result = TypeVar("Result")

# That it ended while it was idle, or grew by an export, as it should
warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)


class ComputeProcess:
    """One process that computes the calls of all visitors, in the order in which they come.

    It starts at the first call, ends when it is idle, and is replaced if it dies. Whoever makes one
    short call after another gets its share, however many others there are.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS):
        self._idle_seconds = idle_seconds
        self._executor = None
        self._lock = threading.Lock()

    def call(self, function: Callable[..., Result], *arguments) -> Result:
        """`function(*arguments)`, computed there; waits for it.

        Args:
            function: of a module, or a method, with a result that can be pickled.

        Raises:
            MemoryError: the process died, and another one, too. Else what the function raises.
        """
        from joblib.externals.loky import BrokenProcessPool

        for _ in range(ATTEMPTS):
            executor = self._running_executor()
            try:
                return executor.submit(function, *arguments).result()
            except BrokenProcessPool:
                self._forget(executor)
        raise MemoryError("The process that computes this died: the machine may lack memory.")

    def _running_executor(self):
        # Not the standard library's: its processes begin by running the main program again, and
        # never end. joblib's copy, since its other functions must not stop or resize this one
        from joblib.externals.loky import ProcessPoolExecutor

        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    1, timeout=self._idle_seconds, initializer=_give_way
                )
            return self._executor

    def close(self) -> None:
        """End the process at once, whatever it computes."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(kill_workers=True)
                self._executor = None

    def _forget(self, executor) -> None:
        with self._lock:
            if self._executor is executor:
                self._executor = None


def _give_way() -> None:
    """Have this process give way to the server: drawing goes first, then who waits for this."""
    from mnist_core.scheduler import local

    local.lower_priority(NICENESS)


_process = ComputeProcess()
atexit.register(_process.close)


def call(function: Callable[..., Result], *arguments) -> Result:
    """`ComputeProcess.call` by this server's."""
    return _process.call(function, *arguments)
