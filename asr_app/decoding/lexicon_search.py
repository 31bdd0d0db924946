"""Search for words: phone CTC, a pronouncing dictionary and an n-gram language model in one beam.

The search is flashlight-text's `LexiconDecoder` (Collobert et al. 2016: a beam over a prefix tree of the
pronunciations, the language model's best score smeared up the tree) with KenLM underneath (Heafield 2011).
It lets the last phone of a word last one frame only; letting the blank stand for a phone that goes on made
more errors (dev-libri 39.1 against 36.7 %).
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from asr_app.decoding.guards import spoken_mass
from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.pronunciations import read_pronunciations
from asr_app.decoding.words import WordSpan, align_words
from asr_app.errors import BundleError

_UNKNOWN = "<unk>"
_SILENCE_PHONES = 0.5
"""Expected number of frames with any phone below which nothing was said."""

_MOST_HOMOPHONES = 6
"""What a node of flashlight's tree holds; it would complain of more, and lose them."""


class SearchPackageMissingError(ImportError):
    """The package flashlight-text is not installed, or not for this Python."""


@dataclass(frozen=True)
class LexiconWeights:
    """The scales of a lexicon search.

    Attributes:
        language_model: Factor of the language model's log-probability, which has the base 10 as in ARPA files
            (all other scores are natural logarithms).
        word_score: Added for each word; below zero it makes words fewer and longer.
        beam: Hypotheses kept after each frame.
        beam_phones: Likeliest phones tried on each frame.
        beam_threshold: Hypotheses this far below the best (natural logarithm) are dropped.
    """

    language_model: float = 1.2
    word_score: float = -0.7
    beam: int = 200
    beam_phones: int = 20
    beam_threshold: float = 30.0

    def __post_init__(self) -> None:
        """Refuse values no search can work with."""
        numbers = (self.language_model, self.word_score, self.beam_threshold)
        if not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
            raise ValueError("weights must be finite numbers")
        if not all(type(n) is int and n > 0 for n in (self.beam, self.beam_phones)):
            raise ValueError("beam and beam_phones must be whole numbers of at least 1")


@dataclass(frozen=True)
class WordHypothesis:
    """One string of words.

    Attributes:
        words: With phone frames and confidence, in order of time; empty when nothing was said.
        score: Natural logarithm of the best alignment, language model and word scores included. Comparable
            only within one result.
    """

    words: tuple[WordSpan, ...]
    score: float

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)


