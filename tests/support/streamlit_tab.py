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

PATIENCE = 60  # seconds until an answer counts as lost


@dataclass
class Asked:
    """One request to run the page, and what became of it; times by `time.perf_counter`."""

    fragment: str  # that it is about; "" is the whole page
    watch: str = ""  # the key of the container to be timed
    sent: float = 0.0
    run: str = ""  # that answers it
    shown: float = 0.0  # when the first new element in that container arrived
    ended: float = 0.0


class Tab:
    """`page`: as it is now, under the lock `news`. `faults`: what went wrong, in words."""

    _loop = None  # one thread serves all tabs

    def __init__(self, url: str, cookies: dict[str, str] | None):
        if Tab._loop is None:
            Tab._loop = asyncio.new_event_loop()
            threading.Thread(target=Tab._loop.run_forever, daemon=True, name="tabs").start()
        self.url, self.cookies = url, dict(cookies or {})
        self.session = ""  # the server's name for this tab
        self.page, self.faults, self.news = Page(), [], threading.Condition()
        self._open: list[Asked] = []  # requests that wait for their answer
        self._repeats: list[asyncio.Task] = []
        self._socket = None

    def connect(self) -> None:
        """Open the websocket, with the cookies that the server gives out first."""
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=PATIENCE) as answer:
            for said in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: one.value for name, one in SimpleCookie(said).items()}
        self._wait_for(self._connect())

    def close(self) -> None:
        """Close the websocket, as a browser does when its tab is closed."""
        if self._socket is not None:
            self._wait_for(self._disconnect())

    def ask(self, asked: Asked, pressed: WidgetState | None = None, page_name: str = "") -> Asked:
        """Have the server run the page, or a fragment of it, and wait for the end of that run.

        Args:
            pressed: a button that was pressed.
            page_name: the page's path, as long as the server has not named its pages.

        Raises:
            TimeoutError: no answer came.
            ConnectionError: the connection ended before.
        """
        with self.news:
            self._open.append(asked)
        request = self._request(asked.fragment, pressed, page_name)
        asked.sent = time.perf_counter()
        try:
            self._wait_for(self._send(request))
            self.wait(lambda: asked.ended or self._socket is None)
        finally:
            with self.news:
                self._open = [one for one in self._open if one is not asked]
        if not asked.ended:
            raise ConnectionError(f"The connection ended before the answer. {self.faults}")
        return asked

    def wait(self, condition, seconds: float = PATIENCE) -> None:
        """Wait until this is true; asked whenever a run has ended. TimeoutError: it never was."""
        with self.news:
            if not self.news.wait_for(condition, seconds):
                words = " ".join(node.words() for node in self.page.within())
                raise TimeoutError(f"Not in {seconds} s. Faults: {self.faults}. {words[:1000]}")

    def _wait_for(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    def _request(self, fragment, pressed=None, page_name="", repeated=False) -> bytes:
        message, page = BackMsg(), self.page
        rerun, context = message.rerun_script, message.rerun_script.context_info
        with self.news:
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
        named = ["streamlit", self.cookies.get("_streamlit_xsrf", "none"), self.session]
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream", max_size=None, origin=self.url,
            subprotocols=list(filter(None, named)), additional_headers={"Cookie": cookies},
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
                with self.news:
                    self._take(message)
        except ConnectionClosed as fault:
            if self._socket is socket:
                self.faults.append(f"The connection broke: {fault}")
        except Exception as fault:  # the visitor's own: it must not look like silence
            self.faults.append(f"The visitor failed: {fault!r}")
        finally:
            if self._socket is socket:
                self._socket = None
                self._stop_repeats()
            with self.news:
                self.news.notify_all()

    def _take(self, message) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif kind in ("delta", "ref_hash"):
            self._lay(message)
        elif kind == "script_finished":
            self._end(message)
        elif kind == "auto_rerun":
            told = message.auto_rerun
            repeat = self._repeat(told.interval, told.fragment_id)
            self._repeats.append(asyncio.create_task(repeat))
        elif kind == "navigation":
            self.page.name(message.navigation)
        elif kind == "page_info_changed":
            self.page.query = message.page_info_changed.query_string
        elif kind in ("page_not_found", "session_event"):
            self.faults.append(f"{kind}: {message}")

    def _begin(self, message):
        self.session = message.new_session.initialize.session_id
        self.page.begin(message)
        if not self.page.fragments:
            self._stop_repeats()
        for asked in self._open:
            about = not self.page.fragments or asked.fragment in self.page.fragments
            if asked.sent and not asked.run and about:
                asked.run = self.page.run

    def _lay(self, message):
        path, node = self.page.lay(message)
        if node is not None and node.kind == "exception":
            self.faults.append(f"{node.content.type}: {node.content.message}")
        around = {self.page.key_at(path[:length]) for length in range(1, len(path))}
        for asked in self._open:
            if asked.run == self.page.run and asked.watch in around and not asked.shown:
                asked.shown = time.perf_counter()

    def _end(self, message):
        run, how = message.metadata.run.script_run_id, message.script_finished
        if how == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("The page's program can't be compiled.")
        again = how == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if not again:
            self.page.end(run)
        for asked in [one for one in self._open if one.run == run]:
            asked.run = "" if again else run
            asked.ended = 0.0 if again else time.perf_counter()
        self.news.notify_all()

    def _stop_repeats(self):
        while self._repeats:
            self._repeats.pop().cancel()

    async def _repeat(self, interval, fragment):
        while self._socket is not None:
            await asyncio.sleep(interval)
            with contextlib.suppress(ConnectionClosed, ConnectionError):
                await self._send(self._request(fragment, repeated=True))
