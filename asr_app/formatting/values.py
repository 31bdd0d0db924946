"""Display text that keeps the link from each of its characters to the words it came from."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class SpanKind(enum.StrEnum):
    """Where a piece of display text comes from."""

    WORD = "word"
    """A word as it was recognised, perhaps with another capital."""
    FORM = "form"
    """A number, date, address … written otherwise than it is spoken."""
    REPLACEMENT = "replacement"
    """What a rule of the person put in."""
    MARK = "mark"
    """What a spoken command wrote; its words are the command's."""
    PREDICTED = "predicted"
    """A mark of automatic punctuation; its word is the one it follows."""
    SPACE = "space"
    """A space between words: it belongs to no word, and its empty range lies at the border."""


@dataclass(frozen=True)
class Span:
    """A piece of display text and the words it stands for.

    Attributes:
        text: As displayed; never empty.
        first_word: Index of its first word among the words that were formatted.
        end_word: Index after its last word.
        kind: Where it comes from.
    """

    text: str
    first_word: int
    end_word: int
    kind: SpanKind


@dataclass(frozen=True)
class FormattedText:
    """Display text in pieces.

    Both `first_word` and `end_word` never go down from one span to the next. A word without a span is not
    displayed: a spoken command, or something that was taken back.

    Attributes:
        spans: In order; their texts one after the other are the display text.
    """

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """What is displayed."""
        return "".join(span.text for span in self.spans)

    def span_at(self, character: int) -> Span:
        """The span that holds the character with this index.

        Raises:
            IndexError: The text has no such character.
        """
        start = 0
        for span in self.spans:
            if 0 <= character - start < len(span.text):
                return span
            start += len(span.text)
        raise IndexError(f"no character {character} in a text of {start}")

    def words_at(self, character: int) -> range:
        """Indices of the words behind a character; empty for a space.

        Raises:
            IndexError: The text has no such character.
        """
        span = self.span_at(character)
        return range(span.first_word, span.end_word)

    def characters_of(self, word: int) -> range:
        """Indices of the characters a word is displayed by; empty when it is not displayed."""
        start, found = 0, range(0)
        for span in self.spans:
            end = start + len(span.text)
            if span.first_word <= word < span.end_word:
                found = range(found.start if found else start, end)
            start = end
        return found

    @staticmethod
    def joined(texts: Iterable[FormattedText]) -> FormattedText:
        """Texts made from the same words, one after the other."""
        return FormattedText(tuple(span for text in texts for span in text.spans))
