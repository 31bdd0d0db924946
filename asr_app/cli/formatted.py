"""Options and lines of formatted text, for the commands that write text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_app.formatting.formatter import Formatter, Step
    from asr_app.formatting.values import FormattedText
    from asr_app.model.bundle import Bundle
    from asr_app.transcription.types import Transcript, Word

FormattedOption = Annotated[
    bool | None,
    typer.Option(
        "--formatted/--no-formatted", help="Write numbers, dates, sums … as one writes them, and capitals."
    ),
]
ReplacementsOption = Annotated[
    Path | None,
    typer.Option(help="Your replacements (CSV with find and replace); switches --formatted on."),
]
CommandsOption = Annotated[
    Path | None, typer.Option(help="Your spoken commands (TOML), over those of the program.")
]
PunctuationOption = Annotated[
    bool,
    typer.Option(
        "--punctuation/--no-punctuation",
        help="Let formatted text have the marks and the capitals of names that the model gives it.",
    ),
]


def formatted_lines(
    wanted: bool | None,
    replacements: Path | None,
    dictated: bool,
    commands: Path | None = None,
    punctuation: bool = True,
) -> FormattedLines | None:
    """Formatted text where it is asked for, or a file is named that means it; None otherwise.

    Raises:
        FormattingError: A file cannot be read.
    """
    if wanted is False or (not wanted and replacements is None and commands is None):
        return None
    return FormattedLines(replacements, dictated, commands, punctuation)


class FormattedLines:
    """Utterances as lines of formatted text.

    Attributes:
        dictated: Whether spoken commands are carried out and one utterance continues the other.
        punctuation: Whether the model's automatic punctuation is used, where it has one.
    """

    def __init__(
        self,
        replacements: Path | None,
        dictated: bool,
        commands: Path | None = None,
        punctuation: bool = True,
    ) -> None:
        """Read the person's files; rules that are left out are named on standard error.

        Raises:
            FormattingError: A file cannot be read.
        """
        from asr_app.formatting.history import FormatterState
        from asr_app.formatting.replacements import RuleSet
        from asr_app.formatting.rules_file import read_rules
        from asr_app.formatting.table import load_table

        self.dictated = dictated
        self.punctuation = punctuation
        self._rules = read_rules(replacements) if replacements is not None else RuleSet()
        self._commands = commands
        self._state = FormatterState()
        self._formatter: Formatter | None = None
        self._told: set[str] = set()
        if commands is not None:
            load_table(own=commands)  # A mistake in it is told before the model is loaded.
        for problem in self._rules.problems:
            self._tell(f"{replacements}: {problem}")

    def begin(self, language: str, bundle: Bundle | None = None) -> None:
        """Prepare for a language.

        Args:
            language: Of the words.
            bundle: The model they come from, which may bring automatic punctuation.

        Raises:
            BundleError: That cannot be read.
            FormattingError: There are no spoken commands for the language.
        """
        from asr_app.formatting.commands import CommandMode
        from asr_app.formatting.formatter import FormatOptions, Formatter
        from asr_app.formatting.table import load_table

        mode = CommandMode.ON if self.dictated else CommandMode.OFF
        table = load_table(language, self._commands) if self._commands is not None else None
        punctuator = None
        if bundle is not None and self.punctuation:
            from asr_app.punctuation.punctuator import load_punctuator

            punctuator = load_punctuator(bundle)
        options = FormatOptions(language=language, commands=mode)
        self._formatter = Formatter(options, self._rules, table, punctuator)

    def line(self, words: Sequence[Word]) -> str:
        """One utterance; empty when nothing of it is to be written."""
        from asr_app.formatting.history import FormatterState

        assert self._formatter is not None
        # Lines that are no dictation stand each for itself and begin with a capital.
        step = self._formatter.step(self._state if self.dictated else FormatterState(), words)
        self._state = step.state
        self._tell_of(step)
        return step.text.strip(" ")

    def texts(self, transcript: Transcript) -> tuple[FormattedText, ...]:
        """Each utterance of a whole recording."""
        from asr_app.export.document import formatted_texts

        assert self._formatter is not None
        return formatted_texts(transcript, self._formatter, self.dictated, self._tell_of)

    def _tell_of(self, step: Step) -> None:
        for problem in step.problems:
            self._tell(str(problem))
        taken_back = step.removed_text.strip()
        if taken_back and not step.text.strip().startswith(taken_back):
            typer.echo(f"Taken back: “{taken_back}”", err=True)

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            typer.echo(f"asr-app: {sentence}", err=True)
