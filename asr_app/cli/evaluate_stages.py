"""`asr-app evaluate --stage`: what each stage of the search adds, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from asr_app.training.evaluation.stages import ForeseenReport, StageReport


def print_stages(reports: Sequence[StageReport], console: Console) -> None:
    """Print a row per stage with the word error rate on each manifest, their mean, and the time it takes."""
    from rich.table import Table

    from asr_app.training.evaluation.stages import STAGES

    table = Table(title="WER in % after each stage, and processor seconds per second of sound in all")
    table.add_column("stage")
    corpora = list(dict.fromkeys(report.corpus for report in reports))
    for corpus in corpora:
        table.add_column(corpus, justify="right")
    table.add_column("mean", justify="right")
    table.add_column("RTF", justify="right")
    for stage in dict.fromkeys(report.stage for report in reports):
        row = {report.corpus: report for report in reports if report.stage == stage}
        rates = [100 * report.wer for report in row.values()]
        sound_s = sum(report.sound_s for report in row.values())
        spent_s = sum(report.real_time_factor * report.sound_s for report in row.values())
        table.add_row(
            STAGES[stage],
            *(f"{100 * row[corpus].wer:.1f}" if corpus in row else "" for corpus in corpora),
            f"{sum(rates) / len(rates):.1f}",
            f"{spent_s / max(sound_s, 1e-9):.3f}",
        )
    console.print(table)
    encoder_s = {report.corpus: report.encoder_s for report in reports}
    sound_s = sum({report.corpus: report.sound_s for report in reports}.values())
    console.print(f"of which the encoder {sum(encoder_s.values()) / max(sound_s, 1e-9):.3f}")


def print_foreseen(reports: Sequence[ForeseenReport], console: Console) -> None:
    """Print perplexity and unknown words of each manifest's texts."""
    from rich.table import Table

    table = Table(title="The n-gram model on the texts, unknown words left out of the perplexity")
    for column in ("corpus", "words", "unknown %", "perplexity"):
        table.add_column(column, justify="left" if column == "corpus" else "right")
    for item in reports:
        text = item.report
        rate = f"{100 * text.unknown_rate:.2f}"
        table.add_row(item.corpus, f"{text.words:,}", rate, f"{text.perplexity:.0f}")
    console.print(table)
