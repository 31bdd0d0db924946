"""The tables of what is said and what is to be written: the tests' and `asr-app evaluate-text`'s.

They lie in `cases/`: `numbers-*` with spoken commands off and no capitals of sentences, `commands-*` and
`limits-*` with everything on. What is in `limits-*` is known to come out wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.history import FormatterState, Phrases
from asr_app.formatting.spoken import spoken
from asr_app.transcription.types import Word

TABLES = (
    "numbers-en", "numbers-de", "numbers-es", "commands-en", "commands-de", "commands-es", "limits-en",
)  # fmt: skip
WORD_S, GAP_S, PAUSE_S, BORDER_S = 0.3, 0.05, 0.4, 1.0
"""Of the words made from a table: their length, and the silence between them, at `|` and at `||`."""


@dataclass(frozen=True)
class Case:
    """One row.

    Attributes:
        table: One of `TABLES`.
        category: What it is about.
        spoken: What is said, with `|` for a pause and `||` for the border of an utterance.
        written: What is to be written.
        said: How `written` is said again; empty when that is not tested.
    """

    table: str
    category: str
    spoken: str
    written: str
    said: str = ""


@dataclass(frozen=True)
class Outcome:
    """A case and what became of it.

    Attributes:
        case: The case.
        text: What was written, or said again.
        back: Whether it was the way back.
    """

    case: Case
    text: str
    back: bool = False

    @property
    def right(self) -> bool:
        """Whether it is what is wanted."""
        return self.text == (self.case.said if self.back else self.case.written)


def load_cases(table: str) -> list[Case]:
    """The rows of a table."""
    source = resources.files("asr_app.formatting") / "cases" / f"{table}.tsv"
    cases = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        category, said, written, again = [*line.split("\t"), ""][:4]
        cases.append(
            Case(table, category, said, written.replace("\\n", "\n"), said if again == "=" else again)
        )
    return cases


def formatter_for(table: str) -> Formatter:
    """The formatter a table is meant for."""
    kind, language = table.split("-")
    numbers = kind == "numbers"
    commands = CommandMode.OFF if numbers else CommandMode.ON
    return Formatter(FormatOptions(language=language, commands=commands, capitals=not numbers))


def utterances_of(said: str) -> list[list[Word]]:
    """Words with times from what is said in a table."""
    utterances, time_s = [], 0.0
    for part in said.split("||"):
        words: list[Word] = []
        for text in part.split():
            if text == "|":
                time_s += PAUSE_S
                continue
            words.append(Word(text, time_s, time_s + WORD_S, 1.0))
            time_s += WORD_S + GAP_S
        utterances.append(words)
        time_s += BORDER_S
    return utterances


def fold(formatter: Formatter, utterances: Iterable[Sequence[Word]]) -> str:
    """What is displayed after all utterances."""
    state = FormatterState()
    phrases: Phrases = ()
    for words in utterances:
        step = formatter.step(state, words)
        state, phrases = step.state, step.apply(phrases)
    return "".join(phrase.text.text for phrase in phrases)


def evaluate(table: str) -> list[Outcome]:
    """What becomes of each case of a table, and of its way back where that is tested."""
    formatter = formatter_for(table)
    outcomes = []
    for case in load_cases(table):
        outcomes.append(Outcome(case, fold(formatter, utterances_of(case.spoken))))
        if case.said:
            outcomes.append(Outcome(case, spoken(case.written), back=True))
    return outcomes
