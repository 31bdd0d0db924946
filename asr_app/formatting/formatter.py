"""Words to display text: the stages in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr_app.formatting.commands import CommandMode, CommandStage
from asr_app.formatting.history import Change, FormatterState, advance
from asr_app.formatting.layout import LayoutOptions
from asr_app.formatting.numbers import Form, NumberStage
from asr_app.formatting.replacements import RuleProblem, RuleSet
from asr_app.formatting.table import LANGUAGES, CommandTable, load_table
from asr_app.formatting.tokens import Punctuator, predicted, tokens_of
from asr_app.formatting.values import FormattedText
from asr_app.transcription.types import Word


@dataclass(frozen=True)
class FormatOptions:
    """What formatting does.

    Attributes:
        language: Of the words, perhaps with a region; one without a table of commands has no forms either.
        commands: When words are taken for spoken commands.
        forms: What is written otherwise than it is spoken.
        digits_from: Smaller numbers in running prose stay words.
        capitals: Whether sentences and certain words begin with a capital.
        pause_s: Silence that sets a command off from the words beside it.
        number_pause_s: Silence that no number reaches across.
        phrase_pause_s: Silence that ends a phrase, which is what “scratch that” takes back.
    """

    language: str = "en"
    commands: CommandMode = CommandMode.OFF
    forms: frozenset[Form] = frozenset(Form)
    digits_from: int = 10
    capitals: bool = True
    pause_s: float = 0.25
    number_pause_s: float = 0.6
    phrase_pause_s: float = 0.6

    @classmethod
    def off(cls) -> FormatOptions:
        """Nothing but spaces between words."""
        return cls(forms=frozenset(), capitals=False)


@dataclass(frozen=True)
class Step(Change):
    """What one utterance changes.

    Attributes:
        problems: Rules of the person that were left out because they took too long.
    """

    problems: tuple[RuleProblem, ...] = ()


class Formatter:
    """Formats utterances; it keeps nothing of them.

    Attributes:
        options: What it does.
        rules: Replacements of the person.
        table: Spoken commands and words with capitals.
    """

    def __init__(
        self,
        options: FormatOptions | None = None,
        rules: RuleSet | None = None,
        table: CommandTable | None = None,
        punctuator: Punctuator | None = None,
    ) -> None:
        """Prepare the stages.

        Args:
            options: What to do.
            rules: Replacements of the person.
            table: Spoken commands and words with capitals, instead of the package's own for the language.
            punctuator: Automatic punctuation.

        Raises:
            FormattingError: Commands are wanted in a language that has none.
        """
        options = options or FormatOptions()
        language = options.language.split("-")[0].lower()
        if table is None:
            known = language in LANGUAGES or options.commands is not CommandMode.OFF
            table = load_table(language) if known else CommandTable(language, {})
        self.options = options
        self.rules = rules or RuleSet()
        self.table = table
        self._punctuator = punctuator
        self._commands = CommandStage(table, options.commands, options.pause_s)
        self._numbers = NumberStage(language, options.forms, options.digits_from, options.number_pause_s)
        self._layout = LayoutOptions(options.capitals, table.always_capital)

    def step(self, state: FormatterState, words: Sequence[Word]) -> Step:
        """Format one utterance after others.

        Args:
            state: After the utterance before; `FormatterState()` for the first.
            words: On the recording's clock.
        """
        tokens = self._commands(tokens_of(words))
        if self._punctuator is not None:
            tokens = predicted(tokens, self._punctuator)
        tokens, problems = self.rules.apply(self._numbers(tokens))
        change = advance(state, tokens, self._layout, self.options.phrase_pause_s)
        return Step(change.state, change.removed, change.added, problems)

    def format(self, words: Sequence[Word]) -> FormattedText:
        """Format one utterance as if nothing had been said before."""
        step = self.step(FormatterState(), words)
        return FormattedText.joined(phrase.text for phrase in step.added)
