"""`asr-app evaluate-text`: how many rows of the tables of formatting come out right."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from rich.console import Console

    from asr_app.formatting.cases import Outcome
    from asr_app.formatting.measure import TextReport
    from asr_app.training.punctuation.scoring import Score

_SHOWN = 10
"""Of the numbers of a text that got lost."""


def evaluate_text_command(
    text: Annotated[
        Path | None,
        typer.Option(help="Also format this written text as if it were spoken: a line a paragraph."),
    ] = None,
    every: Annotated[int, typer.Option(help="Use each n-th line of it only.", min=1)] = 1,
    language: Annotated[str, typer.Option(help="Of that text: en, de or es.")] = "en",
    punctuation: Annotated[
        str | None, typer.Option(help="Also measure the marks and capitals of this model on that text.")
    ] = None,
    failures: Annotated[bool, typer.Option(help="Show the rows that come out wrong.")] = True,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Print how many rows of the tables of numbers and commands come out right, and which do not.

    The rows of limits-en are known to be wrong. With --text: how many numbers of a text survive being said
    and written again, and how often prose is taken for a command; with --punctuation too: how many of its
    marks and capitals the model gives back.
    """
    if punctuation is not None and text is None:
        raise typer.BadParameter("--punctuation needs a text to measure on: add --text.")
    from rich.console import Console

    from asr_app.formatting.cases import TABLES, evaluate

    outcomes = [outcome for table in TABLES for outcome in evaluate(table)]
    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    figures: dict[str, Any] = {"tables": _print_tables(outcomes, console)}
    if failures:
        _print_failures(outcomes, console)
    if text is not None:
        figures["text"] = _print_text(_measured(text, language, every), console)
        if punctuation is not None:
            figures["punctuation"] = _print_punctuation(_scores(text, every, punctuation), console)
    if json_file is not None:
        json_file.write_text(f"{json.dumps(figures, indent=2, ensure_ascii=False)}\n", encoding="utf-8")


def _print_tables(outcomes: list[Outcome], console: Console) -> list[dict[str, Any]]:
    from rich.table import Table

    counts: dict[tuple[str, str, str], list[int]] = {}
    for outcome in outcomes:
        direction = "written → spoken" if outcome.back else "spoken → written"
        count = counts.setdefault((outcome.case.table, direction, outcome.case.category), [0, 0])
        count[0] += outcome.right
        count[1] += 1
    table = Table(title="Rows that come out right")
    for column in ("table", "direction", "category", "right", "of"):
        table.add_column(column, justify="right" if column in ("right", "of") else "left")
    for key, (right, total) in counts.items():
        table.add_row(*key, str(right), str(total))
    known = [outcome for outcome in outcomes if not outcome.case.table.startswith("limits")]
    table.add_section()
    table.add_row("all but limits", "", "", str(sum(outcome.right for outcome in known)), str(len(known)))
    console.print(table)
    return [
        {"table": name, "direction": direction, "category": category, "right": right, "of": total}
        for (name, direction, category), (right, total) in counts.items()
    ]


def _print_failures(outcomes: list[Outcome], console: Console) -> None:
    for outcome in outcomes:
        if outcome.right:
            continue
        case = outcome.case
        said, wanted = (case.written, case.said) if outcome.back else (case.spoken, case.written)
        console.print(
            f"{case.table}, {case.category}: {said!r} → {outcome.text!r}, not {wanted!r}", markup=False
        )


def _measured(path: Path, language: str, every: int) -> TextReport:
    from asr_app.formatting.measure import measure_text

    return measure_text(_lines(path), language, every)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AsrAppError(
            f"The text “{path}” cannot be read ({error}).", "Name a file of plain UTF-8 text for --text."
        ) from error


def _scores(path: Path, every: int, model: str) -> dict[str, Score]:
    """Of the model, and of the rules one would have without it."""
    from asr_app.model.bundle import load_bundle
    from asr_app.punctuation.punctuator import load_tagger
    from asr_app.training.punctuation.scoring import printed_utterances, rules, score
    from asr_app.training.punctuation.train import read_language

    bundle = load_bundle(model)
    tagger = load_tagger(bundle)
    if tagger is None:
        raise AsrAppError(
            f"The model “{bundle.name}” has no automatic punctuation.", "Name another one for --punctuation."
        )
    _, known = read_language(bundle.directory)
    utterances = list(printed_utterances(_lines(path), known, every))
    return {bundle.name: score(utterances, tagger.tag), "rules": score(utterances, rules)}


def _print_punctuation(scores: dict[str, Score], console: Console) -> dict[str, Any]:
    from rich.table import Table

    words = max(score.words for score in scores.values())
    table = Table(title=f"Marks and capitals, {words:,} words, two sentences at a time")
    for column in ("", "", "precision", "recall", "F1", "in the text"):
        table.add_column(column, justify="left" if not column else "right")
    figures: dict[str, Any] = {}
    for name, found in scores.items():
        figures[name] = {}
        for kind, count in found.counts.items():
            shares = [f"{100 * value:.1f}" for value in (count.precision, count.recall, count.f1)]
            table.add_row(name, kind, *shares, f"{count.wanted:,}")
            figures[name][kind] = {"right": count.right, "given": count.given, "wanted": count.wanted}
        table.add_section()
    console.print(table)
    return figures


def _print_text(report: TextReport, console: Console) -> dict[str, Any]:
    fired = ", ".join(f"{name} {count}" for name, count in report.fired.most_common()) or "none"
    console.print(
        f"Numbers that are the same after being said and formatted: {report.same} of {report.numbers}"
    )
    for number, became in report.lost[:_SHOWN]:
        console.print(f"  {number}: {became}", markup=False)
    console.print(f"Taken for commands in {report.words} words of prose: {fired}", markup=False)
    return {
        "numbers": report.numbers,
        "same": report.same,
        "words": report.words,
        "fired": dict(report.fired),
    }
