"""Exact replacements: ordered rules of the person, whole words or regular expressions.

A pattern that backtracks for ever cannot be stopped with the standard library's `re`, whose engine neither
looks at a clock nor lets go of the interpreter; the package `regex` takes a time limit. Each pattern is
tried on texts that are hard for such patterns when it is read, and works under the same limit ever after.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asr_app.formatting.tokens import Token, merged
from asr_app.formatting.values import SpanKind

TIME_LIMIT_S = 0.1
"""Of the processor, for one pattern on one utterance; a sound one takes microseconds."""

# Patterns that backtrack without end do so on long repetitions that fail at their last character; the marks
# at the end are for patterns that are not even tried where a mark they need is missing.
_HARD_TEXTS = tuple(
    unit * 40 + end
    for unit in ("a", "ab ", "1", "a1", " ", "word ", "a.")
    for end in ("", "!", "\x00", " 7 ,.;:?!-_/@$%&()'\"")
)


class RuleKind(enum.StrEnum):
    """What a rule looks for."""

    WORDS = "words"
    REGEX = "regex"


class RuleCase(enum.StrEnum):
    """Which capitals the replacement has."""

    EXACT = "exact"
    """As written in the rule, at the start of a sentence too."""
    KEEP = "keep"
    """Those of what it replaces; a sentence's first letter is made a capital."""


@dataclass(frozen=True)
class Rule:
    r"""One replacement.

    Attributes:
        find: Words, or a regular expression.
        replace: What is written instead; of a regular expression with `\1` or `\g<name>` for its groups.
        kind: What `find` is.
        case: Which capitals the replacement has.
        match_case: Whether capitals matter in `find`.
        row: Its row in the file, the header being 1; 0 for a rule of no file.
    """

    find: str
    replace: str
    kind: RuleKind = RuleKind.WORDS
    case: RuleCase = RuleCase.EXACT
    match_case: bool = False
    row: int = 0


@dataclass(frozen=True)
class RuleProblem:
    """Why a rule is left out.

    Attributes:
        row: Its row in the file, the header being 1.
        find: What it looks for.
        reason: A sentence.
    """

    row: int
    find: str
    reason: str

    def __str__(self) -> str:
        return f"Row {self.row} (“{self.find}”) is left out: {self.reason}"


@dataclass(frozen=True)
class Replaced:
    """One replacement that rules make in a text, for a preview.

    Attributes:
        row: Of the rule.
        line: Index of the text.
        before: What it replaces.
        after: What is written instead.
        start: Where, in the text as the rules before this one left it.
    """

    row: int
    line: int
    before: str
    after: str
    start: int


