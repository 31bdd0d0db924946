"""Giving a bundle what pronounces words that no dictionary has.

Run as a command: `python -m asr_app.training.language.pronouncer_bundle BUNDLE FILE`.
"""

from __future__ import annotations

from pathlib import Path

from asr_app.decoding.pronouncer import read_pronouncer
from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.training.bundle_part import read_part, run_command

PRONOUNCER_FILE = "pronouncer.safetensors"


def add_pronouncer(bundle: Path, file: Path) -> None:
    """Add a trained pronouncer to a bundle, changed in place; one that it has is replaced.

    Raises:
        BundleError: The bundle is not valid, the file is no pronouncer, or it speaks in phones that the
            bundle's network does not hear.
    """
    content = read_part(file, "pronouncer")
    foreign = set(read_pronouncer(content).phones) - set(load_bundle(bundle).config.phones)
    if foreign:
        raise BundleError(
            f"The pronouncer has phones that the model “{bundle.name}” does not hear: {min(foreign)}.",
            "Train one in the phones of the model.",
        )
    extend_bundle(bundle, {PRONOUNCER_FILE: content}, {"pronouncer": PRONOUNCER_FILE})


def main() -> None:
    """Add a pronouncer from the command line."""
    run_command(add_pronouncer, "Give a bundle what pronounces unlisted words.", PRONOUNCER_FILE)


if __name__ == "__main__":
    main()
