"""A small bundle with a dictionary, for tests of what is added to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from asr_app.decoding.lexicon_search import LexiconWeights
from asr_app.model.bundle import save_bundle
from asr_app.training.language.bundle import add_language
from tests.helpers.arpa import arpa
from tests.unit.model.builders import small_model, small_tokenizer

LEXICON = "ah AA\nbee B\nkey K\n"
_WORDS = {"ah": -0.6, "bee": -0.7, "key": -0.8}
ARPA = arpa(_WORDS, {"ah bee": -0.3})
# Every string of phones is words here, so that random weights have something to find.
WIDE_LEXICON = f"{LEXICON}kabak K AA B AA K\n"
WIDE_ARPA = arpa({**_WORDS, "kabak": -0.9}, {"ah bee": -0.3})
WEIGHTS = LexiconWeights(language_model=0.1, word_score=0.0, beam=50, beam_phones=4)


def phone_bundle(folder: Path, details: dict[str, Any] | None = None) -> Path:
    """A bundle of random weights that hears phones in all speech and has no language; returns its folder."""
    network = small_model(seed=3)
    with torch.no_grad():
        assert network.phone_head is not None
        network.phone_head.weight.mul_(8)
        network.phone_head.bias[-1] -= 2
    save_bundle(folder, network, small_tokenizer(), details or {})
    return folder


def add_words(
    bundle: Path,
    weights: LexiconWeights,
    lexicon: str = WIDE_LEXICON,
    model: str = WIDE_ARPA,
    notice: str = "",
) -> None:
    """Give a bundle a dictionary and a language model, whose sources come to lie beside it."""
    (bundle.parent / "lexicon.txt").write_text(lexicon, encoding="utf-8")
    (bundle.parent / "language.arpa").write_text(model, encoding="utf-8")
    add_language(bundle, bundle.parent / "lexicon.txt", bundle.parent / "language.arpa", weights, notice)


def wordy_bundle(folder: Path) -> Path:
    """Such a bundle with a dictionary of three words."""
    bundle = phone_bundle(folder / "wordy")
    add_words(bundle, WEIGHTS, LEXICON, ARPA)
    return bundle
