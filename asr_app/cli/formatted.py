"""Options and lines of formatted text, for the commands that write text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_app.formatting.formatter import Formatter, Step
    from asr_app.transcription.types import Word

FormattedOption = Annotated[
    bool, typer.Option("--formatted", help="Write numbers, dates, sums … as one writes them, and capitals.")
]
ReplacementsOption = Annotated[
    Path | None,
    typer.Option(help="Your replacements (CSV with find and replace); switches --formatted on."),
]
CommandsOption = Annotated[
    Path | None, typer.Option(help="Your spoken commands (TOML), over those of the program.")
]


class FormattedLines:
    """Utterances as lines of formatted text.

    Attributes:
        dictated: Whether spoken commands are carried out and one utterance continues the other.
    """

    def __init__(self, replacements: Path | None, dictated: bool, commands: Path | None = None) -> None:
        """Read the person's files; rules that are left out are named on standard error.

        Raises:
            FormattingError: A file cannot be read.
        """
        from asr_app.formatting.history import FormatterState
        from asr_app.formatting.replacements import RuleSet
        from asr_app.formatting.rules_file import read_rules
        from asr_app.formatting.table import load_table

        self.dictated = dictated
        self._rules = read_rules(replacements) if replacements is not None else RuleSet()
        self._commands = commands
        self._state = FormatterState()
        self._formatter: Formatter | None = None
        self._told: set[str] = set()
        if commands is not None:
            load_table(own=commands)  # A mistake in it is told before the model is loaded.
        for problem in self._rules.problems:
            self._tell(f"{replacements}: {problem}")

    def begin(self, language: str) -> None:
        """Prepare for a language.

        Raises:
            FormattingError: There are no spoken commands for it.
        """
        from asr_app.formatting.commands import CommandMode
        from asr_app.formatting.formatter import FormatOptions, Formatter
        from asr_app.formatting.table import load_table

        mode = CommandMode.ON if self.dictated else CommandMode.OFF
        table = load_table(language, self._commands) if self._commands is not None else None
        self._formatter = Formatter(FormatOptions(language=language, commands=mode), self._rules, table)

    def line(self, words: Sequence[Word]) -> str:
        """One utterance; empty when nothing of it is to be written."""
        from asr_app.formatting.history import FormatterState

        assert self._formatter is not None
        # Lines that are no dictation stand each for itself and begin with a capital.
        step = self._formatter.step(self._state if self.dictated else FormatterState(), words)
        self._state = step.state
        self._tell_of(step)
        return step.text.strip(" ")

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
