"""TensorFlow.js as a web page loads it: packages by npm, of one version, checked by hash."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

VERSION = "4.22.0"
SHA256 = {  # of the package's archive
    "core": "e8f8aa285ad0237b901e7d79995a1450993cf11fb1b3cc02f09de167fdaf9496",
    "layers": "4fd27e07713d489eee7df5b0c5075956e6ee7d86ada3921af91cd5476c451bbc",
    "backend-cpu": "d3c32e2fe0452fe302e88dde434cd8d7b126ce21754c6c972b28e3bcb8ec0878",
}


class NotThereError(Exception):
    """There is no npm here, or it could not fetch a package; says which."""


def scripts(cache: Path) -> list[str]:
    """What a page runs to have `tf`; fetched once into a folder."""
    return [_script(_archive(part, cache), part) for part in SHA256]


def _archive(part: str, cache: Path) -> Path:
    archive = cache / f"tensorflow-tfjs-{part}-{VERSION}.tgz"
    if not archive.exists():
        _fetch(f"@tensorflow/tfjs-{part}@{VERSION}", cache)
    received = hashlib.sha256(archive.read_bytes()).hexdigest()
    if received != SHA256[part]:
        archive.unlink()  # half a file is fetched again the next time
        raise ValueError(f"{archive.name} must have the SHA-256 {SHA256[part]}, and has {received}")
    return archive


def _fetch(package: str, cache: Path) -> None:
    if not shutil.which("npm"):
        raise NotThereError("npm is not installed")
    command = ["npm", "pack", "--silent", "--pack-destination", str(cache), package]
    done = subprocess.run(command, cwd=cache, capture_output=True, text=True)
    if done.returncode:
        raise NotThereError(f"npm could not fetch {package}: {done.stderr.strip()[-200:]}")


def _script(archive: Path, part: str) -> str:
    with tarfile.open(archive) as members:
        return members.extractfile(f"package/dist/tf-{part}.min.js").read().decode()
