"""Formatting measured on running text: numbers there and back, and commands where nobody gave one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from asr_app.formatting.cases import utterances_of
from asr_app.formatting.commands import CommandMode, CommandStage
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.spoken import spoken
from asr_app.formatting.tokens import tokens_of

_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+")
_NUMBER = re.compile(r"[$£€]?\d(?:[\d,.:]*\d)?")
_LONGEST_SENTENCE = 200
"""Characters; longer ones hold tables and lists."""


@dataclass
class TextReport:
    """What formatting does to a text.

    Attributes:
        words: Of the sentences without digits.
        fired: How often each command was taken to be spoken there, without any pause to tell by.
        numbers: Written in digits in the text, from 10 on.
        same: Those that are the same after being said and formatted.
        lost: Some of the others: the number, and what the sentence became.
    """

    words: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    same: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)


def measure_text(lines: Iterable[str], language: str = "en", every: int = 1) -> TextReport:
    """Format a written text as if it had been spoken.

    Args:
        lines: Of the text, paragraphs or sentences.
        language: Its language; the way back from digits to words exists for English only.
        every: Use each n-th line only.
    """
    formatter = Formatter(FormatOptions(language=language, capitals=False))
    commands = CommandStage(formatter.table, CommandMode.ON, formatter.options.pause_s)
    report = TextReport()
    for number, line in enumerate(lines):
        if number % every:
            continue
        for sentence in _SENTENCE_END.split(line):
            if not re.search(r"\d", sentence):
                words = spoken_words(sentence)
                report.words += len(words)
                # A word before and one after: otherwise the border of the utterance counts as a pause.
                tokens = commands(tokens_of(utterances_of(" ".join(("so", *words, "so")))[0]))
                report.fired.update(token.command.name for token in tokens if token.command)
            elif len(sentence) <= _LONGEST_SENTENCE and language == "en":
                _there_and_back(sentence, formatter, report)
    return report


def spoken_words(text: str) -> Sequence[str]:
    """The words of a written text in lower case, without marks."""
    plain = text.casefold().replace("\u2019", "'")
    return re.sub(r"[^\w' ]+|_", " ", plain).split()


def _there_and_back(sentence: str, formatter: Formatter, report: TextReport) -> None:
    said = spoken_words(spoken(sentence))
    got = formatter.format(utterances_of(" ".join(said))[0]).text
    found = {_plain(number) for number in _NUMBER.findall(got)}
    for number in _NUMBER.findall(sentence):
        if number.isdigit() and int(number) < formatter.options.digits_from:
            continue
        report.numbers += 1
        if _plain(number) in found:
            report.same += 1
        else:
            report.lost.append((number, got))


def _plain(number: str) -> str:
    """A number without the commas that only help the eye."""
    return number.replace(",", "")
