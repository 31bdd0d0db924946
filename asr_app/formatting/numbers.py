"""Numbers, dates, money, addresses …: from the words that are said to the form that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asr_app.formatting.forms import Form, Matcher, matchers
from asr_app.formatting.forms_address import ADDRESS_WORDS, address
from asr_app.formatting.numerals import Item, items_of
from asr_app.formatting.table import LANGUAGES
from asr_app.formatting.tokens import Token, merged
from asr_app.formatting.values import SpanKind

__all__ = ["Form", "NumberStage"]


class NumberStage:
    """Writes the wanted forms in one language.

    Attributes:
        language: Of the words; in one that is not known nothing changes.
        forms: What is written otherwise than it is spoken.
        digits_from: Smaller numbers in running prose stay words.
        pause_s: Silence that no form reaches across.
    """

    def __init__(self, language: str, forms: frozenset[Form], digits_from: int, pause_s: float) -> None:
        self.language = language
        self.forms = forms
        self.digits_from = digits_from
        self.pause_s = pause_s
        self._matchers = matchers(language, forms, digits_from)

    def __call__(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with forms in place of the words they are spoken with."""
        if self.language not in LANGUAGES or not self.forms:
            return list(tokens)
        done = list(tokens)
        if self.language == "en" and Form.ADDRESS in self.forms:
            # In an address "dash" and "hyphen" are part of it and no commands.
            done = self._in_runs(done, (address,), ADDRESS_WORDS)
        return self._in_runs(done, self._matchers, frozenset())

    def _in_runs(
        self, tokens: Sequence[Token], matching: Sequence[Matcher], commands: frozenset[str]
    ) -> list[Token]:
        # The capitals of an address are its own, at the start of a sentence too.
        exact = bool(commands)
        done: list[Token] = []
        run: list[Token] = []
        for token in tokens:
            plain = token.kind is SpanKind.WORD or token.spoken.casefold() in commands
            mark_before = bool(run and run[-1].prediction.mark)
            if run and (not plain or token.gap_s >= self.pause_s or mark_before):
                done += _formed(run, self.language, matching, exact)
                run = []
            if plain:
                run.append(token)
            else:
                done.append(token)
        return done + _formed(run, self.language, matching, exact)


def _formed(run: Sequence[Token], language: str, matching: Sequence[Matcher], exact: bool) -> list[Token]:
    if not run:
        return []
    items = items_of(run, language)
    done: list[Token] = []
    index = 0
    while index < len(items):
        form = next((found for match in matching if (found := match(items, index)) is not None), None)
        if form is None:
            done += items[index].tokens
            index += 1
            continue
        text, size = form
        done.append(replace(merged(_tokens(items[index : index + size]), text, SpanKind.FORM), exact=exact))
        index += size
    return done


def _tokens(items: Sequence[Item]) -> list[Token]:
    return [token for item in items for token in item.tokens]
