"""Transcripts for the tests of the library."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asr_app.library.library import Library
from asr_app.library.values import Entry, Kind
from asr_app.transcription.types import Segment, Transcript, Word

NOON = datetime(2025, 3, 9, 12, 0, tzinfo=UTC)


def spoken(*lines: str, source: str = "talk.wav") -> Transcript:
    """An utterance every ten seconds, a word every half second."""
    segments = []
    for number, line in enumerate(lines):
        start_s = 10.0 * number
        words = tuple(
            Word(word, start_s + 0.5 * index, start_s + 0.5 * index + 0.4, 0.9)
            for index, word in enumerate(line.split())
        )
        segments.append(Segment(words, start_s, start_s + 0.5 * max(1, len(words))))
    return Transcript(tuple(segments), "en", "default", source, 10.0 * len(lines))


def added(
    library: Library,
    *lines: str,
    title: str = "Talk",
    days: float = 0,
    kind: Kind = Kind.FILE,
    recording: Path | None = None,
    tags: tuple[str, ...] = (),
    folder: Path | None = None,
) -> Entry:
    """Add one, made so many days before noon."""
    recordings = [recording] if recording else []
    created = NOON - timedelta(days=days)
    return library.add(spoken(*lines), title, kind, created, recordings, tags, folder)


def invented(count: int, words: int, seed: int = 1) -> Iterator[Transcript]:
    """Transcripts of so many words each, with words as frequent as in a language (Zipf's law)."""
    choice = random.Random(seed)
    vocabulary = ["".join(choice.choices("etaoinshrdlu", k=choice.randint(2, 9))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]
    for _ in range(count):
        said = choice.choices(vocabulary, weights, k=words)
        yield spoken(*(" ".join(said[start : start + 15]) for start in range(0, words, 15)))
