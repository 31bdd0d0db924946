"""The weights of a lexicon search and of scoring its candidates again; a bundle brings them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class LexiconWeights:
    """The scales of a lexicon search.

    Attributes:
        language_model: Factor of the language model's log-probability, which has the base 10 as in ARPA files
            (all other scores are natural logarithms).
        word_score: Added for each word; below zero it makes words fewer and longer.
        blank_penalty: Taken from log P of the blank on each frame: a network that is not sure of a sound
            says blank, and words go missing.
        prior: Of the logarithm of how often the network says a phone, which is taken from the phone's: a
            network prefers what was frequent in training, and the language model knows that already (Bourlard
            and Morgan 1994).
        beam: Hypotheses kept after each frame.
        beam_phones: Likeliest phones tried on each frame.
        beam_threshold: Hypotheses this far below the best (natural logarithm) are dropped.
    """

    language_model: float = 1.2
    word_score: float = -0.7
    blank_penalty: float = 0.0
    prior: float = 0.0
    beam: int = 200
    beam_phones: int = 20
    beam_threshold: float = 30.0

    def __post_init__(self) -> None:
        """Refuse values no search can work with."""
        numbers = (self.language_model, self.word_score, self.blank_penalty, self.prior)
        _check_finite(*numbers, self.beam_threshold)
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
        neural: Of log10 P by the neural language model; 0: it is not asked.
        word_score: Added for each word.
    """

    candidates: int = 50
    phones: float = 1.0
    subwords: float = 0.5
    attention: float = 0.0
    language_model: float = 1.2
    neural: float = 0.0
    word_score: float = -0.7

    def __post_init__(self) -> None:
        """Refuse values nothing can be scored with."""
        numbers = (self.phones, self.subwords, self.attention, self.language_model, self.neural)
        _check_finite(*numbers, self.word_score)
        if type(self.candidates) is not int or self.candidates < 1:
            raise ValueError("candidates must be a whole number of at least 1")


def _check_finite(*numbers: float) -> None:
    if not all(type(n) in (int, float) and math.isfinite(n) for n in numbers):
        raise ValueError("weights must be finite numbers")
