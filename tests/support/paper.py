"""Photos and scans of digits on paper, made for tests and measurements: no real photo is needed.

A drawing is laid as ink on a sheet; then what happens to a sheet before a camera, each kind at a
strength from 1 (hardly seen) to 5 (worse than people send).
"""

from typing import NamedTuple

import cv2
import numpy as np

from mnist_core.strokes.rasterize import place, rasterize, transform

STRENGTHS = (1, 2, 3, 4, 5)


class Sheet(NamedTuple):
    """A picture that is being made."""

    colours: np.ndarray  # float32 (H, W, 3), 0 to 255
    height: float  # of the digit, pixels
    pen: float  # its width, pixels
    box: tuple[float, float, float, float]  # of the digit: left, top, right, bottom, pixels


def photograph(
    strokes, rng: np.random.Generator, kinds=(), strength: int = 1, digit: float = 1.0
) -> np.ndarray:
    """A digit or a number on paper: uint8 (H, W, 3), 240 to 900 pixels wide and high.

    Args:
        strokes: (k, 2) each, in any unit, y down.
        digit: of a number, a digit's height, as a share of the number's longer side.
        kinds: names of `KINDS`; whatever their order here, they happen in the order there.
        strength: 1 to 5.
    """
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise ValueError(f"Kinds must be of {', '.join(KINDS)}. Received: {sorted(unknown)}")
    chosen = [kind for kind in KINDS if kind in kinds]
    if "turn" in chosen:
        angle = np.deg2rad(6 * strength) * rng.choice([-1, 1])
        cos, sin = np.cos(angle), np.sin(angle)
        strokes = transform(strokes, [[cos, -sin], [sin, cos]])
    sheet = lay(strokes, rng, next((k for k in chosen if k in INKS), "pen"), strength, digit)
    for kind in chosen:
        if kind not in INKS and kind != "turn":
            sheet = KINDS[kind](sheet, rng, strength)
    return np.clip(sheet.colours + 0.5, 0, 255).astype(np.uint8)


def lay(strokes, rng, ink: str, strength: int, digit: float = 1.0) -> Sheet:
    """The drawing in an ink on an even sheet."""
    side = int(rng.integers(240, 900))
    shape = (side, int(side * rng.uniform(0.6, 1))) if rng.random() < 0.5 else (side, side)
    shape = shape[::-1] if rng.random() < 0.5 else shape
    share = rng.uniform(*(DIGIT if digit == 1 else NUMBER))
    size = share * min(shape) / side  # of the square canvas
    thin, thick = INKS[ink]
    height = digit * size * side
    pen = max(rng.uniform(thin, thick) * height, 1.2)
    points = np.concatenate(strokes)
    half = np.ptp(points, axis=0) / np.ptp(points, axis=0).max() * size * side / 2 + pen / 2 + 4
    low, high = half + 0.06 * side, np.array(shape[::-1]) - half - 0.06 * side
    at = rng.uniform(np.minimum(low, high), np.maximum(low, high))
    cover = rasterize(place(strokes, side, size, at), side, pen)[: shape[0], : shape[1]] / 255
    paper, colour = _colours(ink, rng, strength)
    if ink in ("pencil", "chalk"):  # it takes only to the paper's grain
        grain = cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), 0.8)
        cover = cover * np.clip(1 - 0.08 * strength + 0.5 * grain, 0, 1)
    cover = cover[..., None].astype(np.float32)
    box = (*(at - half), *(at + half))
    return Sheet(paper * (1 - cover) + colour * cover, height, pen, box)


DIGIT, NUMBER = (0.25, 0.7), (0.5, 0.85)  # longer sides, in shorter sides of the picture
# The pen's width in digit heights
INKS = {"pen": (0.04, 0.12), "pencil": (0.025, 0.05), "felt": (0.1, 0.2), "chalk": (0.05, 0.12)}


def _colours(ink, rng, strength):
    """float32 (3,) each: of the paper and of the ink."""
    if ink == "chalk":
        board = rng.uniform(25, 70) * np.array([0.9, 1, 0.95])
        return board.astype(np.float32), np.float32([235, 235, 225]) * (1 - 0.1 * strength)
    paper = rng.uniform(205, 252) * rng.uniform(0.93, 1, 3)
    share = {"pencil": 0.75 - 0.11 * strength, "felt": 0.85}.get(ink, 0.8)  # of light taken
    tint = {0: [1, 1, 1], 1: [1, 0.9, 0.6], 2: [0.6, 1, 1]}[int(rng.integers(3))]
    tint = [1, 1, 1] if ink == "pencil" else tint
    return paper.astype(np.float32), (paper * (1 - share * np.array(tint))).astype(np.float32)


