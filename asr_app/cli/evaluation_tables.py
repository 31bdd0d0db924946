"""Figures of `asr-app evaluate` as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from asr_app.training.evaluation.error_rates import ErrorReport
    from asr_app.training.evaluation.live import LiveReport
    from asr_app.training.evaluation.recognisers import ConditionReport


def print_reports(reports: Sequence[ErrorReport], console: Console) -> None:
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


def print_conditions(reports: Sequence[ConditionReport], console: Console) -> None:
    """Print a row per condition, and for each manifest and system the error rate and its ratio to clean."""
    from rich.table import Table

    several = len({item.report.system for item in reports}) > 1
    table = Table(title="WER in %, and its ratio to clean")
    table.add_column("condition")
    columns = list(dict.fromkeys((item.report.corpus, item.report.system) for item in reports))
    for corpus, system in columns:
        table.add_column(f"{corpus}\n{system}" if several else corpus, justify="right")
        table.add_column("ratio", justify="right")
    rows: dict[str, dict[tuple[str, str], ConditionReport]] = {}
    for item in reports:
        rows.setdefault(item.condition.label, {})[item.report.corpus, item.report.system] = item
    for label, items in rows.items():
        cells = []
        for column in columns:
            shown = items.get(column)
            ratio = shown.ratio if shown else None
            cells += [
                f"{100 * shown.report.wer:.1f}" if shown else "",
                "" if ratio is None else f"{ratio:.2f}",
            ]
        table.add_row(label, *cells)
    console.print(table)
    for corpus, system in columns:
        console.print(f"{corpus}: {system}", markup=False)


def print_live(reports: Sequence[LiveReport], console: Console) -> None:
    """Print a row per manifest, at least one: the live text's error rate beside those with full context."""
    from rich.table import Table

    first = reports[0]
    table = Table(
        title=f"Greedy WER in %, live in chunks of {first.chunk_ms:.0f} ms seeing {first.lookahead_ms:.0f} "
        "ms ahead, and with full context"
    )
    for column in ("corpus", "utterances", "live, last partial", "final", "whole recording", "live to whole"):
        table.add_column(column, justify="left" if column == "corpus" else "right")
    for report in reports:
        difference = "" if report.difference is None else f"{100 * report.difference:+.1f} %"
        rates = (f"{100 * item.wer:.1f}" for item in (report.partial, report.final, report.whole))
        table.add_row(report.whole.corpus, str(report.whole.utterances), *rates, difference)
    console.print(table)
