"""A file from the network, whole and as promised, or an error in one sentence."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable

CHUNK = 1 << 16  # bytes, at most, between two calls of `on_progress`


def fetch(
    url: str,
    sha256: str,
    size: int,
    on_progress: Callable[[int, int], None],
    timeout: float,
    silence: float,
) -> bytes:
    """The bytes behind `url`.

    Args:
        sha256: what they must hash to.
        size: about how many they are; more than twice as many are refused.
        on_progress: called with (bytes so far, bytes in all).
        timeout: seconds for the whole.
        silence: seconds without a byte after which the server is given up.

    Raises:
        ValueError: names the url, and says why it failed.
    """
    silence = min(silence, timeout)
    try:
        data = _read(url, size, on_progress, time.monotonic() + timeout, silence)
    except TimeoutError:
        raise ValueError(f"The download of {url} failed: nothing came for {silence} s.") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ValueError(f"The download of {url} failed: {_reason(error)}.") from None
    received = hashlib.sha256(data).hexdigest()
    if received != sha256:
        raise ValueError(
            f"{url} must be the file with the sha256 {sha256}."
            f" Received: {len(data):,} bytes with {received}"
        )
    return data


def _reason(error: Exception) -> str:
    """Why, as the system says it; without a network that is all there is to say."""
    reason = getattr(error, "reason", error)
    if isinstance(error, urllib.error.URLError) and isinstance(reason, OSError):
        return f"{reason.strerror or reason} (is this computer connected to the internet?)"
    return str(error)


def _read(url, size, on_progress, deadline, silence) -> bytes:
    received = bytearray()
    with urllib.request.urlopen(url, timeout=silence) as response:
        total = int(response.headers.get("Content-Length") or size)
        while chunk := response.read1(CHUNK):  # read1: a slow server can't hold it past deadline
            received += chunk
            if len(received) > 2 * size:
                raise ValueError(f"more than twice the expected {size} bytes came")
            if time.monotonic() > deadline:
                raise ValueError("it took longer than its time limit")
            on_progress(len(received), total)
    return bytes(received)
