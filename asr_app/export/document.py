"""What every writer is given: a transcript with its display text, cut into paragraphs and timed pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from asr_app.formatting.values import FormattedText, Span, SpanKind
from asr_app.transcription.types import Segment, Transcript, Word

if TYPE_CHECKING:
    from asr_app.formatting.formatter import Formatter, Step

_CHUNKS = re.compile(r"\s+|\S+")
# What XML does not allow; names of files may hold any of it.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Piece:
    """Display text without white space inside, on the recording's clock.

    Attributes:
        text: As displayed: a word with the marks that touch it, a number …
        start_s: Start of the first word behind it.
        end_s: End of the last.
        confidence: The lowest of the words behind it; None where there is none.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float | None


@dataclass(frozen=True)
class Paragraph:
    """A line of display text.

    Attributes:
        pieces: At least one; a space stands between two of them.
    """

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """As displayed."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def start_s(self) -> float:
        """Start of its first piece."""
        return self.pieces[0].start_s

    @property
    def end_s(self) -> float:
        """End of its last piece."""
        return self.pieces[-1].end_s


@dataclass(frozen=True)
class Document:
    """A transcript on its way into a file.

    Attributes:
        transcript: Words and times.
        title: For people: the name of a recording without its ending, or the title in the library.
        created: When the recording was made, where that is known.
        texts: Display text of each segment, counting the segment's words; None for the words as heard.
        continuous: Whether one segment's text goes on where the last one's ended, as in dictation; otherwise
            each segment is a paragraph.
        recording: Name of, or path to, the recording as seen from the file, for links to its sound.
    """

    transcript: Transcript
    title: str
    created: datetime | None = None
    texts: tuple[FormattedText, ...] | None = None
    continuous: bool = False
    recording: str | None = None

    def __post_init__(self) -> None:
        if self.texts is not None and len(self.texts) != len(self.transcript.segments):
            raise ValueError("a document has one display text for each segment")

    def segment_text(self, index: int) -> str:
        """Display text of a segment, without white space around it."""
        if self.texts is None:
            return clean(self.transcript.segments[index].text)
        return clean(self.texts[index].text).strip()

    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The display text; lines and segments without text are left out."""
        return tuple(Paragraph(tuple(pieces)) for pieces in self._lines() if pieces)

    def _lines(self) -> Iterator[list[Piece]]:
        line: list[Piece] = []
        touching = False
        for index, segment in enumerate(self.transcript.segments):
            if not self.continuous:
                yield line
                line, touching = [], False
            text = _as_heard(segment) if self.texts is None else self.texts[index]
            for chunk, span in _chunks(text):
                if chunk.isspace():
                    touching = False
                    if "\n" in chunk:
                        yield line
                        line = []
                elif touching and line:
                    line[-1] = _joined(line[-1], _piece(chunk, span, segment.words, line))
                else:
                    line.append(_piece(chunk, span, segment.words, line))
                    touching = True
        yield line


def clean(text: str) -> str:
    """The text without characters that some format cannot hold."""
    return _FORBIDDEN.sub("", text)


def formatted_texts(
    transcript: Transcript,
    formatter: Formatter,
    continuous: bool = False,
    on_step: Callable[[Step], object] | None = None,
) -> tuple[FormattedText, ...]:
    """Display text of each segment.

    Args:
        transcript: What was heard.
        formatter: For its language.
        continuous: Whether it is dictation: commands reach back, and one segment continues the other.
        on_step: Called with what each segment changes: what is taken back, which rules were left out.
    """
    from asr_app.formatting.history import FormatterState

    state = FormatterState()
    phrases = state.phrases
    texts: list[list[FormattedText]] = [[] for _ in transcript.segments]
    for index, segment in enumerate(transcript.segments):
        step = formatter.step(state if continuous else FormatterState(), segment.words)
        if on_step is not None:
            on_step(step)
        if continuous:
            state, phrases = step.state, step.apply(phrases)
        else:
            texts[index] = [phrase.text for phrase in step.added]
    for phrase in phrases:
        texts[phrase.utterance].append(phrase.text)
    return tuple(FormattedText.joined(own) for own in texts)


def _as_heard(segment: Segment) -> FormattedText:
    spans: list[Span] = []
    for index, word in enumerate(segment.words):
        if index:
            spans.append(Span(" ", index, index, SpanKind.SPACE))
        if word.text:
            spans.append(Span(word.text, index, index + 1, SpanKind.WORD))
    return FormattedText(tuple(spans))


def _chunks(text: FormattedText) -> Iterator[tuple[str, Span]]:
    for span in text.spans:
        for chunk in _CHUNKS.findall(clean(span.text)):
            yield chunk, span


def _piece(text: str, span: Span, words: tuple[Word, ...], line: Iterable[Piece]) -> Piece:
    behind = words[span.first_word : span.end_word]
    if not behind:
        # Nothing was said for it: it lies where the text before it ends.
        time_s = max((piece.end_s for piece in line), default=words[0].start_s if words else 0.0)
        return Piece(text, time_s, time_s, None)
    return Piece(text, behind[0].start_s, behind[-1].end_s, min(word.confidence for word in behind))


def _joined(first: Piece, second: Piece) -> Piece:
    known = [piece.confidence for piece in (first, second) if piece.confidence is not None]
    return Piece(
        first.text + second.text,
        min(first.start_s, second.start_s),
        max(first.end_s, second.end_s),
        min(known) if known else None,
    )
