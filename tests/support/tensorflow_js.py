"""TensorFlow.js as a web page loads it."""

from pathlib import Path

import npm_packages

VERSION = "4.22.0"
SHA256 = {  # of the package's archive
    "core": "e8f8aa285ad0237b901e7d79995a1450993cf11fb1b3cc02f09de167fdaf9496",
    "layers": "4fd27e07713d489eee7df5b0c5075956e6ee7d86ada3921af91cd5476c451bbc",
    "backend-cpu": "d3c32e2fe0452fe302e88dde434cd8d7b126ce21754c6c972b28e3bcb8ec0878",
}


def scripts(cache: Path) -> list[str]:
    """What a page runs to have `tf`; fetched once into a folder."""
    return [
        npm_packages.script(
            f"@tensorflow/tfjs-{part}", VERSION, sha256, f"dist/tf-{part}.min.js", cache
        )
        for part, sha256 in SHA256.items()
    ]
