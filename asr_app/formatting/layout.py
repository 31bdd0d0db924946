"""The state machine of spaces and capitals.

The behaviour follows talon's dictation formatter: a charge of capitals is made by the end of a sentence,
passes through quotes and brackets, and is taken by the next letter, digit or comma. It carries no text from
utterance to utterance, only what the next character needs to know.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr_app.formatting.table import Action, Attach, Command
from asr_app.formatting.tokens import Case, Token
from asr_app.formatting.values import Span, SpanKind

SENTENCE_ENDS = ".?!"
_CLOSERS = "\u201d\u2019»)\"'"


class Caps(enum.StrEnum):
    """Capitals that stay on until they are switched off."""

    NORMAL = "normal"
    UPPER = "upper"
    TITLE = "title"


@dataclass(frozen=True)
class Context:
    """What is to be known of the text so far.

    Attributes:
        joined: Nothing parts what comes from what was: the start of the text or a line, an opened bracket.
        sentence_start: The next letter begins a sentence.
        next_case: A capital ordered for the next word.
        caps: Capitals ordered until further notice.
        caps_here: The same, to the end of the utterance.
    """

    joined: bool = True
    sentence_start: bool = True
    next_case: Case = Case.AS_IS
    caps: Caps = Caps.NORMAL
    caps_here: Caps | None = None


@dataclass(frozen=True)
class LayoutOptions:
    """What the machine does.

    Attributes:
        capitals: Whether sentences and certain words begin with a capital.
        always_capital: Those words, in lower case.
    """

    capitals: bool = True
    always_capital: frozenset[str] = frozenset()


class Layout:
    """Lays tokens out one after the other.

    Attributes:
        context: What is known of the text so far.
        spans: What was laid out.
        unmarked: What would be known without the mark of automatic punctuation at the end, if there is one.
    """

    def __init__(self, context: Context, options: LayoutOptions) -> None:
        self.context = context
        self.spans: list[Span] = []
        self.unmarked: Context | None = None
        self._options = options

    def add(self, token: Token, stop_follows: bool = False) -> None:
        """Lay out one token.

        Args:
            token: Neither scratch nor undo, which are not for this machine.
            stop_follows: A spoken mark stands before the next word: none of automatic punctuation may.
        """
        self.unmarked = None
        if token.command is None:
            self._word(token)
            if token.prediction.mark and not stop_follows:
                self._predicted(token)
        elif token.command.write:
            self._mark(token, token.command)
        else:
            self._order(token.command)

    def end(self) -> None:
        """End the utterance."""
        self.context = replace(self.context, caps_here=None)

    def _put(self, text: str, token: Token, kind: SpanKind, joined: bool) -> None:
        if not (joined or self.context.joined):
            self.spans.append(Span(" ", token.first_word, token.first_word, SpanKind.SPACE))
        self.spans.append(Span(text, token.first_word, token.end_word, kind))

    def _word(self, token: Token) -> None:
        if not token.text:
            return
        text = self._cased(token)
        self._put(text, token, token.kind, joined=False)
        ends = (
            self._options.capitals
            and token.kind is SpanKind.WORD
            and text.rstrip(_CLOSERS)[-1:] in (*SENTENCE_ENDS,)
        )
        self.context = replace(self.context, joined=False, sentence_start=ends, next_case=Case.AS_IS)

    def _cased(self, token: Token) -> str:
        text, context = token.text, self.context
        caps = context.caps_here or context.caps
        if context.next_case is not Case.AS_IS:
            return cased(text, context.next_case)
        if caps is Caps.UPPER:
            return text.upper()
        if caps is Caps.TITLE:
            return cased(text, Case.CAPITAL)
        if token.exact or not self._options.capitals:
            return text
        if context.sentence_start or text.casefold() in self._options.always_capital:
            text = cased(text, Case.CAPITAL)
        return cased(text, token.prediction.case)

    def _predicted(self, token: Token) -> None:
        mark, last = token.prediction.mark, token.end_word
        self.unmarked = replace(self.context, caps_here=None)
        self.spans.append(Span(mark, last - 1, last, SpanKind.PREDICTED))
        self.context = replace(self.context, sentence_start=mark[-1] in SENTENCE_ENDS)

    def _mark(self, token: Token, command: Command) -> None:
        self._put(token.text, token, SpanKind.MARK, joined=command.attach in (Attach.LEFT, Attach.BOTH))
        passes = command.closes or command.attach is Attach.RIGHT or not command.write.strip()
        self.context = replace(
            self.context,
            joined=command.attach in (Attach.RIGHT, Attach.BOTH) or command.write.endswith("\n"),
            sentence_start=command.ends or (passes and self.context.sentence_start),
        )

    def _order(self, command: Command) -> None:
        cases = {
            Action.CAPITAL_NEXT: Case.CAPITAL,
            Action.UPPER_NEXT: Case.UPPER,
            Action.LOWER_NEXT: Case.LOWER,
        }
        match command.do:
            case Action.CAPITAL_NEXT | Action.UPPER_NEXT | Action.LOWER_NEXT:
                self.context = replace(self.context, next_case=cases[command.do])
            case Action.UPPER_PHRASE:
                self.context = replace(self.context, caps_here=Caps.UPPER)
            case Action.UPPER_ON:
                self.context = replace(self.context, caps=Caps.UPPER)
            case Action.TITLE_ON:
                self.context = replace(self.context, caps=Caps.TITLE)
            case Action.CAPS_OFF:
                self.context = replace(self.context, caps=Caps.NORMAL, caps_here=None)
            case Action.JOIN:
                self.context = replace(self.context, joined=True)
            case _:
                raise ValueError(f"{command.do} is not for the layout")


def cased(text: str, case: Case) -> str:
    """A word with other capitals; only its first letter is touched unless all are to be capitals."""
    if case is Case.UPPER:
        return text.upper()
    if case is Case.AS_IS:
        return text
    for place, character in enumerate(text):
        if character.isdigit():
            return text
        if character.isalpha():
            turned = character.upper() if case is Case.CAPITAL else character.lower()
            return text[:place] + turned + text[place + 1 :]
    return text


def stop_follows(tokens: Sequence[Token], index: int) -> bool:
    """Whether a spoken mark stands between a token and the next word."""
    for token in tokens[index + 1 :]:
        if token.command is None:
            return False
        if token.command.is_stop:
            return True
    return False
