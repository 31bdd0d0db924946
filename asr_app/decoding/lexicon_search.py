"""Search for words: phone CTC, a pronouncing dictionary and an n-gram language model in one beam.

The search is flashlight-text's `LexiconDecoder` (Collobert et al. 2016: a beam over a prefix tree of the
pronunciations, the language model's best score smeared up the tree) with KenLM underneath (Heafield 2011).
It lets the last phone of a word last one frame only; letting the blank stand for a phone that goes on made
more errors (dev-libri 39.1 against 36.7 %).
"""

from __future__ import annotations

import copy
import math
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from asr_app.decoding.guards import spoken_mass
from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.pronunciations import Pronunciations, read_pronunciations
from asr_app.decoding.user_words import UserEnding, UserPhrase, UserWords, look_ahead, new_texts
from asr_app.decoding.word_model import SearchPackageMissingError, WordModel
from asr_app.decoding.words import WordSpan, align_words

__all__ = [
    "Candidate",
    "LexiconSearch",
    "LexiconWeights",
    "RescoringWeights",
    "SearchPackageMissingError",
    "WordHypothesis",
    "place",
]

_SILENCE_PHONES = 0.5
"""Expected number of frames with any phone below which nothing was said."""

_MOST_HOMOPHONES = 6
"""What a node of flashlight's tree holds; it would complain of more, and lose them."""


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
class RescoringWeights:
    """How the candidates of a lexicon search are scored again; logarithms are natural where not said.

    Attributes:
        candidates: Strings of words scored again at most.
        phones: Of log P by the phones, all alignments summed.
        subwords: Of log P by the subword CTC head, likewise.
        attention: Of log P by the attention decoder; 0: it is not asked.
        language_model: Of log10 P by the language model.
        word_score: Added for each word.
    """

    candidates: int = 50
    phones: float = 1.0
    subwords: float = 0.5
    attention: float = 0.0
    language_model: float = 1.2
    word_score: float = -0.7

    def __post_init__(self) -> None:
        """Refuse values nothing can be scored with."""
        numbers = (self.phones, self.subwords, self.attention, self.language_model, self.word_score)
        if not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
            raise ValueError("weights must be finite numbers")
        if type(self.candidates) is not int or self.candidates < 1:
            raise ValueError("candidates must be a whole number of at least 1")


