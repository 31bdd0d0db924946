"""How well the neural language model of a bundle foresees texts, beside the n-gram model and with it.

Run as a command: `python -m asr_app.training.language.neural_report BUNDLE MANIFEST…`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr_app.decoding.neural_language import NeuralLanguage
from asr_app.decoding.word_model import WordModel
from asr_app.errors import BundleError
from asr_app.model.bundle import load_bundle
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.language.spoken_text import SPOKEN_WORDS
from asr_app.training.manifest import read_manifest
from asr_app.transcription.language import load_language, neural_language


@dataclass(frozen=True)
class Foreseen:
    """Perplexities per word and end of sentence, words that the n-gram model does not know left out of all.

    Attributes:
        events: Words and ends counted.
        ngrams: Of the n-gram model.
        neural: Of the neural one, over the pieces of each word.
        both: Of the mean of their probabilities.
    """

    events: int
    ngrams: float
    neural: float
    both: float


def compare(
    neural: NeuralLanguage, language: WordModel, tokenizer: Tokenizer, texts: Iterable[Sequence[str]]
) -> Foreseen:
    """Ask both models about sentences of normalised words; what the pieces cannot spell is left out."""
    totals = [0.0, 0.0, 0.0]
    events = 0
    for words in texts:
        pieces = tokenizer.encode(" ".join(words))
        groups = tokenizer.words(pieces)
        if [text for text, _, _ in groups] != list(words):
            continue
        *scores, end = neural.piece_log_probs(pieces)
        second = [*(sum(scores[first:last]) for _, first, last in groups), end]
        first_opinion = [score * math.log(10.0) for score in language.score(words)]
        known = [*(word in language for word in words), True]
        for one, other, counts in zip(first_opinion, second, known, strict=True):
            if counts:
                likelier, rarer = max(one, other), min(one, other)
                mean = likelier + math.log1p(math.exp(rarer - likelier)) - math.log(2.0)
                totals = [total + score for total, score in zip(totals, (one, other, mean), strict=True)]
                events += 1
    perplexities = [math.exp(-total / max(1, events)) for total in totals]
    return Foreseen(events, *perplexities)


def main() -> None:
    """Print a line for each manifest."""
    parser = argparse.ArgumentParser(description="Compare the language models of a bundle on texts.")
    parser.add_argument("bundle", help="name or folder")
    parser.add_argument("manifests", type=Path, nargs="+")
    chosen = parser.parse_args()
    bundle = load_bundle(chosen.bundle)
    search = load_language(bundle).search
    load = neural_language(bundle) if search is not None else None
    if search is None or load is None:
        raise BundleError(f"The model “{bundle.name}” has not both language models.", "Add what is missing.")
    for manifest in chosen.manifests:
        texts = [
            [SPOKEN_WORDS.get(word, word) for word in recording.text.split()]
            for recording in read_manifest(manifest)
            if recording.text
        ]
        found = compare(load(), search.language, bundle.tokenizer, texts)
        print(
            f"{manifest.stem}: perplexity of a word: n-grams {found.ngrams:.0f}, neural {found.neural:.0f}, "
            f"both {found.both:.0f} ({found.events:,} words and ends)"
        )


if __name__ == "__main__":
    main()
