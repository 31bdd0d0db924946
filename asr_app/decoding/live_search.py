"""The lexicon search on sound that is still coming: constant work for each frame, words at any time.

flashlight-text's decoder keeps its beam between two calls. What `LexiconSearch` finds in whole utterances,
this finds in their beginnings, with the same dictionary, language model and weights, and without looking at
any frame twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asr_app.decoding.guards import spoken_mass
from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.lexicon_search import SILENCE_PHONES, LexiconSearch


@dataclass(frozen=True)
class HeardWord:
    """A word that has been heard to its end.

    Attributes:
        text: As spelled.
        end_frame: Number of frames up to the first one of its last sound, that one included.
    """

    text: str
    end_frame: int


@dataclass(frozen=True)
class LiveHypothesis:
    """Words that may have been said so far; the one that is just being said is not among them.

    Attributes:
        words: In order.
        score: Natural logarithm; comparable within one result.
    """

    words: tuple[HeardWord, ...]
    score: float


class LiveSearch:
    """Searches one utterance as it is being spoken. Belongs to one thread.

    Attributes:
        frames: How many have been searched.
        user: Words of the person, which it does not find itself; see `partial_words`.
    """

    def __init__(self, search: LexiconSearch) -> None:
        """Begin an utterance with the dictionary and language model of `search`."""
        self.frames = 0
        self.user = search.user
        self._search = search
        self._spoken = 0.0
        self._decoder = search.make_decoder()
        self._decoder.decode_begin()

    def push(self, phone_log_probs: LogProbs) -> None:
        """Take the next frames, (frames, phones + 1), natural logarithm, the blank last."""
        if len(phone_log_probs) == 0:
            return
        self._spoken += float(spoken_mass(phone_log_probs).sum())
        scores = self._search.scores(phone_log_probs)
        self._decoder.decode_step(scores.ctypes.data, *scores.shape)
        self.frames += len(scores)

    def hypotheses(self) -> Iterator[LiveHypothesis]:
        """Give the likely beginnings, best first, one by one; none before anything was said."""
        if self._spoken < SILENCE_PHONES:
            return
        for result in sorted(self._decoder.get_all_final_hypothesis(), key=lambda result: -result.score):
            words = tuple(HeardWord(text, frame) for text, frame in self._search.spelled(result))
            yield LiveHypothesis(words, float(result.score))
