"""Scripts of npm's packages for a web page: fetched once, of one version, checked by hash."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path


class NotThereError(Exception):
    """There is no npm here, or it could not fetch a package; says which."""


def script(package: str, version: str, sha256: str, member: str, cache: Path) -> str:
    """The text of a file of a package.

    Args:
        package: its name, such as "@tensorflow/tfjs-core".
        sha256: of its archive.
        member: the file's path in the package.
        cache: a folder in which the archive is kept.
    """
    archive = cache / f"{package.strip('@').replace('/', '-')}-{version}.tgz"
    if not archive.exists():
        _fetch(f"{package}@{version}", cache)
    received = hashlib.sha256(archive.read_bytes()).hexdigest()
    if received != sha256:
        archive.unlink()  # half a file is fetched again the next time
        raise ValueError(f"{archive.name} must have the SHA-256 {sha256}, and has {received}")
    with tarfile.open(archive) as members:
        return members.extractfile(f"package/{member}").read().decode()


def _fetch(package: str, cache: Path) -> None:
    if not shutil.which("npm"):
        raise NotThereError("npm is not installed")
    with tempfile.TemporaryDirectory(dir=cache) as folder:  # others may be fetching it, too
        command = ["npm", "pack", "--silent", "--pack-destination", folder, package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise NotThereError(f"npm could not fetch {package}: {done.stderr.strip()[-200:]}")
        for archive in Path(folder).glob("*.tgz"):
            archive.replace(cache / archive.name)
