"""A small bundle with a dictionary, for tests of what is added to it."""

from __future__ import annotations

from pathlib import Path

import torch

from asr_app.decoding.lexicon_search import LexiconWeights
from asr_app.model.bundle import save_bundle
from asr_app.training.language.bundle import add_language
from tests.unit.model.builders import small_model, small_tokenizer

LEXICON = "ah AA\nbee B\nkey K\n"
ARPA = """\\data\\
ngram 1=6
ngram 2=1

\\1-grams:
-1\t<unk>
-99\t<s>\t0
-1\t</s>
-0.6\tah\t0
-0.7\tbee\t0
-0.8\tkey\t0

\\2-grams:
-0.3\tah bee

\\end\\
"""
WEIGHTS = LexiconWeights(language_model=0.1, word_score=0.0, beam=50, beam_phones=4)


def wordy_bundle(folder: Path) -> Path:
    """A bundle of random weights that hears phones in all speech, with a dictionary of three words."""
    network = small_model(seed=3)
    with torch.no_grad():
        assert network.phone_head is not None
        network.phone_head.weight.mul_(8)
        network.phone_head.bias[-1] -= 2
    bundle = folder / "wordy"
    save_bundle(bundle, network, small_tokenizer())
    (folder / "lexicon.txt").write_text(LEXICON, encoding="utf-8")
    (folder / "language.arpa").write_text(ARPA, encoding="utf-8")
    add_language(bundle, folder / "lexicon.txt", folder / "language.arpa", WEIGHTS)
    return bundle
