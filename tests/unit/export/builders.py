"""A transcript as a recogniser gives it, for the tests of the files it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from asr_app.export.document import Document, formatted_texts
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.transcription.types import Segment, Transcript, Word

CREATED = datetime(2025, 3, 9, 14, 30, tzinfo=UTC)


def words(
    text: str, start_s: float = 0.0, word_s: float = 0.3, gap_s: float = 0.1, confidence: float = 0.9
) -> tuple[Word, ...]:
    """Words one after the other; `name?` is an uncertain one."""
    made = []
    for index, word in enumerate(text.split()):
        at_s = start_s + index * (word_s + gap_s)
        sure = confidence if not word.endswith("?") else 0.3
        made.append(Word(word.rstrip("?"), at_s, at_s + word_s, sure))
    return tuple(made)


def segment(text: str, start_s: float = 0.0) -> Segment:
    """An utterance with a tenth of a second of silence on both sides."""
    said = words(text, start_s + 0.1)
    return Segment(said, start_s, (said[-1].end_s if said else start_s) + 0.1)


def transcript(segments: Iterable[Segment], source: str = "market day.wav") -> Transcript:
    """A complete one."""
    parts = tuple(segments)
    return Transcript(parts, "en", "default", source, parts[-1].end_s + 0.5 if parts else 0.0)


def market() -> Transcript:
    """Three utterances, the second of them without a word."""
    return transcript(
        [
            segment("we bought twenty five apples at the café <b> & co"),
            segment("", 5.0),
            segment(
                'he said "stop" and left at noon with mister? kowalski? we think',
                6.0,
            ),
        ]
    )


def plain_document() -> Document:
    """The words as they were heard."""
    return Document(market(), "market day", CREATED, recording="market day.wav")


def formatted_document() -> Document:
    """With numbers and capitals."""
    heard = market()
    texts = formatted_texts(heard, Formatter(FormatOptions()))
    return Document(heard, "market day", CREATED, texts, recording="market day.wav")


def dictated_document(*utterances: str) -> Document:
    """Dictation with spoken commands, an utterance every ten seconds."""
    heard = transcript(segment(text, 10.0 * index) for index, text in enumerate(utterances))
    texts = formatted_texts(heard, Formatter(FormatOptions(commands=CommandMode.ON)), continuous=True)
    return Document(heard, "note", CREATED, texts, continuous=True)
