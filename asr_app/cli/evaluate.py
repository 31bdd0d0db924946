"""`asr-app evaluate`: error rates on manifests."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.options import PrecisionOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.progress import Progress

    from asr_app.training.evaluation.error_rates import ErrorReport
    from asr_app.training.evaluation.live import LiveReport
    from asr_app.training.evaluation.recognisers import ConditionReport, System
    from asr_app.training.evaluation.stages import ForeseenReport, StageReport
    from asr_app.transcription.recognizer import Recognizer

    Told = Callable[[int, int], None]


def evaluate_command(
    manifests: Annotated[
        list[Path], typer.Argument(help="JSON lines: audio_filepath, text, and shard for tars.")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
    model: Annotated[str, typer.Option(help="Bundle name or folder.")] = "default",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: PrecisionOption = "auto",
    search: Annotated[
        str, typer.Option(help="default, all, or a method: greedy, beam, attention, joint, rescore, lexicon.")
    ] = "default",
    beam: Annotated[int | None, typer.Option(help="Hypotheses kept.")] = None,
    every: Annotated[int, typer.Option(help="Use each n-th recording only.", min=1)] = 1,
    compare: Annotated[str | None, typer.Option(help="pocketsphinx: the same lines for it.")] = None,
    conditions: Annotated[
        bool, typer.Option("--conditions", help="A table with noise, rooms, telephone, codecs, speed, level.")
    ] = False,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Only this line of the table, beside clean. May be given several times."),
    ] = None,
    noise: Annotated[
        Path | None, typer.Option(help="Folder of noise; otherwise noise/ beside the manifest.")
    ] = None,
    rooms: Annotated[
        Path | None, typer.Option(help="Folder of room responses; otherwise rooms/ beside the manifest.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="A table of the text that appears while one speaks.")
    ] = False,
    chunk_ms: Annotated[float, typer.Option(help="With --live: sound taken at a time.", min=80)] = 320.0,
    lookahead_ms: Annotated[float, typer.Option(help="With --live: sound heard beyond.", min=0)] = 320.0,
    stage: Annotated[
        str | None,
        typer.Option(help="A table of what the search's stages add: all, or one (greedy, beam, words…)."),
    ] = None,
) -> None:
    """Print WER, CER, errors, real-time factor and the most frequent confusions for each manifest.

    With --conditions, --live or --stage, their tables are printed instead; --stage adds perplexity and
    unknown words of the texts. --json holds all figures in any case.
    """
    from rich.console import Console
    from rich.progress import Progress

    from asr_app.model.config import Chunking
    from asr_app.training.evaluation.conditions import choose, load_surroundings
    from asr_app.training.evaluation.live import evaluate_live
    from asr_app.training.evaluation.recognisers import evaluate, evaluate_conditions
    from asr_app.training.evaluation.stages import choose_stages, evaluate_stages, foresee
    from asr_app.transcription.recognizer import Recognizer

    stages = choose_stages(stage) if stage is not None else []
    chosen = choose(condition or []) if conditions or condition else []
    recognizer = Recognizer.load(model, device=device, precision=precision)
    systems = _systems(recognizer, search, beam, compare)
    figures = _Figures(json_file)
    with Progress(console=Console(stderr=True)) as progress:
        for manifest in manifests:
            if chosen:
                around = load_surroundings(chosen, noise, rooms, manifest.parent)
                figures.conditions += evaluate_conditions(
                    manifest,
                    systems,
                    chosen,
                    around,
                    every,
                    _telling(progress, f"{manifest.stem}, conditions"),
                )
            if live:
                chunking = Chunking.from_ms(chunk_ms, lookahead_ms)
                told = _telling(progress, f"{manifest.stem}, live")
                figures.live.append(evaluate_live(manifest, recognizer, chunking, every, told))
            if stages:
                told = _telling(progress, f"{manifest.stem}, stages")
                figures.stages += evaluate_stages(manifest, recognizer, stages, every, told)
                if recognizer.language.search is not None:
                    figures.foreseen.append(foresee(manifest, recognizer.language.search))
            if not chosen and not live and not stages:
                figures.plain += evaluate(manifest, systems, every, _telling(progress, manifest.stem))
            # After each manifest: an evaluation that is interrupted keeps what it measured.
            figures.write()
    # Where it is not a terminal that wraps, the tables are wide enough for all their columns.
    figures.print(Console(width=None if sys.stdout.isatty() else 150))


@dataclass
class _Figures:
    """What was measured so far, of each kind of table.

    Attributes:
        json_file: Where it goes; None: nowhere.
    """

    json_file: Path | None
    plain: list[ErrorReport] = field(default_factory=list)
    conditions: list[ConditionReport] = field(default_factory=list)
    live: list[LiveReport] = field(default_factory=list)
    stages: list[StageReport] = field(default_factory=list)
    foreseen: list[ForeseenReport] = field(default_factory=list)

    def write(self) -> None:
        if self.json_file is not None:
            entries = [
                *(report.to_dict() for report in self.plain),
                *(report.to_dict() for report in self.conditions),
                *(report.to_dict() for report in self.live),
                *(report.to_dict() for report in self.stages),
                *(report.to_dict() for report in self.foreseen),
            ]
            self.json_file.write_text(f"{json.dumps(entries, indent=2)}\n", encoding="utf-8")

    def print(self, console: Console) -> None:
        from asr_app.cli.evaluate_stages import print_foreseen, print_stages
        from asr_app.cli.evaluation_tables import print_conditions, print_live, print_reports

        if self.plain:
            print_reports(self.plain, console)
        if self.conditions:
            print_conditions(self.conditions, console)
        if self.live:
            print_live(self.live, console)
        if self.stages:
            print_stages(self.stages, console)
        if self.foreseen:
            print_foreseen(self.foreseen, console)


def _telling(progress: Progress, name: str) -> Told:
    """A new bar, and what moves it."""
    task = progress.add_task(name, total=None)
    return lambda done, total: progress.update(task, completed=done, total=total)


def _systems(recognizer: Recognizer, search: str, beam: int | None, compare: str | None) -> list[System]:
    from dataclasses import replace
    from typing import get_args

    from asr_app.decoding.search import Method
    from asr_app.training.evaluation.recognisers import AsrAppSystem, PocketSphinxSystem

    named = get_args(Method) if search == "all" else (search,)
    unknown = set(named) - {"default", *get_args(Method)}
    if unknown or compare not in (None, "pocketsphinx"):
        raise typer.BadParameter(f"unknown: {', '.join([*unknown] or [str(compare)])}")
    usual = recognizer.default_search
    options = [usual if method == "default" else replace(usual, method=method) for method in named]
    if beam is not None:
        options = [replace(option, beam=beam) for option in options]
    systems: list[System] = [AsrAppSystem(recognizer, option) for option in options]
    return [*systems, PocketSphinxSystem()] if compare else systems
