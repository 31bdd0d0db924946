"""Giving a bundle a neural language model, which scores the candidates of its search again.

Run as a command: `python -m asr_app.training.language.neural_bundle BUNDLE FILE`. Its weight is chosen by
`python -m asr_app.training.evaluation.tuning`; until then it has none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from asr_app.decoding.neural_language import read_neural_language
from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle

NEURAL_LANGUAGE_FILE = "neural-language.safetensors"


def add_neural_language(bundle: Path, file: Path) -> None:
    """Add a trained model to a bundle, changed in place; one that it has is replaced.

    Raises:
        BundleError: The bundle is not valid or has no dictionary, the file is no such model, or it was
            trained on the pieces of another tokenizer.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BundleError(f"The model “{file.name}” cannot be read.", "Check its path.") from error
    loaded = load_bundle(bundle)
    if "lexicon" not in loaded.details:
        raise BundleError(f"The model “{bundle.name}” has no dictionary.", "Add one with train-lm.")
    if read_neural_language(content).tokenizer != loaded.details["checksums"]["tokenizer.model"]:
        raise BundleError(
            f"The neural language model spells words otherwise than the model “{bundle.name}”.",
            "Train one with --model naming this model.",
        )
    entry = {**loaded.details["lexicon"], "neural": NEURAL_LANGUAGE_FILE}
    extend_bundle(bundle, {NEURAL_LANGUAGE_FILE: content}, {"lexicon": entry})


def main() -> None:
    """Add a neural language model from the command line."""
    parser = argparse.ArgumentParser(description="Give a bundle a neural language model.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("file", type=Path, help=f"{NEURAL_LANGUAGE_FILE} of a training")
    chosen = parser.parse_args()
    add_neural_language(chosen.bundle, chosen.file)


if __name__ == "__main__":
    main()
