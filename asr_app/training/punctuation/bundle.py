"""Giving a bundle automatic punctuation.

Run as a command: `python -m asr_app.training.punctuation.bundle BUNDLE FILE`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.punctuation.tagger import read_tagger

PUNCTUATION_FILE = "punctuation.safetensors"


def add_punctuation(bundle: Path, file: Path) -> None:
    """Add a trained tagger to a bundle, changed in place; one that it has is replaced.

    Raises:
        BundleError: The bundle is not valid, the file is no tagger, or it reads other pieces than the
            bundle's.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BundleError(f"The punctuation “{file.name}” cannot be read.", "Check its path.") from error
    tokenizer = load_bundle(bundle).tokenizer
    read_tagger(content, tokenizer.encode, tokenizer.size)
    extend_bundle(bundle, {PUNCTUATION_FILE: content}, {"punctuation": PUNCTUATION_FILE})


def main() -> None:
    """Add punctuation from the command line."""
    parser = argparse.ArgumentParser(description="Give a bundle automatic punctuation.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("file", type=Path, help=f"{PUNCTUATION_FILE} of a training")
    chosen = parser.parse_args()
    add_punctuation(chosen.bundle, chosen.file)


if __name__ == "__main__":
    main()
