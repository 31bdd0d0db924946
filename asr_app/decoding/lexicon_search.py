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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asr_app.decoding.guards import spoken_mass
from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.lexicon_weights import LexiconWeights, RescoringWeights
from asr_app.decoding.pronunciations import read_pronunciations
from asr_app.decoding.word_model import SearchPackageMissingError, WordModel
from asr_app.decoding.words import WordSpan, align_words

if TYPE_CHECKING:
    from asr_app.decoding.neural_language import NeuralLanguage
    from asr_app.decoding.open_vocabulary import OpenVocabulary
    from asr_app.decoding.user_words import UserWords

__all__ = [
    "Candidate",
    "LexiconSearch",
    "LexiconWeights",
    "RescoringWeights",
    "SearchPackageMissingError",
    "WordHypothesis",
    "place",
]

SILENCE_PHONES = 0.5
"""Expected number of frames with any phone below which nothing was said."""

_LEAST_SHARE = 1e-5
"""Of a phone the network never says."""

_FRAMES_AT_ONCE = 6
"""flashlight-text holds Python's lock while it works: between the steps others get their turn, such as the
callback of the sound card, which would lose sound."""

_MOST_HOMOPHONES = 6
"""What a node of flashlight's tree holds; it would complain of more, and lose them."""


@dataclass(frozen=True)
class Candidate:
    """A string of words as the search found it, not placed in time yet.

    Attributes:
        words: As spelled.
        phones: Of the pronunciations chosen.
        ends: For each word the position in `phones` after its last one.
        score: What the search sorted by: natural logarithm of the best alignment, with language model and
            word scores.
        acoustic: Natural logarithm of the best alignment alone, blank penalty and prior included.
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
        user: Words and phrases of the person, for those who score its candidates again; it does not find
            them itself. None: there are none.
        open_vocabulary: For the same, how words are heard that nobody lists; None: not at all.
        rescoring: How those who have the other parts of the network should score its candidates again; None:
            not at all.
        neural: Gives the neural language model that they should ask too; None: there is none.
        shares: Of each phone, in order, and the blank in the network's posteriors; empty: not known, and
            the prior has no effect.
    """

    def __init__(
        self,
        lexicon: Path,
        language_model: Path,
        phones: Sequence[str],
        weights: LexiconWeights | None = None,
        rescoring: RescoringWeights | None = None,
        neural: Callable[[], NeuralLanguage] | None = None,
        shares: Sequence[float] = (),
    ) -> None:
        """Build the tree of pronunciations.

        Args:
            lexicon: See `pronunciations`.
            language_model: ARPA or KenLM binary, in words; of order two or more.
            phones: Phone set of the network, in order, without the blank.
            weights: None: `LexiconWeights()`.
            rescoring: See the attribute.
            neural: See the attribute.
            shares: See the attribute.

        Raises:
            SearchPackageMissingError: flashlight-text is not there.
            BundleError: A file is missing or damaged.
        """
        self.rescoring = rescoring
        self.neural = neural
        self.shares = tuple(shares)
        self._blank = len(phones)
        pronunciations = read_pronunciations(lexicon, phones)
        self.words = tuple(pronunciations)
        self.user: UserWords | None = None
        self.open_vocabulary: OpenVocabulary | None = None
        self._model = WordModel(language_model, self.words)
        self._weights = weights or LexiconWeights()
        variants = [
            (number, sounds) for number, ways in enumerate(pronunciations.values()) for sounds in ways
        ]
        self._tree = _tree(variants, self._model.kenlm, self._blank)
        self._lock = threading.Lock()
        self._shift = _shift(self._weights, self.shares, self._blank)
        self._decoder = self.make_decoder()

    @property
    def weights(self) -> LexiconWeights:
        """What it searches with."""
        return self._weights

    @property
    def language(self) -> WordModel:
        """The n-gram model alone."""
        return self._model

    def reweighted(self, weights: LexiconWeights, shares: Sequence[float] | None = None) -> LexiconSearch:
        """The same search with other weights, and shares, at no cost; the two take turns."""
        other = copy.copy(self)
        other._weights = weights
        if shares is not None:
            other.shares = tuple(shares)
        other._shift = _shift(weights, other.shares, self._blank)
        other._decoder = other.make_decoder()
        return other

    def with_user(self, user: UserWords | None) -> LexiconSearch:
        """The same search for a person with other words, at no cost; the two take turns."""
        other = copy.copy(self)
        other.user = user
        return other

    def make_decoder(self) -> Any:
        """A decoder of its own, for who searches as the sound comes; see `live_search`."""
        from flashlight.lib.text.decoder import LexiconDecoder

        blank, model = self._blank, self._model
        options = _options(self._weights, blank)
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
        if spoken_mass(phone_log_probs).sum() < SILENCE_PHONES:
            return [_NOTHING]
        scores = self.scores(phone_log_probs)
        with self._lock:
            results = self._decode(scores)
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

    def weighed(self, phone_log_probs: LogProbs) -> LogProbs:
        """Posteriors with penalty of the blank and prior, which the search and scoring again add up."""
        weighed: LogProbs = phone_log_probs + self._shift
        return weighed

    def _decode(self, scores: LogProbs) -> Any:
        self._decoder.decode_begin()
        for first in range(0, len(scores), _FRAMES_AT_ONCE):
            part = scores[first : first + _FRAMES_AT_ONCE]
            self._decoder.decode_step(part.ctypes.data, *part.shape)
        self._decoder.decode_end()
        return self._decoder.get_all_final_hypothesis()

    def scores(self, phone_log_probs: LogProbs) -> LogProbs:
        """What the decoder adds up, frame by frame and each for itself: posteriors as for `search`."""
        phone_log_probs = self.weighed(phone_log_probs)
        return np.ascontiguousarray(phone_log_probs, dtype=np.float32)

    def spelled(self, result: Any) -> list[tuple[str, int]]:
        """The words of what flashlight-text found, each with the number of frames up to its end."""
        found = self._spell(result)
        return list(zip(found.words, found.frames, strict=True))

    def _spell(self, result: Any) -> _Spelling:
        found = _Spelling()
        last_token = self._blank
        for frame, (token, word) in enumerate(zip(result.tokens, result.words, strict=True)):
            if token not in (self._blank, last_token):
                found.take_phone(token)
            last_token = token
            if word >= 0:
                found.end_word(self.words[word], frame)
                last_token = self._blank
        return found

    def _candidate(self, result: Any) -> Candidate:
        found = self._spell(result)
        # What follows the last word is the beginning of one that was not finished.
        spoken = tuple(found.phones[: found.ends[-1]]) if found.ends else ()
        words = tuple(found.words)
        acoustic, language = float(result.emittingModelScore), float(result.lmScore)
        return Candidate(words, spoken, tuple(found.ends), float(result.score), acoustic, language)