class _Compiled:
    """A rule ready for work.

    Raises:
        ValueError: It cannot be used; the message is a sentence.
    """

    def __init__(self, rule: Rule) -> None:
        import regex

        self.rule = rule
        if not rule.find.strip():
            raise ValueError("It does not say what to find.")
        pattern = rule.find
        if rule.kind is RuleKind.WORDS:
            words = r"\s+".join(regex.escape(word) for word in rule.find.split())
            pattern = rf"(?<!\w){words}(?!\w)"
        flags = regex.VERSION0 if rule.match_case else regex.VERSION0 | regex.IGNORECASE
        try:
            self._pattern = regex.compile(pattern, flags)
        except regex.error as error:
            raise ValueError(f"It is no regular expression: {error}.") from error
        try:
            self._try()
        except TimeoutError as error:
            raise ValueError("It may take for ever on some texts; make its repetitions plainer.") from error
        except (regex.error, IndexError) as error:
            raise ValueError(f"Its replacement is wrong: {error}.") from error

    def _try(self) -> None:
        import regex

        rule = self.rule
        if rule.kind is not RuleKind.REGEX:
            return
        for text in _HARD_TEXTS:
            for _ in self._pattern.finditer(text, timeout=TIME_LIMIT_S):
                pass
        # A replacement that names a group the pattern lacks fails only when it is used; this matches always.
        always = regex.compile(f"{rule.find}|", self._pattern.flags).match("")
        if always is not None:
            always.expand(rule.replace)

    def matches(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and replacement of each match that is not empty.

        Raises:
            TimeoutError: It takes too long.
        """
        found = []
        for match in self._pattern.finditer(text, timeout=TIME_LIMIT_S):
            if match.end() > match.start():
                found.append((match.start(), match.end(), self._replacement(match)))
        return found

    def _replacement(self, match: Any) -> str:
        rule = self.rule
        new: str = match.expand(rule.replace) if rule.kind is RuleKind.REGEX else rule.replace
        return in_case_of(match.group(), new) if rule.case is RuleCase.KEEP else new


class RuleSet:
    """Rules in their order, those that cannot work left out.

    Attributes:
        rules: Those that work.
        problems: Of the others.
    """

    def __init__(self, rules: Iterable[Rule] = (), problems: Iterable[RuleProblem] = ()) -> None:
        found = list(problems)
        self._compiled: list[_Compiled] = []
        for rule in rules:
            try:
                self._compiled.append(_Compiled(rule))
            except ValueError as error:
                found.append(RuleProblem(rule.row, rule.find, str(error)))
        self.problems = tuple(sorted(found, key=lambda problem: problem.row))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that work, in order."""
        return tuple(compiled.rule for compiled in self._compiled)

    def apply(self, tokens: Sequence[Token]) -> tuple[list[Token], tuple[RuleProblem, ...]]:
        """Replace in words and forms; a match never reaches across a mark or a command.

        Returns:
            The tokens, and the rules that were left out because they took too long.
        """
        done, problems = list(tokens), []
        for compiled in self._compiled:
            try:
                done = _replaced(done, compiled)
            except TimeoutError:
                problems.append(_too_slow(compiled.rule))
        return done, tuple(problems)

    def preview(self, texts: Iterable[str]) -> list[Replaced]:
        """What the rules would change in texts, rule after rule.

        A rule that takes too long on a text changes nothing there.
        """
        found = []
        for line, text in enumerate(texts):
            for compiled in self._compiled:
                try:
                    matches = compiled.matches(text)
                except TimeoutError:
                    continue
                row = compiled.rule.row
                found += [Replaced(row, line, text[a:b], new, a) for a, b, new in matches]
                for start, end, new in reversed(matches):
                    text = text[:start] + new + text[end:]
        return found


def _too_slow(rule: Rule) -> RuleProblem:
    return RuleProblem(rule.row, rule.find, f"It took more than {TIME_LIMIT_S:g} s on one utterance.")


def _replaced(tokens: list[Token], compiled: _Compiled) -> list[Token]:
    done: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if token.command is None:
            run.append(token)
            continue
        done += [*_replaced_in_run(run, compiled), token]
        run = []
    return done + _replaced_in_run(run, compiled)


def _replaced_in_run(run: list[Token], compiled: _Compiled) -> list[Token]:
    if not run:
        return run
    text = " ".join(token.text for token in run)
    done: list[Token] = []
    index, start = 0, 0  # The next token, and where it starts in the text.
    matches = compiled.matches(text)
    while matches:
        first, last, new = matches.pop(0)
        while start + len(run[index].text) < first:
            done.append(run[index])
            start += len(run[index].text) + 1
            index += 1
        begin, end, tokens = start, start + len(run[index].text), [run[index]]
        written = text[begin:first] + new
        # All that is matched of these tokens, by this match and by those that share a token with it.
        while True:
            while end < last:
                index += 1
                tokens.append(run[index])
                end += 1 + len(run[index].text)
            if not (matches and matches[0][0] < end):
                break
            written += text[last : matches[0][0]]
            _, last, new = matches.pop(0)
            written += new
        written += text[last:end]
        done.append(_as_replacement(tokens, written.strip(), compiled.rule))
        index, start = index + 1, end + 1
    # What was replaced by nothing displays nothing, and no later rule is to see it.
    return [token for token in done + run[index:] if token.text]


def _as_replacement(tokens: list[Token], text: str, rule: Rule) -> Token:
    return replace(merged(tokens, text, SpanKind.REPLACEMENT), exact=rule.case is RuleCase.EXACT)


def in_case_of(model: str, text: str) -> str:
    """A text with the capitals of another: all of it when that is in capitals, else its first letter."""
    letters = [character for character in model if character.isalpha()]
    if len(letters) > 1 and all(character.isupper() for character in letters):
        return text.upper()
    if letters and letters[0].isupper():
        return text[:1].upper() + text[1:]
    return text
