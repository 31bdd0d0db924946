"""Rivals for what a search found: the same sentence with something else said in one place of it.

What stands beside that place is searched anew, up to a second to each side, since a word that is not there
spoils its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from asr_app.decoding.hypothesis import LogProbs
from asr_app.decoding.lexicon_search import Candidate, LexiconSearch, place
from asr_app.decoding.user_words import Spot, UserWords

_CONTEXT_FRAMES = 25
"""Words that end this long before the place, or begin this long after it, stay as they are."""

_BESIDE = 4
"""So many strings of words are tried on each side."""

Score = Callable[[Sequence[Candidate]], list[Candidate]]
"""Scores two candidates or more with everything there is, and sorts them, the best first."""


@dataclass(frozen=True)
class Insert:
    """What is said in one place.

    Attributes:
        start_frame: First frame of the place.
        end_frame: Frame after its last one.
        words: As spelled.
        lengths: How many phones each word has.
        phones: All of them.
        as_heard: The words as the subword head may spell them.
        bonus: Natural logarithm.
    """

    start_frame: int
    end_frame: int
    words: tuple[str, ...]
    lengths: tuple[int, ...]
    phones: tuple[int, ...]
    as_heard: tuple[str, ...]
    bonus: float


def with_names(
    found: Sequence[Candidate],
    user: UserWords,
    search: LexiconSearch,
    phone_log_probs: LogProbs,
    score: Score,
) -> list[Candidate]:
    """Let the words of a person compete, one place after the other, the most promising first.

    Args:
        found: By `search`, scored by `score`, the best first; not empty.
        user: The words of the person.
        search: Finds what stands beside them.
        phone_log_probs: (frames, phones + 1) of the utterance.
        score: See `Score`.

    Returns:
        All candidates, the best first.
    """
    best, others = found[0], list(found[1:])
    taken: list[Spot] = []
    for spot in user.spots(phone_log_probs):
        if any(spot.overlaps(other) for other in taken):
            continue
        entry = spot.entry
        insert = Insert(
            spot.start_frame,
            spot.end_frame,
            entry.words,
            entry.lengths,
            entry.sounds,
            entry.as_heard,
            entry.bonus,
        )
        bounds = _bounds(taken, spot, len(phone_log_probs))
        named, plain = with_insert(best, insert, search, phone_log_probs, bounds, user.language)
        rivals = {rival.words: rival for rival in [*plain, *named] if rival.words != best.words}
        if not rivals:
            continue
        first, *rest = score([best, *rivals.values()])
        if first.words in {rival.words for rival in named}:
            taken.append(spot)
        best = first
        others += rest
    return [best, *sorted(others, key=lambda candidate: -candidate.score)]


def _bounds(taken: Iterable[Spot], spot: Spot, frames: int) -> tuple[int, int]:
    """How far the sentence may be changed without touching what was put in before."""
    first, last = 0, frames
    for other in taken:
        if other.end_frame <= spot.start_frame:
            first = max(first, other.end_frame)
        else:
            last = min(last, other.start_frame)
    return first, last


def with_insert(
    base: Candidate,
    insert: Insert,
    search: LexiconSearch,
    phone_log_probs: LogProbs,
    bounds: tuple[int, int],
    language: Callable[[Sequence[str]], float],
) -> tuple[list[Candidate], list[Candidate]]:
    """Make candidates that say something else in one place.

    Args:
        base: Whose words stay, but for those near the place.
        insert: What is said there.
        search: Finds the words between.
        phone_log_probs: (frames, phones + 1) of the utterance.
        bounds: Frames between which words may be changed.
        language: Gives log10 P of a sentence.

    Returns:
        Those, and others for which the sound around the place was searched anew too, without the insert: it
        has to win against these, not only against `base`. Each once, not scored.
    """
    spans = place(phone_log_probs, base).words
    first_frame = max(bounds[0], insert.start_frame - _CONTEXT_FRAMES)
    last_frame = min(bounds[1], insert.end_frame + _CONTEXT_FRAMES)
    left = sum(span.end_frame <= first_frame for span in spans)
    right = sum(span.start_frame < last_frame for span in spans)
    cut_left = max(spans[left - 1].end_frame if left else 0, bounds[0])
    cut_right = min(spans[right].start_frame if right < len(spans) else len(phone_log_probs), bounds[1])
    before = search.candidates(phone_log_probs[cut_left : insert.start_frame], _BESIDE)
    after = search.candidates(phone_log_probs[insert.end_frame : max(cut_right, insert.end_frame)], _BESIDE)
    start, end = _part(base, 0, left), _part(base, max(left, right), len(spans))
    named: dict[tuple[str, ...], Candidate] = {}
    for one in before:
        for other in after:
            candidate = _joined([start, one, insert, other, end], base.bonus + insert.bonus, language)
            named.setdefault(candidate.words, candidate)
    around = search.candidates(phone_log_probs[cut_left : max(cut_right, cut_left)], _BESIDE)
    plain = [_joined([start, one, end], base.bonus, language) for one in around]
    return list(named.values()), plain


def replaced(
    base: Candidate,
    first: int,
    last: int,
    insert: Insert,
    language: Callable[[Sequence[str]], float],
) -> Candidate:
    """Put something in place of the words of a candidate from one number up to another; it is not scored."""
    parts = [_part(base, 0, first), insert, _part(base, last, len(base.words))]
    return _joined(parts, base.bonus + insert.bonus, language)


def _part(base: Candidate, first: int, last: int) -> Insert:
    """Words of a candidate from one number up to another."""
    edges = (0, *base.ends)
    heard = base.as_heard.split(" ") if base.as_heard else base.words
    lengths = tuple(edges[word + 1] - edges[word] for word in range(first, last))
    phones = base.phones[edges[first] : edges[last]] if last > first else ()
    return Insert(0, 0, base.words[first:last], lengths, phones, tuple(heard[first:last]), 0.0)


def _joined(
    parts: Sequence[Insert | Candidate], bonus: float, language: Callable[[Sequence[str]], float]
) -> Candidate:
    words: list[str] = []
    heard: list[str] = []
    phones: list[int] = []
    ends: list[int] = []
    for part in parts:
        if isinstance(part, Candidate):
            part = _part(part, 0, len(part.words))
        for length in part.lengths:
            ends.append((ends[-1] if ends else 0) + length)
        words += part.words
        heard += part.as_heard
        phones += part.phones
    return Candidate(
        tuple(words),
        tuple(phones),
        tuple(ends),
        score=0.0,
        acoustic=0.0,
        language=language(words),
        bonus=bonus,
        as_heard=" ".join(heard),
    )
