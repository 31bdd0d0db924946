"""How many of the commands in dictated sentences are heard as such: `python -m … BUNDLE…`.

The sentences are in `cases/commands.tsv` and spoken by flite and espeak-ng in turn. A command is heard where
the words of its phrase come out, as often as they were said; what the formatter makes of them is measured
elsewhere.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from asr_app.formatting.table import load_table
from asr_app.training.evaluation.error_rates import Heard, report_errors
from asr_app.training.evaluation.vocabulary import VocabularyCase, VocabularySentence, speak
from asr_app.training.manifest import SAMPLE_RATE_HZ, normalise


@dataclass(frozen=True)
class CommandReport:
    """Figures of one recogniser.

    Attributes:
        said: Commands in the sentences.
        heard: Of these, heard.
        false: Commands heard that were not said.
        wer: Word error rate, a fraction.
        missed: Phrase, and what was heard instead of its sentence.
    """

    said: int
    heard: int
    false: int
    wer: float
    missed: tuple[tuple[str, str], ...]


def read_sentences() -> list[VocabularySentence]:
    """The sentences that come with the program."""
    text = (files("asr_app.training.evaluation") / "cases" / "commands.tsv").read_text(encoding="utf-8")
    return [VocabularySentence(line, None) for line in text.splitlines() if line and not line.startswith("#")]


def find_commands(words: Sequence[str]) -> Counter[str]:
    """Phrases of the English table of commands among words, the longest first, none within another."""
    phrases = load_table("en").by_first_word()
    found: Counter[str] = Counter()
    index = 0
    while index < len(words):
        fitting = (phrase for phrase, _ in phrases.get(words[index], []))
        phrase = next((p for p in fitting if tuple(words[index : index + len(p)]) == p), ())
        found.update([" ".join(phrase)] if phrase else [])
        index += len(phrase) or 1
    return found


def measure(cases: Iterable[VocabularyCase], hear: Callable[[VocabularyCase], str]) -> CommandReport:
    """Compare what was said with what a recogniser hears in it."""
    said: Counter[str] = Counter()
    false = 0
    missed: list[tuple[str, str]] = []
    items: list[Heard] = []
    for case in cases:
        text = normalise(hear(case))
        wanted, got = find_commands(case.text.split()), find_commands(text.split())
        said += wanted
        false += (got - wanted).total()
        missed += [(phrase, text) for phrase in (wanted - got).elements()]
        items.append(Heard(case.text, text, len(case.samples) / SAMPLE_RATE_HZ))
    wer = report_errors("commands", "", items, 0.0).wer
    return CommandReport(said.total(), said.total() - len(missed), false, wer, tuple(missed))


def main() -> None:
    """Print a line for each bundle, and what was missed."""
    from asr_app.transcription.recognizer import Recognizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", nargs="+", type=Path, help="folders of models")
    parser.add_argument("--every", type=int, default=1, help="use each n-th sentence only")
    arguments = parser.parse_args()
    cases = list(speak(read_sentences()[:: arguments.every]))
    for bundle in arguments.bundles:
        recognizer = Recognizer.load(bundle)
        report = measure(cases, lambda case: recognizer.decode_utterance(case.samples).text)  # noqa: B023
        print(
            f"{bundle.name}: {report.heard} of {report.said} commands heard, {report.false} heard that were "
            f"not said, {100 * report.wer:.1f} % word errors"
        )
        for phrase, text in report.missed:
            print(f"  {phrase}: {text}")


if __name__ == "__main__":
    main()