@dataclass(frozen=True)
class Candidate:
    """A string of words as the search found it, not placed in time yet.

    Attributes:
        words: As spelled.
        phones: Of the pronunciations chosen.
        ends: For each word the position in `phones` after its last one.
        score: What the search sorted by: natural logarithm of the best alignment, with language model and
            word scores.
        acoustic: Natural logarithm of the best alignment alone.
        language: log10 P of the words and the end of the sentence.
        bonus: Natural logarithm, for words of the person.
        as_heard: The words, those of the person spelled as they sound; empty: as `text`.
    """

    words: tuple[str, ...]
    phones: tuple[int, ...]
    ends: tuple[int, ...]
    score: float
    acoustic: float
    language: float
    bonus: float = 0.0
    as_heard: str = ""

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(self.words)


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
        rescoring: How those who have the other parts of the network should score its candidates again; None:
            not at all.
    """

    def __init__(
        self,
        lexicon: Path,
        language_model: Path,
        phones: Sequence[str],
        weights: LexiconWeights | None = None,
        rescoring: RescoringWeights | None = None,
        find_phrases: Callable[[Pronunciations], Sequence[UserPhrase]] | None = None,
    ) -> None:
        """Build the tree of pronunciations.

        Args:
            lexicon: See `pronunciations`.
            language_model: ARPA or KenLM binary, in words; of order two or more.
            phones: Phone set of the network, in order, without the blank.
            weights: None: `LexiconWeights()`.
            rescoring: See the attribute.
            find_phrases: Gives the words and phrases of the person, which are preferred, from the
                dictionary; None: there are none.

        Raises:
            SearchPackageMissingError: flashlight-text is not there.
            BundleError: A file is missing or damaged.
        """
        self.rescoring = rescoring
        self._blank = len(phones)
        pronunciations = read_pronunciations(lexicon, phones)
        phrases = find_phrases(pronunciations) if find_phrases else []
        self.words = (*pronunciations, *new_texts(phrases, pronunciations))
        self._model = WordModel(language_model, self.words)
        self._weights = weights or LexiconWeights()
        self._user = UserWords(phrases, phones, self._model)
        variants = [
            (number, sounds) for number, ways in enumerate(pronunciations.values()) for sounds in ways
        ]
        self._tree = _tree(variants, self._model.kenlm, self._blank, self._user, self._weights)
        self._lock = threading.Lock()
        self._decoder = self._make_decoder()

    def reweighted(self, weights: LexiconWeights) -> LexiconSearch:
        """The same search with other weights, at no cost; the two take turns."""
        other = copy.copy(self)
        other._weights = weights
        other._decoder = other._make_decoder()
        return other

    def _make_decoder(self) -> Any:
        from flashlight.lib.text.decoder import LexiconDecoder

        blank, model = self._blank, self._model
        options = _options(self._weights, blank, len(self._user.endings))
        # The blank stands in for silence between words: phone CTC has no token of its own for that.
        return LexiconDecoder(options, self._tree, model.kenlm, blank, blank, model.unknown, [], False)

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
        found = self.candidates(phone_log_probs, n_best)
        return [place(phone_log_probs, candidate) for candidate in found]

    def candidates(self, phone_log_probs: LogProbs, n_best: int = 1) -> list[Candidate]:
        """Find the likeliest words without placing them in time; see `search`."""
        if phone_log_probs.ndim != 2 or phone_log_probs.shape[1] != self._blank + 1:
            raise ValueError(
                f"posteriors of shape {phone_log_probs.shape} for {self._blank} phones and the blank"
            )
        if spoken_mass(phone_log_probs).sum() < _SILENCE_PHONES:
            return [_NOTHING]
        if self._user.endings:
            factors = self._weights.language_model, self._weights.word_score
            phone_log_probs = self._user.extend(phone_log_probs, *factors)
        scores = np.ascontiguousarray(phone_log_probs, dtype=np.float32)
        with self._lock:
            results = self._decoder.decode(scores.ctypes.data, *scores.shape)
        best: dict[tuple[str, ...], Candidate] = {}
        met: set[tuple[int, ...]] = set()
        for result in results:
            spelled = tuple(word for word in result.words if word >= 0)
            # The same words by other pronunciations or alignments are the same hypothesis.
            if spelled not in met:
                met.add(spelled)
                candidate = self._candidate(result)
                best.setdefault(candidate.words, candidate)
                if len(best) == n_best:
                    break
        return list(best.values()) or [_NOTHING]

    def _candidate(self, result: Any) -> Candidate:
        found = _Spelling(self._user)
        last_token = self._blank
        for token, word in zip(result.tokens, result.words, strict=True):
            if token not in (self._blank, last_token):
                found.take_phone(token)
            last_token = token
            if word >= 0:
                found.end_word(self.words[word])
                last_token = self._blank
        # What follows the last word is the beginning of one that was not finished.
        spoken = tuple(found.phones[: found.ends[-1]]) if found.ends else ()
        words = tuple(found.words)
        acoustic, language = float(result.emittingModelScore), float(result.lmScore)
        if not found.endings:
            return Candidate(words, spoken, tuple(found.ends), float(result.score), acoustic, language)
        factors = self._weights.language_model, self._weights.word_score
        return Candidate(
            words,
            spoken,
            tuple(found.ends),
            float(result.score),
            acoustic - sum(ending.raised(*factors) for ending in found.endings),
            self._user.language(words),
            sum(ending.boost for ending in found.endings),
            " ".join(found.as_heard),
        )


class _Spelling:
    """Words and phones of a hypothesis, phrases and endings of the person's words resolved."""

    def __init__(self, user: UserWords) -> None:
        self.words: list[str] = []
        self.as_heard: list[str] = []
        self.phones: list[int] = []
        self.ends: list[int] = []
        self.endings: list[UserEnding] = []
        self._user = user
        self._ending: UserEnding | None = None

    def take_phone(self, token: int) -> None:
        self._ending = self._user.ending(token)
        self.phones.append(token if self._ending is None else self._ending.phone)

    def end_word(self, text: str) -> None:
        start = self.ends[-1] if self.ends else 0
        parts, heard = [(text, len(self.phones) - start)], text
        if self._ending is not None:
            self.endings.append(self._ending)
            sounds = tuple(self.phones[start:])
            parts, heard = self._user.cut(text, sounds), self._user.respelled(text, sounds)
        self.as_heard.append(heard)
        for word, length in parts:
            self.words.append(word)
            start += length
            self.ends.append(start)


_NOTHING = Candidate((), (), (), 0.0, 0.0, 0.0)


def place(phone_log_probs: LogProbs, candidate: Candidate) -> WordHypothesis:
    """Give the words of a candidate their frames and confidence; posteriors as for `LexiconSearch.search`."""
    groups = list(zip(candidate.words, (0, *candidate.ends), candidate.ends, strict=False))
    spans = align_words(phone_log_probs, candidate.phones, groups) if groups else []
    return WordHypothesis(tuple(spans), candidate.score)


def _tree(
    variants: list[tuple[int, tuple[int, ...]]],
    language_model: Any,
    blank: int,
    user: UserWords,
    weights: LexiconWeights,
) -> Any:
    from flashlight.lib.text.decoder import SmearingMode, Trie

    tree = Trie(blank + 1 + len(user.endings), blank)
    start = language_model.start(False)
    scored = [(language_model.score(start, word)[1], word, sounds) for word, sounds in variants]
    # A node has few places for words that sound the same: the likeliest get them.
    taken: Counter[tuple[int, ...]] = Counter()
    for score, word, sounds in sorted(scored, key=lambda item: -item[0]):
        if taken[sounds] < _MOST_HOMOPHONES:
            taken[sounds] += 1
            tree.insert(list(sounds), word, score)
    for entry in sorted(user.entries, key=lambda entry: -entry.boost):
        if taken[entry.path] < _MOST_HOMOPHONES:
            taken[entry.path] += 1
            tree.insert(list(entry.path), entry.label, look_ahead(entry, weights.language_model))
    tree.smear(SmearingMode.MAX)
    return tree


def _options(weights: LexiconWeights, phones: int, endings: int) -> Any:
    from flashlight.lib.text.decoder import CriterionType, LexiconDecoderOptions

    return LexiconDecoderOptions(
        beam_size=weights.beam,
        beam_size_token=min(weights.beam_phones, phones + 1) + endings,
        beam_threshold=weights.beam_threshold,
        lm_weight=weights.language_model,
        word_score=weights.word_score,
        unk_score=-math.inf,
        sil_score=0.0,
        log_add=False,
        criterion_type=CriterionType.CTC,
    )
