"""Ways to part a row: which digits there may be, and which of them each pixel belongs to."""

from itertools import product
from typing import NamedTuple

import numpy as np

from mnist_core.reading.segmenter import CELL, Segmentation

# Probabilities of a digit's middle: one between these may be a middle or not, both are tried; and
# in how many places at most, the most doubtful ones. Other values, tried on writers of unipen_train
# that the segmenter had not seen, made no difference or read less
POSSIBLE, CERTAIN, MAX_DOUBTFUL = 0.1, 0.85, 2
LIKELY = 0.3  # with this probability a place is as likely a middle as none
APART = 2  # columns: of two middles that are nearer only the more probable one counts
INK = 0.1  # of the strongest ink; fainter pixels vote for no middle
SHARED = 2.0  # pixels: a vote that is hardly nearer to one middle counts for the other as well
MIN_VOTES = 12  # pixels that must vote for a middle


class Parting(NamedTuple):
    """A way to part a row into digits."""

    middles: np.ndarray  # float64 (n,), n >= 1, from left to right, in pixels of the row
    log_probability: float  # by the segmenter alone


def partings(pixels: np.ndarray, segmentation: Segmentation) -> list[Parting]:
    """The likely ways to part a row, the most likely one first.

    Args:
        pixels: float32 (48, width), the row.
    """
    probabilities = segmentation.centres
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(probabilities, APART), 2 * APART + 1)
    is_peak = (probabilities >= POSSIBLE) & (probabilities == windows.max(axis=1))
    peaks = np.flatnonzero(is_peak)
    if not peaks.size:
        peaks = np.array([probabilities.argmax()])
    of_peaks = probabilities[peaks].astype(np.float64)
    doubt = np.abs(_logit(of_peaks) - _logit(LIKELY))
    doubtful = np.argsort(doubt)[:MAX_DOUBTFUL]
    doubtful = doubtful[of_peaks[doubtful] < CERTAIN]
    voted = votes(segmentation)[pixels >= INK]
    found = {}
    for choice in product((True, False), repeat=len(doubtful)):
        kept = of_peaks >= LIKELY
        kept[doubtful] = choice
        if kept.any():
            middles = _supported((peaks[kept] + 0.5) * CELL, voted)
            odds = np.where(kept, 1, -1) * (_logit(of_peaks) - _logit(LIKELY))
            log_probability = -float(np.logaddexp(0, -odds).sum())
            key = middles.tobytes()
            if key not in found or found[key].log_probability < log_probability:
                found[key] = Parting(middles, log_probability)
    return sorted(found.values(), key=lambda parting: -parting.log_probability)


def _logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def _supported(middles, voted) -> np.ndarray:
    """Without those for which hardly a pixel votes."""
    while len(middles) > 1:
        counts = np.bincount(nearest(voted, middles), minlength=len(middles))
        if counts.min() >= MIN_VOTES:
            break
        middles = np.delete(middles, counts.argmin())
    return middles


def shares(segmentation: Segmentation, middles: np.ndarray) -> np.ndarray:
    """Which pixels of a row each digit has: bool (n, 48, width).

    Where two digits cross, their ink is one and votes lie between: so both have it.
    """
    distance = np.abs(votes(segmentation) - middles[:, None, None])
    return distance <= distance.min(axis=0) + SHARED


def votes(segmentation: Segmentation) -> np.ndarray:
    """Where each pixel's digit has its middle, by the segmenter: float32 (48, width)."""
    return segmentation.offsets + np.arange(segmentation.offsets.shape[1]) + np.float32(0.5)


def nearest(voted: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """The number of the middle nearest to each vote: uint16, of the votes' shape."""
    return np.searchsorted((middles[1:] + middles[:-1]) / 2, voted).astype(np.uint16)
