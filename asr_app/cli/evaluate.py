"""`asr-app evaluate`: error rates on manifests."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from asr_app.training.error_rates import ErrorReport
    from asr_app.training.evaluation import System


def evaluate_command(
    manifests: Annotated[
        list[Path], typer.Argument(help="JSON lines: audio_filepath, text, and shard for tars.")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
    model: Annotated[str, typer.Option(help="Bundle name or folder.")] = "default",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    search: Annotated[
        str, typer.Option(help="default, all, or a method: greedy, beam, attention, joint, rescore.")
    ] = "default",
    beam: Annotated[int | None, typer.Option(help="Hypotheses kept.")] = None,
    every: Annotated[int, typer.Option(help="Use each n-th recording only.", min=1)] = 1,
    compare: Annotated[str | None, typer.Option(help="pocketsphinx: the same lines for it.")] = None,
) -> None:
    """Print WER, CER, errors, real-time factor and the most frequent confusions for each manifest."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from asr_app.training.evaluation import evaluate

    systems = _systems(model, device, search, beam, compare)
    reports: list[ErrorReport] = []
    with Progress(console=Console(stderr=True)) as progress:
        for manifest in manifests:
            task = progress.add_task(manifest.stem, total=None)

            def advance(done: int, total: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)

            reports += evaluate(manifest, systems, every, advance)
            if json_file is not None:
                # After each manifest: an evaluation that is interrupted keeps what it measured.
                text = json.dumps([report.to_dict() for report in reports], indent=2)
                json_file.write_text(f"{text}\n", encoding="utf-8")
    # Where it is not a terminal that wraps, the table is wide enough for all its columns.
    print_reports(reports, Console(width=None if sys.stdout.isatty() else 150))


def _systems(model: str, device: str, search: str, beam: int | None, compare: str | None) -> list[System]:
    from dataclasses import replace
    from typing import get_args

    from asr_app.decoding.search import Method
    from asr_app.training.evaluation import AsrAppSystem, PocketSphinxSystem
    from asr_app.transcription.recognizer import Recognizer

    named = get_args(Method) if search == "all" else (search,)
    unknown = set(named) - {"default", *get_args(Method)}
    if unknown or compare not in (None, "pocketsphinx"):
        raise typer.BadParameter(f"unknown: {', '.join([*unknown] or [str(compare)])}")
    recognizer = Recognizer.load(model, device=device)
    usual = recognizer.default_search
    options = [usual if method == "default" else replace(usual, method=method) for method in named]
    if beam is not None:
        options = [replace(option, beam=beam) for option in options]
    systems: list[System] = [AsrAppSystem(recognizer, option) for option in options]
    return [*systems, PocketSphinxSystem()] if compare else systems


def print_reports(reports: list[ErrorReport], console: Console) -> None:
    """Print one table of rates, then each manifest's confusions and rates by length."""
    from rich.table import Table

    table = Table(title="Errors (% of words)")
    for column in (
        "corpus",
        "system",
        "utterances",
        "hours",
        "WER",
        "CER",
        "sub",
        "del",
        "ins",
        "RTF",
        "loops",
        "empty",
    ):
        table.add_column(column, justify="left" if column in ("corpus", "system") else "right")
    for report in reports:
        shares = [
            100 * n / max(1, report.words)
            for n in (report.substitutions, report.deletions, report.insertions)
        ]
        table.add_row(
            report.corpus,
            report.system,
            str(report.utterances),
            f"{report.hours:.2f}",
            *(f"{share:.1f}" for share in (100 * report.wer, 100 * report.cer, *shares)),
            f"{report.real_time_factor:.3f}",
            str(report.repetitions),
            str(report.empty),
        )
    console.print(table)
    for report in reports:
        pairs = ", ".join(f"{said or '∅'}→{heard or '∅'} {count}" for said, heard, count in report.confusions)
        lengths = ", ".join(f"{name} {100 * rate:.1f}" for name, rate in report.wer_by_length.items())
        console.print(f"{report.corpus}, {report.system}: most frequent {pairs}", markup=False)
        console.print(f"  WER by length: {lengths}", markup=False)
