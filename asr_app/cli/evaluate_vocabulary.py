"""`asr-app evaluate-vocabulary`: how often rare names are heard without and with a vocabulary."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.options import DeviceOption, ModelOption, PrecisionOption, load_recognizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from asr_app.training.evaluation.vocabulary import VocabularyReport
    from asr_app.transcription.vocabulary import Vocabulary


def evaluate_vocabulary_command(
    manifest: Annotated[
        Path | None,
        typer.Argument(help="Recordings whose rare words are the names; otherwise synthetic speech."),
    ] = None,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    boost: Annotated[float, typer.Option(help="Weight of each name.", min=0, max=5)] = 1.0,
    every: Annotated[int, typer.Option(help="Use each n-th sentence only.", min=1)] = 1,
    live: Annotated[
        bool, typer.Option("--live", help="Judge the text that appears while one speaks.")
    ] = False,
    failures: Annotated[bool, typer.Option(help="Show the names that are not heard.")] = True,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Print how many rare names are heard without and with a vocabulary that has them.

    Sentences that come with the program are spoken by flite and espeak-ng; some have no name, and their
    word error rate shows what the vocabulary does to other text.
    """
    from rich.console import Console
    from rich.progress import Progress

    from asr_app.training.evaluation import vocabulary as evaluation
    from asr_app.transcription.vocabulary import Vocabulary, VocabularyEntry

    recognizer = load_recognizer(model, device, precision)
    if manifest is None:
        sentences = evaluation.read_sentences()[::every]
        cases = evaluation.speak(sentences)
    else:
        cases = evaluation.recorded(manifest, recognizer.bundle, every)

    def vocabulary(names: Sequence[str]) -> Vocabulary:
        if manifest is None:
            return evaluation.vocabulary_of(sentences, boost)
        return Vocabulary(tuple(VocabularyEntry(name, boost=boost) for name in names))

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("sentences", total=len(sentences) if manifest is None else None)
        before, after = evaluation.evaluate_vocabulary(
            recognizer, cases, vocabulary, lambda done: progress.update(task, completed=done), live
        )
    for problem in recognizer.language.problems:
        typer.echo(f"asr-app: {problem}", err=True)
    _print(before, after, failures, Console(width=None if sys.stdout.isatty() else 150, highlight=False))
    if json_file is not None:
        figures = {"before": before.to_dict(), "after": after.to_dict()}
        json_file.write_text(f"{json.dumps(figures, indent=2)}\n", encoding="utf-8")


def _print(before: VocabularyReport, after: VocabularyReport, failures: bool, console: Console) -> None:
    from rich.table import Table

    table = Table(title="Names heard, and word error rates in %")
    for column in ("", "without vocabulary", "with"):
        table.add_column(column, justify="right" if column else "left")
    for group, (_, said) in before.found.items():
        table.add_row(f"names {group}, of {said}", str(before.found[group][0]), str(after.found[group][0]))
    table.add_row("recall, all names, %", f"{100 * before.recall:.1f}", f"{100 * after.recall:.1f}")
    table.add_row("names heard that were not said", str(before.false), str(after.false))
    table.add_row("WER, sentences with names", _percent(before.wer_named), _percent(after.wer_named))
    table.add_row("WER, sentences without", _percent(before.wer_plain), _percent(after.wer_plain))
    table.add_row(
        "searching, seconds per second", f"{before.search_factor:.3f}", f"{after.search_factor:.3f}"
    )
    console.print(table)
    if failures:
        for name, heard in after.missed:
            console.print(f"{name}: “{heard}”", markup=False)


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f}"