def _axes(sheet):
    """Rows and columns, each -1 to 1."""
    h, w = sheet.colours.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, h), np.linspace(-1, 1, w), indexing="ij")
    return y.astype(np.float32), x.astype(np.float32)


def _ruled(sheet, rng, strength, spacing, both):
    """Printed lines under the ink, from edge to edge."""
    h, w = sheet.colours.shape[:2]
    width = max(1.0, 0.004 * max(h, w))
    share = 0.08 + 0.1 * strength  # of light taken
    angle = np.deg2rad(rng.uniform(-1, 1) * strength)
    y, x = np.mgrid[:h, :w].astype(np.float32)
    turned = [y * np.cos(angle) - x * np.sin(angle), y * np.sin(angle) + x * np.cos(angle)]
    lines = np.zeros((h, w), np.float32)
    for axis in turned[: 1 + both]:
        distance = np.abs((axis + rng.uniform(0, spacing)) % spacing - spacing / 2)
        lines = np.maximum(lines, np.clip(width / 2 + 0.5 - distance, 0, 1))
    tint = np.float32([[1, 1, 1], [1, 0.6, 0.3]][int(rng.integers(2))])
    return sheet._replace(colours=sheet.colours * (1 - share * lines[..., None] * tint))


def lines(sheet, rng, strength):
    """Lined paper."""
    return _ruled(sheet, rng, strength, sheet.height * rng.uniform(0.5, 1.2), False)


def squares(sheet, rng, strength):
    """Squared paper."""
    return _ruled(sheet, rng, strength, sheet.height / rng.uniform(1, 4), True)


def specks(sheet, rng, strength):
    """Dust and crumbs, smaller than a pen's dot, of all shades."""
    colours = sheet.colours.copy()
    h, w = colours.shape[:2]
    for _ in range(3 * strength):
        at = (int(rng.integers(w)), int(rng.integers(h)))
        radius = max(0.6, rng.uniform(0.15, 0.45) * sheet.pen)
        level = float(rng.uniform(0.3, 0.9))
        spot = np.zeros((h, w), np.float32)
        cv2.circle(spot, (at[0] * 16, at[1] * 16), int(radius * 16), level, -1, cv2.LINE_AA, 4)
        colours *= 1 - spot[..., None] * np.float32(0.12 * strength + 0.2)
    return sheet._replace(colours=colours)


def frame(sheet, rng, strength):
    """A border line, a scan's edge or a frame on one to four sides."""
    colours = sheet.colours.copy()
    h, w = colours.shape[:2]
    left, top, right, bottom = sheet.box
    width = max(1, round(0.006 * strength * max(h, w)))
    inset = int(rng.integers(0, 4)) * (rng.random() < 0.5)
    level = rng.uniform(0, 160)
    room = {"left": left, "top": top, "right": w - right, "bottom": h - bottom}
    sides = [s for s in rng.permutation(list(room)) if room[s] > inset + width + 3]
    for side in sides[: int(rng.integers(1, 5))]:
        band = slice(inset, inset + width)
        view = colours if side in ("left", "top") else colours[::-1, ::-1]
        view = view.swapaxes(0, 1) if side in ("left", "right") else view
        view[band] = level
    return sheet._replace(colours=colours)


