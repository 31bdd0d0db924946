"""Words that no dictionary lists, spelled by the subword head where the words of the search do not fit.

A word that is not in the dictionary is heard as words that sound like it, and its phones agree badly with
theirs. For such places candidates are made that say there what the subword head spells, as long as it is one
word and can be pronounced; their phones come from the pronouncer. Scoring again decides, with a price on top
of the language model's for an unknown word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from asr_app.decoding.alignment import InfeasibleAlignmentError, forced_align
from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.lexicon_search import Candidate
from asr_app.decoding.named_candidates import Insert, Score, replaced
from asr_app.decoding.prefix_beam import ctc_prefix_beam

_DOUBT = 4.0
"""Natural logarithm by which the phones of a word are less likely than the likeliest ones, from which on it
is doubted."""

_MOST_STRETCHES = 3
_MOST_WORDS = 2
_MOST_SPELLINGS = 4
_BEAM = 8
_LEAST_LETTERS = 4
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")

Say = Callable[[str], Sequence[tuple[int, ...]]]
"""Gives the phones of a word that is in no dictionary, the likeliest way first; none if it cannot be said."""


@dataclass(frozen=True)
class OpenVocabulary:
    """What is needed to hear words that nobody lists.

    Attributes:
        say: See `Say`.
        price: Natural logarithm, taken from the score of a sentence for such a word.
    """

    say: Say
    price: float


@dataclass(frozen=True)
class Stretch:
    """Words that agree badly with the sound.

    Attributes:
        first: Number of the first word.
        last: Of the word after the last one.
        start_frame: First phone frame.
        end_frame: Frame after the last one.
        doubt: Natural logarithm by which other phones are likelier there; above 0.
    """

    first: int
    last: int
    start_frame: int
    end_frame: int
    doubt: float


def doubtful_stretches(phone_log_probs: LogProbs, candidate: Candidate) -> list[Stretch]:
    """Find words, and pairs of neighbours, whose phones agree badly with the sound; the worst first.

    Args:
        phone_log_probs: (frames, phones + 1), natural logarithm, the blank last.
        candidate: What is believed to be said.
    """
    try:
        spans = forced_align(phone_log_probs, candidate.phones)
    except InfeasibleAlignmentError:
        return []
    lost = np.full(len(phone_log_probs), phone_log_probs.shape[1] - 1)
    for span in spans:
        lost[span.start_frame : span.end_frame] = span.token
    frames = np.arange(len(phone_log_probs))
    gaps = np.concatenate([[0.0], np.cumsum(phone_log_probs.max(axis=1) - phone_log_probs[frames, lost])])
    edges = (0, *candidate.ends)
    found = []
    for first in range(len(candidate.words)):
        for last in range(first + 1, min(first + _MOST_WORDS, len(candidate.words)) + 1):
            start, end = spans[edges[first]].start_frame, spans[edges[last] - 1].end_frame
            doubt = float(gaps[end] - gaps[start])
            if doubt >= _DOUBT:
                found.append(Stretch(first, last, start, end, doubt))
    return sorted(found, key=lambda stretch: -stretch.doubt)[:_MOST_STRETCHES]


def spellings(ctc_log_probs: LogProbs, decode: Callable[[Sequence[int]], str]) -> list[str]:
    """Spell a stretch of sound as one word, the likeliest first.

    Args:
        ctc_log_probs: (frames, vocabulary_size + 1) of the stretch.
        decode: Gives the text of subword tokens.
    """
    texts = (decode(found.tokens).strip() for found in ctc_prefix_beam(ctc_log_probs, _BEAM))
    words = (text for text in texts if len(text) >= _LEAST_LETTERS and _WORD.fullmatch(text))
    return list(dict.fromkeys(words))[:_MOST_SPELLINGS]


def with_unlisted(
    found: Sequence[Candidate],
    phone_log_probs: LogProbs,
    ctc_log_probs: LogProbs,
    decode: Callable[[Sequence[int]], str],
    options: OpenVocabulary,
    language: Callable[[Sequence[str]], float],
    score: Score,
) -> list[Candidate]:
    """Let words that nobody lists compete with those of the best candidate that fit badly.

    Args:
        found: Scored by `score`, the best first; not empty.
        phone_log_probs: (frames, phones + 1) of the utterance.
        ctc_log_probs: (frames, vocabulary_size + 1), likewise.
        decode: Gives the text of subword tokens.
        options: How such words are said, and what they cost.
        language: Gives log10 P of a sentence, unknown words included.
        score: See `Score`.

    Returns:
        All candidates, the best first.
    """
    best, others = found[0], list(found[1:])
    rivals = unlisted_rivals(best, phone_log_probs, ctc_log_probs, decode, options, language)
    if not rivals:
        return [best, *others]
    first, *rest = score([best, *rivals])
    return [first, *sorted([*others, *rest], key=lambda candidate: -candidate.score)]


def unlisted_rivals(
    best: Candidate,
    phone_log_probs: LogProbs,
    ctc_log_probs: LogProbs,
    decode: Callable[[Sequence[int]], str],
    options: OpenVocabulary,
    language: Callable[[Sequence[str]], float],
) -> list[Candidate]:
    """Make the candidates of `with_unlisted`, which are not scored."""
    ratio = len(ctc_log_probs) / max(1, len(phone_log_probs))
    made: dict[tuple[str, ...], Candidate] = {}
    for stretch in doubtful_stretches(phone_log_probs, best):
        start, end = int(stretch.start_frame * ratio), int(np.ceil(stretch.end_frame * ratio))
        for word in spellings(ctc_log_probs[start:end], decode):
            for phones in options.say(word)[:1]:
                insert = Insert(0, 0, (word,), (len(phones),), tuple(phones), (word,), -options.price)
                rival = replaced(best, stretch.first, stretch.last, insert, language)
                if rival.words != best.words:
                    made.setdefault(rival.words, rival)
    return list(made.values())
