"""Giving a bundle automatic punctuation.

Run as a command: `python -m asr_app.training.punctuation.bundle BUNDLE FILE`.
"""

from __future__ import annotations

from pathlib import Path

from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.punctuation.tagger import read_tagger
from asr_app.training.bundle_part import read_part, run_command

PUNCTUATION_FILE = "punctuation.safetensors"


def add_punctuation(bundle: Path, file: Path) -> None:
    """Add a trained tagger to a bundle, changed in place; one that it has is replaced.

    Raises:
        BundleError: The bundle is not valid, the file is no tagger, or it reads other pieces than the
            bundle's.
    """
    content = read_part(file, "punctuation")
    tokenizer = load_bundle(bundle).tokenizer
    read_tagger(content, tokenizer.encode, tokenizer.size)
    extend_bundle(bundle, {PUNCTUATION_FILE: content}, {"punctuation": PUNCTUATION_FILE})


def main() -> None:
    """Add punctuation from the command line."""
    run_command(add_punctuation, "Give a bundle automatic punctuation.", PUNCTUATION_FILE)


if __name__ == "__main__":
    main()
