"""Marks that paper encloses: which of what is darker, or lighter, than paper was written.

A mark is ink if paper encloses it: so a frame, a table, a finger at the edge and lines, which all
reach the edge, are none. How strong a mark must be is chosen among levels, as the one whose
outlines lie on the strongest edges of the picture. Marks of another pen, such as dust, are left.

Sources: Gatos, Pratikakis and Perantonis, Adaptive degraded document image binarization, 2006 (ink
is what differs from an estimated background by a share of the typical contrast); Milyaev et al.,
Image binarization for end-to-end text understanding in natural images, 2013 (of many
binarizations the one that agrees with the picture's edges).
"""

from typing import NamedTuple

import cv2
import numpy as np

from mnist_core.preprocess import paper

LEVELS = (0.14, 0.22, 0.32, 0.45, 0.6)  # of the strongest contrast
MIN_CONTRAST = 16  # grey levels
MAX_INK = 0.6  # of the picture
MIN_PAPER = 0.08  # of the picture
LARGER = 1.3  # times the inmost paper: another paper
EXACT = 2  # times the score of marks on paper of one colour, as their grey levels are exact
INNER = 0.04  # of the best score, from which marks on paper within that paper come first
ROUGH = 2.5  # times the paper's own edges, by noise: no outline of a mark
SHARPNESS = 3  # how much more the sharpness of an outline counts than its length
MIN_RIPPLES = 16  # pixels; fewer may be stray dots
RECTANGLE = 0.85  # of the smallest rectangle around it; an ellipse has 0.79
SHEET = 0.5  # of both: marks that share so much with others' paper are that sheet
SPECK = 0.06  # of the longer side
SOFT = 0.01  # of the longer side: how far an edge reaches
FULL = 75  # percent of a mark's pixels have no more than full ink
SAME = 0.8  # of some marks' pixels are in others: these are those marks and more
BESIDE, ROW = 0.1, 0.4  # of their height: how much wider and higher a row is that goes on
MAX_THICKNESS = 0.45  # of its length: more is no line of a pen
PALE, THIN, DOT = 0.5, 0.4, 0.8  # of the main mark's contrast and thickness: another pen's


class Marks(NamedTuple):
    """Marks of one pen that one sheet of paper encloses."""

    mask: np.ndarray  # bool (h, w)
    contrast: np.ndarray  # float32 (h, w): grey levels from the paper, 0 and more
    level: float  # the contrast that parts marks from paper
    score: float  # how strong their outlines are: the sum of the edges that they lie on
    paper: np.ndarray  # bool (h, w): that encloses them, they and other marks left out
    area: int  # of the paper with all that it encloses, pixels
    rectangular: bool  # whether that is as full as a sheet in perspective
    colour: np.ndarray | None  # (channels,): the paper's, if most of the picture has it exactly


def find_marks(pixels: np.ndarray, whole: bool = False) -> list[Marks]:
    """Each set of marks that may be what was written; the best one first.

    Args:
        pixels: uint8 (h, w, 1), (h, w, 3) or (h, w, 4), a few hundred pixels wide and high.
        whole: also marks that reach the edge of the picture.
    """
    if max(paper.share(pixels, colour) for colour in paper.colours(pixels)) <= 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.8).reshape(pixels.shape)
    candidates = []
    for background in (*paper.colours(pixels), *paper.surroundings(pixels)):
        exact = background.ndim == 1 and paper.share(pixels, background) > 0.5
        darker = background - pixels
        dark, light = (_largest_channel(difference) for difference in (darker, -darker))
        for contrast in (dark, light):
            found = _marks_at_levels(contrast, np.maximum(dark, light), whole)
            candidates += [one._replace(colour=background if exact else None) for one in found]
    return _rank(candidates)


def is_speck(marks: Marks) -> bool:
    """Whether they are hardly larger than dust."""
    return max(np.ptp(axis) + 1 for axis in np.nonzero(marks.mask)) < SPECK * max(marks.mask.shape)