class LexiconSearch:
    """Finds words in phone posteriors. Several threads may use one; they take turns.

    The vocabulary is closed: a word that is not in the lexicon is heard as words that sound like it.

    Attributes:
        words: The vocabulary.
    """

    def __init__(
        self,
        lexicon: Path,
        language_model: Path,
        phones: Sequence[str],
        weights: LexiconWeights | None = None,
    ) -> None:
        """Build the tree of pronunciations.

        Args:
            lexicon: See `pronunciations`.
            language_model: ARPA or KenLM binary, in words; of order two or more.
            phones: Phone set of the network, in order, without the blank.
            weights: None: `LexiconWeights()`.

        Raises:
            SearchPackageMissingError: flashlight-text is not there.
            BundleError: A file is missing or damaged.
        """
        try:
            from flashlight.lib.text.decoder import LexiconDecoder
        except ImportError as error:
            raise SearchPackageMissingError("flashlight-text is not installed") from error
        self._blank = len(phones)
        pronunciations = read_pronunciations(lexicon, phones)
        self.words = tuple(pronunciations)
        dictionary, self._language_model = _open_language_model(language_model, self.words)
        self._unknown = dictionary.get_index(_UNKNOWN)
        variants = [
            (dictionary.get_index(word), sounds) for word, ways in pronunciations.items() for sounds in ways
        ]
        self._tree = _tree(variants, self._language_model, self._blank)
        options = _options(weights or LexiconWeights(), len(phones))
        # The blank stands in for silence between words: phone CTC has no token of its own for that.
        self._decoder = LexiconDecoder(
            options, self._tree, self._language_model, self._blank, self._blank, self._unknown, [], False
        )
        self._lock = threading.Lock()

    def search(self, phone_log_probs: LogProbs, n_best: int = 1) -> list[WordHypothesis]:
        """Find the likeliest words of one utterance.

        Args:
            phone_log_probs: (frames, phones + 1), natural logarithm, the blank last.
            n_best: Hypotheses returned at most.

        Returns:
            Best first, never empty; the hypothesis without words when nothing was said.

        Raises:
            ValueError: The posteriors are of another phone set.
        """
        if phone_log_probs.ndim != 2 or phone_log_probs.shape[1] != self._blank + 1:
            raise ValueError(
                f"posteriors of shape {phone_log_probs.shape} for {self._blank} phones and the blank"
            )
        if spoken_mass(phone_log_probs).sum() < _SILENCE_PHONES:
            return [WordHypothesis((), 0.0)]
        scores = np.ascontiguousarray(phone_log_probs, dtype=np.float32)
        with self._lock:
            results = self._decoder.decode(scores.ctypes.data, *scores.shape)
        best: dict[tuple[int, ...], WordHypothesis] = {}
        for result in results:
            spelled = tuple(word for word in result.words if word >= 0)
            # The same words by other pronunciations or alignments are the same hypothesis.
            if spelled not in best:
                best[spelled] = self._hypothesis(phone_log_probs, result)
                if len(best) == n_best:
                    break
        return list(best.values()) or [WordHypothesis((), 0.0)]

    def _hypothesis(self, log_probs: LogProbs, result: Any) -> WordHypothesis:
        phones: list[int] = []
        groups: list[tuple[str, int, int]] = []
        first, last_token = 0, self._blank
        for token, word in zip(result.tokens, result.words, strict=True):
            if token not in (self._blank, last_token):
                phones.append(token)
            last_token = token
            if word >= 0:
                groups.append((self.words[word], first, len(phones)))
                first, last_token = len(phones), self._blank
        # What follows the last word is the beginning of one that was not finished.
        spans = align_words(log_probs, phones[:first], groups) if groups else []
        return WordHypothesis(tuple(spans), float(result.score))


def _open_language_model(path: Path, words: Sequence[str]) -> tuple[Any, Any]:
    """Give flashlight's word dictionary, indices as in `words`, and the model over it."""
    from flashlight.lib.text.decoder.kenlm import KenLM
    from flashlight.lib.text.dictionary import Dictionary

    dictionary = Dictionary()
    for word in (*words, _UNKNOWN):
        dictionary.add_entry(word)
    dictionary.set_default_index(dictionary.get_index(_UNKNOWN))
    try:
        return dictionary, KenLM(str(path), dictionary)
    except (RuntimeError, ValueError) as error:
        raise BundleError(
            f"The language model “{path.name}” cannot be read.", "Install the model again."
        ) from error


def _tree(variants: list[tuple[int, tuple[int, ...]]], language_model: Any, blank: int) -> Any:
    from flashlight.lib.text.decoder import SmearingMode, Trie

    tree = Trie(blank + 1, blank)
    start = language_model.start(False)
    scored = [(language_model.score(start, word)[1], word, sounds) for word, sounds in variants]
    # A node has few places for words that sound the same: the likeliest get them.
    taken: Counter[tuple[int, ...]] = Counter()
    for score, word, sounds in sorted(scored, key=lambda item: -item[0]):
        if taken[sounds] < _MOST_HOMOPHONES:
            taken[sounds] += 1
            tree.insert(list(sounds), word, score)
    tree.smear(SmearingMode.MAX)
    return tree


def _options(weights: LexiconWeights, phones: int) -> Any:
    from flashlight.lib.text.decoder import CriterionType, LexiconDecoderOptions

    return LexiconDecoderOptions(
        beam_size=weights.beam,
        beam_size_token=min(weights.beam_phones, phones + 1),
        beam_threshold=weights.beam_threshold,
        lm_weight=weights.language_model,
        word_score=weights.word_score,
        unk_score=-math.inf,
        sil_score=0.0,
        log_add=False,
        criterion_type=CriterionType.CTC,
    )
