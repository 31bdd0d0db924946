"""Giving a bundle a pronouncing dictionary and a language model; `docs/language.md` says how to make them.

Run as a command: `python -m asr_app.training.language.bundle BUNDLE LEXICON MODEL`, with an option for each
weight; without any of these a bundle that has weights keeps them.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from asr_app.decoding.lexicon_search import LexiconWeights, RescoringWeights
from asr_app.decoding.pronunciations import read_pronunciations, write_pronunciations
from asr_app.errors import BundleError
from asr_app.model.bundle import extend_bundle, load_bundle

PRONUNCIATIONS_FILE = "lexicon.txt.xz"
LANGUAGE_MODEL_FILE = "language.bin"


def add_language(
    bundle: Path, lexicon: Path, language_model: Path, weights: LexiconWeights | None = None, notice: str = ""
) -> None:
    """Make lexicon search the default of a bundle.

    Args:
        bundle: Its folder; changed in place. What it had of this kind is replaced.
        lexicon: `word PHONE PHONE …` lines in the phones of the bundle, plain or `.xz`.
        language_model: ARPA or KenLM binary; copied as it is.
        weights: None: those the bundle has, else `LexiconWeights()`.
        notice: Licence of the dictionary, put at its head.

    Raises:
        BundleError: The bundle or the lexicon is not valid, or they do not fit.
    """
    loaded = load_bundle(bundle)
    phones = loaded.config.phones
    known = read_pronunciations(lexicon, phones)
    if not known or not phones:
        raise BundleError("The bundle has no phones, or the lexicon no words.", "Train with a phone head.")
    entry = dict(loaded.details.get("lexicon", {}))
    named = {word: [tuple(phones[sound] for sound in way) for way in ways] for word, ways in known.items()}
    entry |= {"pronunciations": PRONUNCIATIONS_FILE, "language_model": LANGUAGE_MODEL_FILE}
    if weights is not None or "weights" not in entry:
        entry["weights"] = dataclasses.asdict(weights or LexiconWeights())
    extend_bundle(
        bundle,
        {
            PRONUNCIATIONS_FILE: write_pronunciations(named, notice),
            LANGUAGE_MODEL_FILE: language_model.read_bytes(),
        },
        {"lexicon": entry, "decoding": {**loaded.details.get("decoding", {}), "method": "lexicon"}},
    )


def cmu_notice() -> str:
    """The licence of the CMU dictionary, from the pocketsphinx package that carries it; empty without it."""
    try:
        files = distribution("pocketsphinx").files or []
    except PackageNotFoundError:
        return ""
    texts = [Path(str(file.locate())).read_text(encoding="utf-8") for file in files if file.name == "LICENSE"]
    # The first of several licences in the file; the others are for sound code that is not used here.
    return "\n".join(re.split(r"\n(?=WebRTC)", text)[0].strip() for text in texts)


def set_weights(
    bundle: Path,
    weights: LexiconWeights,
    rescoring: RescoringWeights | None,
    shares: Sequence[float] | None = None,
) -> None:
    """Write the weights of the lexicon search into a bundle's `config.json`.

    Args:
        bundle: Its folder; it has a language already.
        weights: Of the search.
        rescoring: Of its candidates; None: they are not scored again.
        shares: Of each phone and the blank in the network's posteriors; None: those the bundle has.

    Raises:
        BundleError: The bundle is not valid or has no language.
    """
    entry = dict(load_bundle(bundle).details.get("lexicon", {}))
    if not entry:
        raise BundleError(f"The model “{bundle.name}” has no language model.", "Add one with train-lm.")
    entry["weights"] = dataclasses.asdict(weights)
    entry.pop("rescoring", None)
    if rescoring is not None:
        entry["rescoring"] = dataclasses.asdict(rescoring)
    if shares is not None:
        entry["shares"] = [round(share, 6) for share in shares]
    extend_bundle(bundle, {}, {"lexicon": entry})


def main() -> None:
    """Add a lexicon and a language model to a bundle from the command line."""
    parser = argparse.ArgumentParser(description="Give a bundle a lexicon and a language model.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("model", type=Path, help="ARPA or KenLM binary")
    for item in dataclasses.fields(LexiconWeights):
        parser.add_argument(f"--{item.name.replace('_', '-')}", type=type(item.default))
    chosen = vars(parser.parse_args())
    given = {item.name: chosen[item.name] for item in dataclasses.fields(LexiconWeights)}
    given = {name: value for name, value in given.items() if value is not None}
    weights = LexiconWeights(**given) if given else None
    add_language(chosen["bundle"], chosen["lexicon"], chosen["model"], weights, cmu_notice())


if __name__ == "__main__":
    main()