def ground(sheet, rng, strength):
    """The sheet lies on a table, of which a corner, an edge or a margin all around is seen."""
    h, w = sheet.colours.shape[:2]
    left, top, right, bottom = sheet.box
    table = rng.uniform(20, 190) * rng.uniform(0.6, 1, 3)
    if rng.random() < 0.15:
        table = np.full(3, 255.0)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (h, w)).astype(np.float32), (0, 0), 4, sigmaY=1)
    table = table.astype(np.float32) + 25 * grain[..., None]
    most = 0.05 * strength * np.array([w, h, w, h])
    margins = np.minimum([left - 6, top - 6, w - right - 6, h - bottom - 6], most)
    margins = np.maximum(margins * rng.uniform(0.5, 1, 4), 0)
    margins *= rng.random(4) < 0.3 + 0.14 * strength
    left, top, right, bottom = margins
    right, bottom = w - right, h - bottom
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    corners += rng.uniform(-0.3, 0.3, (4, 2)) * margins.reshape(2, 2).min(axis=0) * 0.5
    paper = np.zeros((h, w), np.float32)
    cv2.fillConvexPoly(paper, (corners * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
    paper = cv2.GaussianBlur(paper, (0, 0), 0.7)[..., None]
    return sheet._replace(colours=sheet.colours * paper + table * (1 - paper))


def objects(sheet, rng, strength):
    """Fingers or a pen that reach in from the edge, next to the digit and not over it."""
    colours = sheet.colours.copy()
    h, w = colours.shape[:2]
    left, top, right, bottom = sheet.box
    y, x = np.mgrid[:h, :w].astype(np.float32)
    rooms = {(0, 1): left, (0, -1): w - right, (1, 1): top, (1, -1): h - bottom}
    room = sorted(rooms, key=rooms.get)[-int(rng.integers(1, 3))]
    reach = min(0.09 * strength * max(h, w), rooms[room] - 8)
    if reach < 6:
        return sheet
    axis, side = room
    depth, across, length = (x, y, w) if axis == 0 else (y, x, h)
    depth = depth if side > 0 else length - 1 - depth
    finger = rng.random() < 0.6
    radius = (0.06 if finger else 0.02) * max(h, w)
    radius = min(radius, reach / 2)
    at = rng.uniform(0.2, 0.8) * (h if axis == 0 else w)
    slope = rng.uniform(-0.5, 0.5)
    distance = np.hypot(across - at - slope * depth, np.maximum(depth - reach + radius, 0))
    cover = np.clip(radius + 0.5 - distance, 0, 1)[..., None]
    colour = np.float32([205, 150, 120] if finger else rng.uniform(10, 120, 3))
    shade = (1 - 0.35 * np.clip(distance / radius, 0, 1) ** 2)[..., None]
    return sheet._replace(colours=colours * (1 - cover) + colour * shade * cover)


def perspective(sheet, rng, strength):
    """Seen from a side: each corner of the picture comes from another place of the sheet."""
    h, w = sheet.colours.shape[:2]
    square = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    left, top, right, bottom = sheet.box
    box = np.float32([[[left, top], [right, top], [right, bottom], [left, bottom]]])
    moves = rng.uniform(-0.03, 0.03, (4, 2)) * strength * [w, h]
    for share in (1, 0.7, 0.5, 0.3, 0):  # the digit stays on the picture
        moved = (square + share * moves).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(square, moved)
        corners = cv2.perspectiveTransform(box, matrix)
        if (corners >= 2).all() and (corners < np.float32([w - 2, h - 2])).all():
            break
    size = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    return sheet._replace(colours=cv2.warpPerspective(sheet.colours, matrix, (w, h), **size))


def gradient(sheet, rng, strength):
    """Light that falls off to one side and away from a lamp."""
    y, x = _axes(sheet)
    angle = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(angle) * x + np.sin(angle) * y + 1.4) / 2.8
    at = rng.uniform(-1, 1, 2)
    away = np.clip((np.square(x - at[0]) + np.square(y - at[1])) / 8, 0, 1)
    dark = 0.09 * strength * slope + 0.06 * strength * away
    return sheet._replace(colours=sheet.colours * (1 - dark[..., None]))


def shadow(sheet, rng, strength):
    """A hand's or a head's shadow with a softer or harder edge."""
    y, x = _axes(sheet)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.6, 0.6)
    edge = np.cos(angle) * x + np.sin(angle) * y - offset
    edge += 0.15 * np.sin(3 * (np.cos(angle) * y - np.sin(angle) * x) + rng.uniform(0, 6))
    dark = 0.1 * strength / (1 + np.exp(-edge / rng.uniform(0.02, 0.2)))
    return sheet._replace(colours=sheet.colours * (1 - dark[..., None]))


def blur(sheet, rng, strength):
    """Out of focus."""
    sigma = 0.1 * strength * sheet.pen * rng.uniform(0.6, 1) + 0.3
    return sheet._replace(colours=cv2.GaussianBlur(sheet.colours, (0, 0), sigma))


def noise(sheet, rng, strength):
    """A camera's noise in little light."""
    return sheet._replace(
        colours=sheet.colours + rng.normal(0, 4 * strength, sheet.colours.shape).astype(np.float32)
    )


def jpeg(sheet, rng, strength):
    """Stored with losses."""
    quality = (85, 60, 40, 25, 12)[strength - 1]
    pixels = np.clip(sheet.colours + 0.5, 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return sheet._replace(colours=cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.float32))


KINDS = {
    **dict.fromkeys(INKS),
    "turn": None,
    "lines": lines,
    "squares": squares,
    "specks": specks,
    "frame": frame,
    "ground": ground,
    "perspective": perspective,
    "objects": objects,
    "shadow": shadow,
    "gradient": gradient,
    "blur": blur,
    "noise": noise,
    "jpeg": jpeg,
}
TOGETHER = (
    "lines",
    "specks",
    "ground",
    "perspective",
    "shadow",
    "gradient",
    "blur",
    "noise",
    "jpeg",
)
