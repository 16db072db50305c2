"""Jobs in background threads: they go on whatever a visitor clicks, and all visitors share them."""

import pickle
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import streamlit as st

from mnist_core.config import labels
from mnist_core.system import users

POLL_INTERVAL = 0.1  # seconds between two looks at the job that a page waits for
MAX_THREADS = 32  # of a pool: jobs mostly wait for the process that computes, which takes turns
MAX_BYTES = 32 << 20  # of results that a pool keeps: four files of 10,000 drawings


class Job:
    """A call in a thread; `progress` is what it last reported, `nbytes` the size of its result."""

    def __init__(
        self, call: Callable[["Job"], Any], executor: ThreadPoolExecutor, on_end: Callable[[], None]
    ):
        self.progress: Any = None
        self.nbytes = 0
        self._first_report = 0.0  # when it reported first, by the monotonic clock
        self._stop = threading.Event()
        self._error: str | None = None
        self._future: Future = executor.submit(self._run, call, on_end)

    def _run(self, call, on_end) -> Any:
        try:
            result = call(self)
        except ValueError as error:  # itself it would hold on to all that the call worked on
            result, self._error = None, str(error)
        self.nbytes = _nbytes(result)
        on_end()
        return result

    def report(self, *progress) -> None:
        """Set its progress; for the call itself."""
        if self.progress is None:
            self._first_report = time.monotonic()
        self.progress = progress

    def seconds_left(self) -> float | None:
        """About how long it will take yet, if it reports (done, total); None: not known yet."""
        done, total = self.progress or (0, 0)
        if not done:
            return None
        return (time.monotonic() - self._first_report) / done * (total - done)

    def stop(self) -> None:
        """Ask it to end soon."""
        self._stop.set()

    def should_stop(self) -> bool:
        """Whether somebody asked it to end."""
        return self._stop.is_set()

    def done(self) -> bool:
        """Whether it has ended."""
        return self._future.done()

    def result(self) -> Any:
        """What the call returned; waits for it.

        Raises:
            ValueError: the call raised one; with the same sentence. Any other error as it was.
        """
        result = self._future.result()
        if self._error is not None:
            raise ValueError(self._error)
        return result

    def error(self) -> BaseException | None:
        """What it failed by, once it has; an error that `result` keeps as a sentence is none."""
        return self._future.exception() if self.done() else None

    def is_worth_keeping(self) -> bool:
        """Not if it was stopped, or failed by something that may pass, such as a full disk."""
        if self.should_stop():
            return False
        return self.error() is None


class Visit:
    """Stands for a visit, and lasts as long."""


class JobPool:
    """Jobs by key, for all visitors of this server.

    A finished one is kept until the last visit that asked for it has ended, or others that were
    asked for since need its room; only the last one is always kept.
    """

    def __init__(self, max_bytes: int = MAX_BYTES):
        self._max_bytes = max_bytes
        self._executor = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="jobs")
        # The one asked for last comes last; a running one is also held by its thread
        self._jobs: WeakValueDictionary[Hashable, Job] = WeakValueDictionary()
        self._kept: WeakKeyDictionary[Visit, dict[Hashable, Job]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Job | None:
        """The job of this key, if there is one that goes on or ended well."""
        job = self._jobs.get(key)
        return job if job and job.is_worth_keeping() else None

    def error(self, key: Hashable) -> BaseException | None:
        """What the job of this key failed by, if one did and none was started since."""
        job = self._jobs.get(key)
        return job.error() if job else None

    def start(self, visit: Visit, key: Hashable, call: Callable[[Job], Any]) -> Job:
        """The job of this key, or a new one that calls `call(job)`; kept for this visit, too."""
        with self._lock:
            job = self.get(key)
            if job is None:
                job = Job(_as_current_user(call), self._executor, self._make_room)
            self._jobs.pop(key, None)
            self._jobs[key] = self._kept.setdefault(visit, {})[key] = job
            return job

    def _make_room(self) -> None:
        """Drop the results asked for longest ago, until the rest are within the limit."""
        with self._lock:
            jobs = list(self._jobs.items())
            excess = sum(job.nbytes for _, job in jobs) - self._max_bytes
            for key, job in jobs[:-1]:
                if excess > 0 and job.nbytes:
                    excess -= job.nbytes
                    self._drop(key)
                elif not job.is_worth_keeping():
                    self._drop(key)

    def _drop(self, key) -> None:
        for kept in list(self._kept.values()):
            kept.pop(key, None)


def _nbytes(result) -> int:
    """How much memory a result takes: plain values, and arrays in them."""
    arrays: list[pickle.PickleBuffer] = []
    rest = pickle.dumps(result, 5, buffer_callback=arrays.append)
    return len(rest) + sum(array.raw().nbytes for array in arrays)


def _as_current_user(call):
    user_id = users.current_user()

    def call_as_user(job):
        with users.as_user(user_id):
            return call(job)

    return call_as_user


@st.cache_resource(show_spinner=False)
def job_pool(kind: str) -> JobPool:
    """The pool for a kind of job; no kind waits for another."""
    return JobPool()


@st.cache_resource(scope="session", show_spinner=False)
def _current_visit() -> Visit:
    """The visit that this run of a page is for; Streamlit drops it when the tab is closed."""
    return Visit()


def start(kind: str, key: Hashable, call: Callable[[Job], Any]) -> Job:
    """A job of a kind, for the current visit; see `JobPool.start`."""
    return job_pool(kind).start(_current_visit(), key, call)


def wait_for(job: Job, loading_text: str, progress_text: str) -> Any:
    """The result of a job that reports (done, total), with a bar and the time left until then.

    A click in between leaves the bar, and the job goes on.

    Args:
        loading_text: over the bar until the job reports.
        progress_text: over the bar from then on.
    """
    bar, polls = st.empty(), 0
    while not job.done():
        polls += 1
        if polls > 2:  # a job that is done at once shows no bar
            done, total = job.progress or (0, 1)
            bar.progress(done / total, _progress_words(job, loading_text, progress_text))
        time.sleep(POLL_INTERVAL)
    bar.empty()
    return job.result()


def _progress_words(job: Job, loading_text: str, progress_text: str) -> str:
    left = job.seconds_left()
    if left is None:
        return progress_text if job.progress else loading_text
    return f"{progress_text} about {labels.format_duration(left)} left"
