"""From what was spoken and what was shown, each on the same clock, to the figures of the benchmark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asr_app.cli.live_bench.matching import match_words
from asr_app.cli.live_bench.word_times import SpokenWord


@dataclass(frozen=True)
class Shown:
    """A text on the screen.

    Attributes:
        time_s: When it came.
        words: All of it.
        changed_words: How many words of the text before it changed or took back.
    """

    time_s: float
    words: tuple[str, ...]
    changed_words: int = 0


@dataclass
class Passage:
    """One recording of the benchmark: what was said in it, and what was shown.

    Attributes:
        name: Of the recording.
        spoken: Its words, with times on the clock of the benchmark.
        partials: Of all its utterances: each the whole text of the passage so far.
        last_partial: The last partial words of its utterances, joined.
        final: The final words of its utterances, joined.
        final_s: When the last of them came.
        corrected_words: How many words of the last partial texts the final ones changed or took back.
    """

    name: str
    spoken: Sequence[SpokenWord]
    partials: list[Shown] = field(default_factory=list)
    last_partial: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    final_s: float | None = None
    corrected_words: int = 0


def measure(passages: Sequence[Passage]) -> dict[str, Any]:
    """Give the figures; times in milliseconds, rates as shares. None where nothing was shown."""
    shown_ms, right_ms = [], []
    for passage in passages:
        shown, right = word_latencies_s(passage)
        shown_ms += [1000 * latency for latency in shown]
        right_ms += [1000 * latency for latency in right]
    final_ms = [
        1000 * (passage.final_s - passage.spoken[-1].end_s)
        for passage in passages
        if passage.final_s is not None and passage.spoken
    ]
    words = sum(len(passage.spoken) for passage in passages)
    changed = sum(shown.changed_words for passage in passages for shown in passage.partials)
    standing = sum(len(passage.last_partial) for passage in passages)
    corrected = sum(passage.corrected_words for passage in passages)
    return {
        "partial_latency_ms": spread(shown_ms),
        "right_word_latency_ms": spread(right_ms),
        "final_latency_ms": spread(final_ms),
        "partial_wer": _rate(_errors(passages, "last_partial"), words),
        "final_wer": _rate(_errors(passages, "final"), words),
        "changed_word_rate": _rate(changed, standing + changed),
        "corrected_word_rate": _rate(corrected, standing),
        "words": words,
    }


def word_latencies_s(passage: Passage) -> tuple[list[float], list[float]]:
    """From the end of each spoken word until it was on the screen.

    Returns:
        First: until a word stood in its place, right or wrong. Second: until the right one did. Words that
        never were partial text count with their final text.
    """
    spoken = [word.text for word in passage.spoken]
    texts = list(passage.partials)
    if passage.final_s is not None:
        texts.append(Shown(passage.final_s, passage.final))
    shown: dict[int, float] = {}
    right: dict[int, float] = {}
    for text in texts:
        for place, heard in match_words(spoken, text.words, is_prefix=True).pairs:
            shown.setdefault(place, text.time_s)
            if spoken[place] == text.words[heard]:
                right.setdefault(place, text.time_s)
    return tuple(  # type: ignore[return-value]
        [seen[place] - word.end_s for place, word in enumerate(passage.spoken) if place in seen]
        for seen in (shown, right)
    )


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile (the value at or above 95 in a hundred), to a millisecond."""
    if not values:
        return {"median": None, "p95": None, "count": 0}
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    high = ordered[max(0, math.ceil(0.95 * len(ordered)) - 1)]
    return {"median": round(middle), "p95": round(high), "count": len(ordered)}


def _errors(passages: Sequence[Passage], which: str) -> int:
    return sum(
        match_words([word.text for word in passage.spoken], getattr(passage, which)).errors
        for passage in passages
    )


def _rate(count: int, whole: int) -> float | None:
    return round(count / whole, 4) if whole else None