class _Spelling:
    """Words and phones of a hypothesis."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.phones: list[int] = []
        self.ends: list[int] = []
        self.frames: list[int] = []

    def take_phone(self, token: int) -> None:
        self.phones.append(token)

    def end_word(self, text: str, frame: int) -> None:
        self.words.append(text)
        self.ends.append(len(self.phones))
        self.frames.append(frame)


_NOTHING = Candidate((), (), (), 0.0, 0.0, 0.0)


def place(phone_log_probs: LogProbs, candidate: Candidate) -> WordHypothesis:
    """Give the words of a candidate their frames and confidence; posteriors as for `LexiconSearch.search`."""
    groups = list(zip(candidate.words, (0, *candidate.ends), candidate.ends, strict=False))
    spans = align_words(phone_log_probs, candidate.phones, groups) if groups else []
    return WordHypothesis(tuple(spans), candidate.score)


def _shift(weights: LexiconWeights, shares: Sequence[float], blank: int) -> NDArray[np.float32]:
    """What is added to the scores of a frame, (phones + 1,).

    A phone of the usual share gets nothing by the prior, so that it does not act as another penalty of the
    blank: all phones raised by the same is the blank lowered by as much.
    """
    shift = np.zeros(blank + 1, np.float32)
    if weights.prior and shares:
        known = np.maximum(np.asarray(shares[:blank], np.float64), _LEAST_SHARE)
        logarithms = np.log(known)
        shift[:blank] = -weights.prior * (logarithms - np.average(logarithms, weights=known))
    shift[blank] = -weights.blank_penalty
    return shift


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