def grown(marks: Marks) -> np.ndarray:
    """The mask with the soft edges of the marks: bool (h, w)."""
    size = 2 * max(1, round(SOFT * max(marks.mask.shape))) + 1
    return cv2.dilate(marks.mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0


def has_ripples(marks: Marks, faint: float) -> bool:
    """Whether there are faint pixels apart from all marks, as JPEG leaves them around a line."""
    near = cv2.dilate(marks.mask.astype(np.uint8), np.ones((7, 7))) > 0
    apart = (marks.contrast > 0) & (marks.contrast < faint * marks.contrast.max()) & ~near
    return np.count_nonzero(apart) >= MIN_RIPPLES


def ink_of(marks: Marks) -> np.ndarray:
    """How much ink each pixel has: uint8 (h, w), 255 where a mark is full."""
    full = np.percentile(marks.contrast[marks.mask], FULL)
    floor = min(marks.level / 2, full / 2)
    levels = (marks.contrast - floor) * (255 / (full - floor))
    return np.where(grown(marks), np.clip(levels, 0, 255), 0).astype(np.uint8)


def _rank(candidates):
    """The best first: none that is another's paper; and first those on paper within paper."""
    most = max((one.score for one in candidates), default=0)
    strong = [one for one in candidates if one.score >= INNER * most]
    sheets = [one.paper for one in strong if one.rectangular]
    strong = [one for one in strong if not any(_is_sheet(one.mask, sheet) for sheet in sheets)]
    inmost = min((one.area for one in strong), default=0)
    strong.sort(key=lambda one: (one.area > LARGER * inmost, -one.score * _weight(one)))
    longer = [one for one in strong if _goes_on(one, strong[0])]
    longer.sort(key=lambda one: -one.score * _weight(one))
    return [*longer, *strong]


def _goes_on(one, best):
    """Whether marks are others and more beside them, of which a shadow's edge had parted them."""
    if np.count_nonzero(one.mask & best.mask) < SAME * np.count_nonzero(best.mask):
        return False
    if not any(side.any() for side in (*best.paper[[0, -1]], *best.paper[:, [0, -1]].T)):
        return False  # it is a whole sheet, and no part of one
    (top, bottom, left, right), (upper, lower, first, last) = _extent(best), _extent(one)
    height = bottom - top
    beside = right - left + BESIDE * height < last - first
    return beside and max(top - upper, lower - bottom) < ROW * height


def _extent(marks):
    rows, columns = np.nonzero(marks.mask)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def _weight(one):
    return 1 if one.colour is None else EXACT


def _is_sheet(mask, sheet):
    return np.count_nonzero(mask & sheet) > SHEET * max(mask.sum(), sheet.sum())


def _largest_channel(difference):
    """The largest difference of any channel, where it is above 0: float32 (h, w)."""
    return np.maximum(np.maximum.reduce(cv2.split(difference)), 0)


def _marks_at_levels(contrast, distance, whole):
    edges, noise, peak = (
        paper.edges_of(contrast),
        paper.noise_of(distance),
        float(np.percentile(contrast, 99.9)),
    )
    for level in np.multiply(LEVELS, peak):
        above, even = contrast > level, distance <= level
        if min(2 * level, peak) < max(MIN_CONTRAST, paper.NOISES * noise) or above.mean() > MAX_INK:
            continue
        if whole:  # as if paper went on around the picture
            for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
                above[side], even[side] = False, True
        for sheet, inside, rectangular in _papers(even):
            mask, score = _enclosed(above, inside, contrast, edges)
            if score > 0:
                area = np.count_nonzero(inside)
                yield Marks(mask, contrast, level, score, sheet, area, rectangular, None)


def _papers(even):
    """Every large even region; the same with all that it encloses; whether that is a rectangle."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(even.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] > MIN_PAPER * even.size
    for label in np.flatnonzero(large[1:]) + 1:
        sheet = labels == label
        filled = sheet.astype(np.uint8)
        outlines, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
        _, (width, height), _ = cv2.minAreaRect(outlines[0])
        yield sheet, filled > 0, np.count_nonzero(filled) > RECTANGLE * width * height


def _enclosed(above, inside, contrast, edges):
    """The marks of one pen that lie wholly inside, and how strong their outlines are."""
    above = above.astype(np.uint8)
    outline = above - cv2.erode(
        above, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(above, connectivity=8)
    at = np.flatnonzero(outline)
    outer = labels.ravel()[at]
    length = np.maximum(np.bincount(outer, minlength=count), 1)
    softness = np.bincount(outer, 1 / (edges.ravel()[at] + 1), count) / length
    sharpness = 1 / np.maximum(softness, 1e-3)
    strength = length * sharpness**SHARPNESS
    strength[(sharpness < ROUGH * np.median(edges) + 1) | (np.arange(count) == 0)] = 0
    strength[outer[~inside.ravel()[at]]] = 0
    main = int(np.argmax(strength))
    if strength[main] <= 0:
        return None, 0.0
    at = np.flatnonzero(above)
    inner = labels.ravel()[at]
    area = np.maximum(np.bincount(inner, minlength=count), 1)
    darkness = np.bincount(inner, contrast.ravel()[at], count) / area
    depth = cv2.distanceTransform(above, cv2.DIST_L2, 3)
    thickness = np.bincount(inner, depth.ravel()[at], count) / area
    extent = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    least = np.where(extent > 6 * thickness[main], THIN, DOT) * thickness[main]
    kept = (strength > 0) & (darkness > PALE * darkness[main]) & (thickness >= least)
    mask = kept[labels]
    if 2 * depth[mask].max() > MAX_THICKNESS * extent[main]:
        return None, 0.0
    return mask, float(strength[kept].sum())
