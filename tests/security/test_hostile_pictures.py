"""Two thousand broken, truncated, mislabelled and monstrous picture files, opened for real.

It is its own second process: with a folder as its argument it opens the files there, and prints
what came of them as JSON.
"""

import json
import os
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from pictures import difference, encode, encode_turned
from PIL import Image

from mnist_core.preprocess import image_files
from mnist_core.preprocess.foreground import BlankPictureError
from mnist_core.preprocess.image_files import open_picture
from mnist_core.preprocess.mnist_rule import to_mnist

image_files.register_heif()
pytestmark = pytest.mark.slow  # two thousand files, and some large ones

ROOT = Path(__file__).parents[2]
FILES = 2000
MAX_SECONDS = 2.0  # of all processors together
MAX_BYTES = 300e6  # of memory, more than before
SEED = 6
KINDS = [
    *((kind, "L") for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")),
    *((kind, "RGB") for kind in ("PNG", "JPEG", "BMP", "WEBP", "TIFF", "HEIF")),
    *((kind, "RGBA") for kind in ("PNG", "WEBP", "TIFF")),
    *((kind, "1") for kind in ("PNG", "BMP", "TIFF")),
    *((kind, "P") for kind in ("PNG", "GIF", "TIFF")),
    ("PNG", "I;16"), ("TIFF", "I;16"), ("TIFF", "F"), ("TIFF", "I"),
    ("JPEG", "CMYK"), ("TIFF", "CMYK"), ("PNG", "LA"),
]  # fmt: skip
TEXTS = [
    b"",
    b"\x00",
    b"<svg xmlns='http://www.w3.org/2000/svg' width='9e9' height='9e9'><script/></svg>",
    b"<!DOCTYPE html><html><img src=x onerror=alert(1)></html>",
    b"PK\x03\x04" + bytes(60),
    b"%PDF-1.7 " + bytes(100),
    b"GIF89a",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0\x00\x10JFIF",
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    b"II*\x00\xff\xff\xff\xff",
    b"BM" + b"\xff" * 52,
]

DAMAGES = ["cut", "flipped", "zeroed", "joined", "reversed", "header", "text", "noise"]


def drawing(mode: str) -> Image.Image:
    """A seven, as a picture of this mode."""
    grey = np.full((90, 70), 255, np.uint8)
    grey[15:22, 15:55] = 0
    for row in range(22, 80):
        grey[row, 50 - row // 2 : 56 - row // 2] = 0
    if mode in ("I;16", "I", "F"):
        kind = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        return Image.fromarray(grey.astype(kind) * 257)
    return Image.fromarray(grey).convert(mode)


def animated(kind: str) -> bytes:
    frames = [drawing("L").rotate(angle) for angle in (0, 30, 60)]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:])


def bomb(side: int) -> bytes:
    """A PNG that says it is `side` pixels wide and high, and unpacks to nothing but zeros."""

    def chunk(name, data):
        check = zlib.crc32(name + data)
        return len(data).to_bytes(4, "big") + name + data + check.to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 6, 0, 0, 0])
    packed = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed * 5)


def monsters():
    """As large as is let in, and larger: (kind, bytes)."""
    yield "bomb", bomb(50_000)
    yield "bomb", bomb(8_000)
    yield "bomb", bomb(2**31 - 1)
    for kind, mode, side in [
        ("PNG", "RGBA", 3870), ("PNG", "RGB", 8192), ("JPEG", "RGB", 8192), ("JPEG", "CMYK", 8000),
        ("WEBP", "RGB", 3870), ("WEBP", "RGB", 8192), ("GIF", "P", 3870), ("BMP", "1", 8192),
        ("TIFF", "I;16", 3870), ("TIFF", "F", 3870), ("TIFF", "I", 3870), ("PNG", "P", 3870),
        ("PNG", "LA", 3870), ("TIFF", "CMYK", 3870), ("PNG", "1", 8192), ("JPEG", "L", 8192),
        ("HEIF", "RGB", 3870),
    ]:  # fmt: skip
        yield f"large {kind} {mode}", encode(Image.new(mode, (side, side)), kind)
    for chroma in (420, 444):
        iphone = Image.new("RGB", (8064, 6048))
        yield (
            "large HEIF",
            encode(iphone, "HEIF", chroma=chroma, enc_params={"preset": "ultrafast"}),
        )
    yield "many frames", encode(
        Image.new("P", (2000, 2000)), "GIF", save_all=True,
        append_images=[Image.new("P", (2000, 2000), n) for n in range(1, 9)],
    )  # fmt: skip


