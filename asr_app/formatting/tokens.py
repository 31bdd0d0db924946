"""What the stages of formatting pass on: tokens, each with the range of words it came from."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from asr_app.formatting.table import Command
from asr_app.formatting.values import SpanKind
from asr_app.transcription.types import Word


class Case(enum.StrEnum):
    """How a word is to be capitalised."""

    AS_IS = "as is"
    CAPITAL = "capital"
    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True)
class Prediction:
    """What automatic punctuation says of one word.

    Attributes:
        mark: The mark after it: `,` `.` `?` `!` `:` …; empty for none.
        case: Its capitals.
    """

    mark: str = ""
    case: Case = Case.AS_IS


Punctuator = Callable[[Sequence[str]], Sequence[Prediction]]
"""Gives one prediction for each of an utterance's words; it is never shown a spoken command."""


@dataclass(frozen=True)
class Token:
    """One thing to display, or one command to carry out.

    Attributes:
        text: To be displayed; of a command: what it writes.
        spoken: Its words as recognised, separated by spaces.
        first_word: Index of its first word in the utterance.
        end_word: Index after its last word.
        kind: What its span will say.
        gap_s: Silence before it; infinite at the start of an utterance.
        command: The spoken command it is.
        exact: Its capitals are as the person's rule wrote them.
        prediction: Of its last word.
    """

    text: str
    spoken: str
    first_word: int
    end_word: int
    kind: SpanKind = SpanKind.WORD
    gap_s: float = math.inf
    command: Command | None = None
    exact: bool = False
    prediction: Prediction = Prediction()


def tokens_of(words: Sequence[Word]) -> list[Token]:
    """A token for each word."""
    tokens: list[Token] = []
    for index, word in enumerate(words):
        gap_s = max(0.0, word.start_s - words[index - 1].end_s) if index else math.inf
        tokens.append(Token(word.text, word.text, index, index + 1, gap_s=gap_s))
    return tokens


def merged(tokens: Sequence[Token], text: str, kind: SpanKind) -> Token:
    """One token in place of several; it takes the first one's silence and capitals, the last one's mark."""
    first, last = tokens[0], tokens[-1]
    return Token(
        text,
        " ".join(token.spoken for token in tokens),
        first.first_word,
        last.end_word,
        kind,
        first.gap_s,
        prediction=Prediction(last.prediction.mark, first.prediction.case),
    )


def predicted(tokens: Sequence[Token], punctuator: Punctuator) -> list[Token]:
    """The tokens with what automatic punctuation says of the words among them."""
    places = [index for index, token in enumerate(tokens) if token.command is None]
    predictions = punctuator([tokens[index].text for index in places])
    found = list(tokens)
    for index, prediction in zip(places, predictions, strict=True):
        found[index] = replace(tokens[index], prediction=prediction)
    return found
