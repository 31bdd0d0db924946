"""Giving a bundle a neural language model, which scores the candidates of its search again.

Run as a command: `python -m asr_app.training.language.neural_bundle BUNDLE FILE`. Its weight is chosen by
`python -m asr_app.training.evaluation.tuning`; until then it has none.
"""

from __future__ import annotations

from pathlib import Path

from asr_app.decoding.neural_language import read_neural_language
from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.training.bundle_part import read_part, run_command

NEURAL_LANGUAGE_FILE = "neural-language.safetensors"


def add_neural_language(bundle: Path, file: Path) -> None:
    """Add a trained model to a bundle, changed in place; one that it has is replaced.

    Raises:
        BundleError: The bundle is not valid or has no dictionary, the file is no such model, or it was
            trained on the pieces of another tokenizer.
    """
    content = read_part(file, "model")
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
    run_command(add_neural_language, "Give a bundle a neural language model.", NEURAL_LANGUAGE_FILE)


if __name__ == "__main__":
    main()
