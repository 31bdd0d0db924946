"""What is displayed utterance by utterance, and what “scratch that” and “undo that” take back.

Everything is a value: a state goes in with the tokens of an utterance, and what changes comes out with a new
state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from asr_app.formatting.layout import Context, Layout, LayoutOptions, stop_follows
from asr_app.formatting.table import Action
from asr_app.formatting.tokens import Token
from asr_app.formatting.values import FormattedText

HISTORY = 50
"""Phrases that can be taken back, and steps that can be undone."""


@dataclass(frozen=True)
class Phrase:
    """A stretch of display text that stays or goes as a whole.

    Attributes:
        number: No other phrase of the same fold has it.
        utterance: Number of the utterance whose words its spans count, from 0.
        text: What is displayed; it brings the space before it along.
        after: What is known after it.
        unmarked: The same without the mark of automatic punctuation it ends with, if it does.
    """

    number: int
    utterance: int
    text: FormattedText
    after: Context
    unmarked: Context | None = None


Phrases = tuple[Phrase, ...]


@dataclass(frozen=True)
class FormatterState:
    """All that goes from one utterance to the next. The first is `FormatterState()`.

    Attributes:
        phrases: The last ones displayed, at most `HISTORY`.
        origin: What is known before the first of them.
        past: `phrases` before each step that can be undone.
        utterances: Formatted so far.
        numbers: Phrases made so far.
    """

    phrases: Phrases = ()
    origin: Context = field(default_factory=Context)
    past: tuple[Phrases, ...] = ()
    utterances: int = 0
    numbers: int = 0


@dataclass(frozen=True)
class Change:
    """What one utterance changes.

    Attributes:
        state: For the next utterance.
        removed: Phrases taken from the end of what is displayed.
        added: Phrases put there instead; undo may bring back some of earlier utterances.
    """

    state: FormatterState
    removed: Phrases
    added: Phrases

    @property
    def text(self) -> str:
        """What is appended."""
        return "".join(phrase.text.text for phrase in self.added)

    @property
    def removed_text(self) -> str:
        """What goes from the end before it is appended."""
        return "".join(phrase.text.text for phrase in self.removed)

    def apply(self, phrases: Phrases) -> Phrases:
        """All phrases displayed after this utterance, from those before it."""
        return phrases[: len(phrases) - len(self.removed)] + self.added


def advance(
    state: FormatterState, tokens: Sequence[Token], options: LayoutOptions, phrase_pause_s: float
) -> Change:
    """Lay an utterance's tokens out after what is displayed.

    Args:
        state: After the utterances before it.
        tokens: Of all its stages but the layout.
        options: Of the layout.
        phrase_pause_s: Silence that ends a phrase.
    """
    work = _Work(state, options)
    if stop_follows(tokens, -1):
        work.unmark()
    for index, token in enumerate(tokens):
        command = token.command.do if token.command else None
        if command is Action.SCRATCH:
            work.scratch()
        elif command is Action.UNDO:
            work.undo()
        else:
            if token.gap_s >= phrase_pause_s:
                work.commit()
            work.layout.add(token, stop_follows(tokens, index))
    work.layout.end()
    work.commit()
    return work.change(state)


class _Work:
    """One utterance on its way into the history."""

    def __init__(self, state: FormatterState, options: LayoutOptions) -> None:
        self._options = options
        self._origin = state.origin
        self._utterance = state.utterances
        self._numbers = state.numbers
        self._phrases = state.phrases
        self._past = list(state.past)
        self._remembered = False
        self._restart()

    def _context(self) -> Context:
        return self._phrases[-1].after if self._phrases else self._origin

    def _restart(self) -> None:
        self.layout = Layout(self._context(), self._options)

    def _remember(self) -> None:
        if not self._remembered:
            self._past.append(self._phrases)
        self._remembered = False

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def commit(self) -> None:
        """Make a phrase of what was laid out since the last one."""
        layout = self.layout
        if layout.spans or layout.context != self._context():
            self._remember()
            text = FormattedText(tuple(layout.spans))
            phrase = Phrase(self._number(), self._utterance, text, layout.context, layout.unmarked)
            self._phrases = (*self._phrases, phrase)
        self._restart()

    def unmark(self) -> None:
        """Take back a mark of automatic punctuation where one is spoken; undoing that brings it back."""
        if self._phrases and (last := self._phrases[-1]).unmarked is not None:
            self._remember()
            self._remembered = True
            bare = FormattedText(last.text.spans[:-1])
            last = Phrase(self._number(), last.utterance, bare, last.unmarked)
            self._phrases = (*self._phrases[:-1], last)
            self._restart()

    def scratch(self) -> None:
        """Take the last phrase back."""
        self.commit()
        self._past.append(self._phrases)
        left = self._phrases
        while left and not left[-1].text.spans:
            left = left[:-1]
        self._phrases = left[:-1]
        self._restart()

    def undo(self) -> None:
        """Go back one step that could be seen."""
        self.commit()
        shown = _seen(self._phrases)
        while self._past:
            self._phrases = self._past.pop()
            if _seen(self._phrases) != shown:
                break
        self._restart()

    def change(self, before: FormatterState) -> Change:
        """What has changed since a state."""
        common = 0
        for old, new in zip(before.phrases, self._phrases, strict=False):
            if old.number != new.number:
                break
            common += 1
        removed, added = before.phrases[common:], self._phrases[common:]
        return Change(self._state(), removed, added)

    def _state(self) -> FormatterState:
        phrases, origin, past = self._phrases, self._origin, self._past[-HISTORY:]
        if len(phrases) > HISTORY:
            dropped, phrases = phrases[-HISTORY - 1], phrases[-HISTORY:]
            origin = dropped.after
            # What lay before a dropped phrase cannot come back.
            past = [kept for snapshot in past if (kept := _after(snapshot, dropped.number)) is not None]
        return FormatterState(phrases, origin, tuple(past), self._utterance + 1, self._numbers)


def _seen(phrases: Phrases) -> list[int]:
    return [phrase.number for phrase in phrases if phrase.text.spans]


def _after(phrases: Phrases, number: int) -> Phrases | None:
    for index, phrase in enumerate(phrases):
        if phrase.number == number:
            return phrases[index + 1 :]
    return None
