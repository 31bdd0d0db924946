"""Spoken commands: which words of an utterance are orders, and which are only words.

What talon, nerd-dictation and Dragon do is the reference; the rules for words that are both a command and a
word are ours (`docs/formatting.md`).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from asr_app.formatting.table import Action, Command, CommandTable, When
from asr_app.formatting.tokens import Token
from asr_app.formatting.values import SpanKind


class CommandMode(enum.StrEnum):
    """When words are taken for commands."""

    OFF = "off"
    ON = "on"
    """Where the table's rules allow it."""
    PAUSED = "paused"
    """Only with a pause before and after: for those who speak of commas more often than they need one."""


@dataclass(frozen=True)
class _Match:
    command: Command
    size: int


class CommandStage:
    """Turns the words of commands into command tokens.

    Attributes:
        table: The commands.
        mode: When words are taken for them.
        pause_s: Silence that sets a command off from the words beside it.
    """

    def __init__(self, table: CommandTable, mode: CommandMode, pause_s: float) -> None:
        self.table = table
        self.mode = mode
        self.pause_s = pause_s
        self._by_first_word = table.by_first_word()

    def __call__(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with commands found among them; an escaped command is words again."""
        if self.mode is CommandMode.OFF:
            return list(tokens)
        done: list[Token] = []
        index = 0
        while index < len(tokens):
            match = self._match(tokens, index, after_command=bool(done and done[-1].command))
            if match is None:
                done.append(tokens[index])
                index += 1
            elif match.command.do is Action.LITERAL:
                index += match.size
                escaped = self._longest(tokens, index)
                size = escaped.size if escaped else 0
                done.extend(tokens[index : index + size])
                index += size
            else:
                done.append(_command_token(tokens[index : index + match.size], match.command))
                index += match.size
        return done

    def _match(self, tokens: Sequence[Token], index: int, after_command: bool) -> _Match | None:
        for words, command in self._candidates(tokens, index):
            end = index + len(words)
            if command.do is Action.LITERAL:
                # The escape escapes something or is a word itself; what escapes is said in one breath.
                if self._longest(tokens, end) is not None:
                    return _Match(command, len(words))
            elif self._may_be(command, tokens, index, end, after_command):
                return _Match(command, len(words))
        return None

    def _candidates(self, tokens: Sequence[Token], index: int) -> list[tuple[tuple[str, ...], Command]]:
        if index >= len(tokens):
            return []
        found = []
        for words, command in self._by_first_word.get(_said(tokens[index]), ()):
            part = tokens[index : index + len(words)]
            if tuple(_said(token) for token in part) == words:
                found.append((words, command))
        return found

    def _longest(self, tokens: Sequence[Token], index: int) -> _Match | None:
        candidates = self._candidates(tokens, index)
        return _Match(candidates[0][1], len(candidates[0][0])) if candidates else None

    def _may_be(
        self, command: Command, tokens: Sequence[Token], start: int, end: int, after_command: bool
    ) -> bool:
        before = _said(tokens[start - 1]) if start and not after_command else ""
        after = _said(tokens[end]) if end < len(tokens) else ""
        pause_before = start == 0 or after_command or tokens[start].gap_s >= self.pause_s
        pause_after = end == len(tokens) or tokens[end].gap_s >= self.pause_s
        if before in command.not_after or (command.write and before in self.table.not_after):
            return False
        # A pause ends what the next word could be part of: "colon, cancer of the …".
        if after in command.not_before and not pause_after:
            return False
        pause_after = pause_after or bool(self._candidates(tokens, end))
        if self.mode is CommandMode.PAUSED:
            return pause_before and pause_after
        if command.when is When.PAUSE:
            return pause_before or pause_after
        return command.when is When.ANYWHERE or pause_after


def _said(token: Token) -> str:
    return token.spoken.casefold()


def _command_token(tokens: Sequence[Token], command: Command) -> Token:
    return Token(
        command.write,
        " ".join(token.spoken for token in tokens),
        tokens[0].first_word,
        tokens[-1].end_word,
        SpanKind.MARK,
        tokens[0].gap_s,
        command,
    )
