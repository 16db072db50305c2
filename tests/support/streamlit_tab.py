"""A tab's connection to a Streamlit server: requests go out, the page changes as answers come in.

Streamlit 1.67's protocol over a real websocket; see `visitor` for who uses it.
"""

import asyncio
import contextlib
import threading
import time
import urllib.request
from dataclasses import dataclass
from http.cookies import SimpleCookie

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit_page import Page
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

TIMEOUT = 120  # seconds until an answer counts as lost


@dataclass
class Rerun:
    """One request to run the page, and what became of it; times by `time.perf_counter`."""

    fragment: str  # that it is about; "" is the whole page
    watch: str = ""  # the key of the container to be timed
    sent: float = 0.0
    run: str = ""  # that answers it
    overtaken: str = ""  # the run that did, whose end came with the beginning of another
    shown: float = 0.0  # when the first new element in that container arrived
    ended: float = 0.0


class Tab:
    """`page`: as it is now, under the lock `changed`. `failures`: what went wrong."""

    _loop = None  # one thread serves all tabs

    def __init__(self, url: str, cookies: dict[str, str] | None):
        if Tab._loop is None:
            Tab._loop = asyncio.new_event_loop()
            threading.Thread(target=Tab._loop.run_forever, daemon=True, name="tabs").start()
        self.url, self.cookies = url, dict(cookies or {})
        self.session = ""  # the server's name for this tab
        self.page, self.failures, self.changed = Page(), [], threading.Condition()
        self._pending: list[Rerun] = []  # that wait for their answer
        self._repeats: list[asyncio.Task] = []
        self._socket = None

    def connect(self) -> None:
        """Open the websocket, with the cookies that the server gives out first."""
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=TIMEOUT) as answer:
            for header in answer.headers.get_all("Set-Cookie") or []:
                morsels = SimpleCookie(header).items()
                self.cookies |= {name: morsel.value for name, morsel in morsels}
        self._wait_for(self._connect())

    def close(self) -> None:
        """Close the websocket, as a browser does when its tab is closed."""
        if self._socket is not None:
            self._wait_for(self._disconnect())

    def rerun(self, rerun: Rerun, pressed: WidgetState | None = None, page_name: str = "") -> Rerun:
        """Have the server run the page, or a fragment of it, and wait for the end of that run.

        Args:
            pressed: a button that was pressed.
            page_name: the page's path, as long as the server has not named its pages.

        Raises:
            TimeoutError: no answer came.
            ConnectionError: the connection ended before.
        """
        with self.changed:
            self._pending.append(rerun)
        request = self._request(rerun.fragment, pressed, page_name)
        rerun.sent = time.perf_counter()
        try:
            self._wait_for(self._send(request))
            self.wait(lambda: rerun.ended or self._socket is None)
        finally:
            with self.changed:
                self._pending = [other for other in self._pending if other is not rerun]
        if not rerun.ended:
            raise ConnectionError(f"The connection ended before the answer. {self.failures}")
        return rerun

    def wait(self, condition, seconds: float = TIMEOUT) -> None:
        """Wait until this is true; checked whenever a run has ended. TimeoutError: it never was."""
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                words = " ".join(node.text() for node in self.page.nodes_in())
                raise TimeoutError(f"Not in {seconds} s. Failures: {self.failures}. {words[:1000]}")

    def _wait_for(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)

    def _request(self, fragment, pressed=None, page_name="", repeated=False) -> bytes:
        message, page = BackMsg(), self.page
        rerun, context = message.rerun_script, message.rerun_script.context_info
        with self.changed:
            rerun.query_string, rerun.page_script_hash = page.query, page.hash
            rerun.widget_states.widgets.extend(page.states())
            rerun.cached_message_hashes.extend(page.large)
        if pressed is not None:
            rerun.widget_states.widgets.append(pressed)
        rerun.page_name, rerun.fragment_id, rerun.is_auto_rerun = page_name, fragment, repeated
        context.timezone, context.locale, context.url = "UTC", "en-US", f"{self.url}/"
        context.timezone_offset, context.is_embedded, context.color_scheme = 0, False, "light"
        return message.SerializeToString()

    async def _connect(self):
        protocols = ["streamlit", self.cookies.get("_streamlit_xsrf", "none"), self.session]
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream", max_size=None, origin=self.url,
            subprotocols=list(filter(None, protocols)), additional_headers={"Cookie": cookies},
        )  # fmt: skip
        self._listener = asyncio.create_task(self._listen(self._socket))

    async def _disconnect(self):
        self._stop_repeats()
        socket, self._socket = self._socket, None
        await socket.close()

    async def _send(self, request):
        if self._socket is None:
            raise ConnectionError("This tab is closed.")
        await self._socket.send(request)

    async def _listen(self, socket):
        try:
            async for data in socket:
                message = ForwardMsg.FromString(data)
                with self.changed:
                    self._apply(message)
        except ConnectionClosed as error:
            if self._socket is socket:
                self.failures.append(f"The connection broke: {error}")
        except Exception as error:  # the visitor's own: it must not look like silence
            self.failures.append(f"The visitor failed: {error!r}")
        finally:
            if self._socket is socket:
                self._socket = None
                self._stop_repeats()
            with self.changed:
                self.changed.notify_all()

    def _apply(self, message) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._on_new_session(message)
        elif kind in ("delta", "ref_hash"):
            self._on_delta(message)
        elif kind == "script_finished":
            self._on_finished(message)
        elif kind == "auto_rerun":
            repeat = self._repeat(message.auto_rerun.interval, message.auto_rerun.fragment_id)
            self._repeats.append(asyncio.create_task(repeat))
        elif kind == "navigation":
            self.page.set_pages(message.navigation)
        elif kind == "page_info_changed":
            self.page.query = message.page_info_changed.query_string
        elif kind in ("page_not_found", "session_event"):
            self.failures.append(f"{kind}: {message}")

    def _on_new_session(self, message):
        self.session = message.new_session.initialize.session_id
        self.page.start_run(message)
        if not self.page.fragments:
            self._stop_repeats()
        for rerun in self._pending:
            answers = not self.page.fragments or rerun.fragment in self.page.fragments
            if rerun.sent and not rerun.run and answers:
                rerun.run = self.page.run
            elif rerun.overtaken and not rerun.run:  # by another fragment, after its own end
                rerun.run, rerun.ended = rerun.overtaken, time.perf_counter()
                self.changed.notify_all()

    def _on_delta(self, message):
        path, node = self.page.apply_delta(message)
        if node is not None and node.kind == "exception":
            self.failures.append(f"{node.content.type}: {node.content.message}")
        containers = {self.page.key_at(path[:length]) for length in range(1, len(path))}
        for rerun in self._pending:
            if rerun.run == self.page.run and rerun.watch in containers and not rerun.shown:
                rerun.shown = time.perf_counter()

    def _on_finished(self, message):
        run, status = message.metadata.run.script_run_id, message.script_finished
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.failures.append("The page's program can't be compiled.")
        again = status == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if not again:
            self.page.finish_run(run)
        for rerun in [pending for pending in self._pending if pending.run == run]:
            rerun.run, rerun.overtaken = ("", run) if again else (run, "")
            rerun.ended = 0.0 if again else time.perf_counter()
        self.changed.notify_all()

    def _stop_repeats(self):
        while self._repeats:
            self._repeats.pop().cancel()

    async def _repeat(self, interval, fragment):
        while self._socket is not None:
            await asyncio.sleep(interval)
            with contextlib.suppress(ConnectionClosed, ConnectionError):
                await self._send(self._request(fragment, repeated=True))