def corrupted(rng: np.random.Generator, whole: list[bytes]) -> tuple[str, bytes]:
    """A file made from whole ones by one of the ways in which files break."""
    data = bytearray(whole[rng.integers(len(whole))])
    damage = rng.choice(DAMAGES)
    at = int(rng.integers(1, len(data)))
    if damage == "cut":
        del data[at:]
    elif damage == "flipped":
        for i in rng.integers(0, len(data), rng.integers(1, 20)):
            data[i] ^= int(rng.integers(1, 256))
    elif damage == "zeroed":
        data[at : at + 200] = bytes(len(data[at : at + 200]))
    elif damage == "joined":  # the head of one kind, the rest of another
        data[: at // 4] = whole[rng.integers(len(whole))][: at // 4]
    elif damage == "reversed":
        data[at:] = data[at:][::-1]
    elif damage == "header":  # sizes and offsets stand at the beginning
        for i in rng.integers(0, min(64, len(data)), 4):
            data[i] = int(rng.choice([0, 1, 127, 128, 255]))
    elif damage == "text":
        data = bytearray(TEXTS[rng.integers(len(TEXTS))] + bytes(data[: at // 2]))
    else:
        data = bytearray(rng.bytes(at))
    return str(damage), bytes(data)


def files(count: int):
    """(kind, bytes): the monsters, whole ones of all kinds, and then corrupted ones."""
    whole = [encode(drawing(mode), kind) for kind, mode in KINDS]
    whole += [animated(kind) for kind in ("GIF", "WEBP", "TIFF", "PNG")]
    fixed = [*monsters(), *(("whole", data) for data in whole), *(("text", data) for data in TEXTS)]
    yield from fixed
    rng = np.random.default_rng(SEED)
    for _ in range(count - len(fixed)):
        yield corrupted(rng, whole)


def peak_memory() -> int:
    """The most memory that this process has had, in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) * 1024


def opened(data: bytes) -> str:
    """What came of a file: "read", "blank", or the sentence it was refused with."""
    try:
        to_mnist(open_picture(data))
    except BlankPictureError:
        return "blank"
    except ValueError as error:
        return str(error)
    except BaseException as error:
        return f"{type(error).__name__} escaped"
    return "read"


def main(folder: Path) -> None:
    """Open all files of a folder, and print what came of each, and how long it took."""
    opened(encode(drawing("RGB"), "PNG"))  # what is loaded once is not the files' doing
    before, results = peak_memory(), []
    for path in sorted(folder.iterdir()):
        start = time.process_time()  # what else the machine does is not the file's doing
        result = opened(path.read_bytes())
        results.append([path.name.split("-")[1], result, time.process_time() - start])
    print(json.dumps({"bytes": peak_memory() - before, "results": results}))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """What came of all files, opened in a process of their own, whose memory is watched."""
    status = Path("/proc/self/status")
    if not status.exists() or "VmHWM" not in status.read_text():
        pytest.skip("this system doesn't say how much memory a process has had")
    folder = tmp_path_factory.mktemp("pictures")
    for number, (kind, data) in enumerate(files(FILES)):
        (folder / f"{number:04}-{kind}").write_bytes(data)
    command = [sys.executable, "-W", "ignore", __file__, str(folder)]
    env = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests/support'}"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, env=env)
    return json.loads(done.stdout)


def test_every_file_is_read_or_blank_or_refused_in_a_sentence(outcome):
    assert len(outcome["results"]) == FILES
    sentence = r"read|blank|The picture must be .* Received: [^\n]+"
    assert [r for r in outcome["results"] if not re.fullmatch(sentence, r[1])] == []


def test_no_file_takes_more_than_two_seconds_or_300_megabytes(outcome):
    slowest = max(outcome["results"], key=lambda result: result[2])
    assert slowest[2] < MAX_SECONDS, slowest
    assert outcome["bytes"] < MAX_BYTES


def test_whole_files_of_all_kinds_are_read_and_bombs_are_not(outcome):
    results = {}
    for kind, result, _ in outcome["results"]:
        results.setdefault(kind, []).append(result)
    assert results["whole"] == ["read"] * (len(KINDS) + 4)
    assert len(results["bomb"]) == 3
    assert not {"read", "blank"} & {*results["bomb"], *results["noise"]}


@pytest.mark.parametrize(
    ("kind", "orientation"),
    [*(("JPEG", n) for n in range(1, 9)), ("PNG", 6), ("TIFF", 6), ("WEBP", 6)],
)
def test_a_large_photo_is_turned_as_the_camera_was_held(kind, orientation):
    upright = drawing("L").resize((2100, 2700)).convert("RGB")
    image = to_mnist(open_picture(encode_turned(upright, orientation, kind)))
    assert difference(image, to_mnist(np.asarray(upright))).max() < 40


def test_a_large_picture_is_the_same_digit_as_the_small_one():
    small = to_mnist(np.asarray(drawing("L").resize((2000, 2000))))
    for mode in ("L", "RGBA", "1", "P", "LA"):
        large = drawing("L").resize((3800, 3800)).convert(mode)
        assert difference(to_mnist(open_picture(encode(large, "PNG"))), small).max() < 40


if __name__ == "__main__":
    main(Path(sys.argv[1]))
