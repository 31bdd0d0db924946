"""`asr-app calibrate`: confidence that means what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.options import DeviceOption, ModelOption, PrecisionOption, load_recognizer
from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from asr_app.decoding.options import SearchOptions
    from asr_app.training.evaluation.calibration import Fitted, JudgedWord
    from asr_app.transcription.recognizer import Recognizer


def calibrate_command(
    manifests: Annotated[
        list[Path],
        typer.Argument(help="Recordings with text that the model was not trained on: JSON lines."),
    ],
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    every: Annotated[int, typer.Option(help="Use each n-th recording only.", min=1)] = 1,
    search: Annotated[
        str, typer.Option(help="default, or a method: greedy, beam, attention, joint, rescore, lexicon.")
    ] = "default",
    diagram: Annotated[
        Path | None, typer.Option(help="Draw a reliability diagram into this SVG file.", dir_okay=False)
    ] = None,
    write: Annotated[
        bool, typer.Option(help="Put the calibration into the model; otherwise it is only measured.")
    ] = True,
) -> None:
    """Fit the confidence of words to the share of them that is right, and put the result into the model.

    The figures are of words that the calibration was not fitted on (cross-validation by speaker).
    """
    from asr_app.training.evaluation.calibration import fit, write_calibration

    recognizer = load_recognizer(model, device, precision)
    options = _options(recognizer, search)
    method = recognizer.method(options)
    fitted = fit(_judge(recognizer, manifests, options, every))
    _print(fitted, f"{recognizer.bundle.name}, {method}, {recognizer.precision}")
    if diagram is not None:
        _draw(diagram, fitted, f"{recognizer.bundle.name}, {method}")
    if write:
        write_calibration(recognizer, method, fitted)
        typer.echo(f"Written into {recognizer.bundle.directory / 'config.json'}.")


def _options(recognizer: Recognizer, search: str) -> SearchOptions:
    from dataclasses import replace
    from typing import cast, get_args

    from asr_app.decoding.options import Method

    if search == "default":
        return recognizer.default_search
    if search not in get_args(Method):
        raise typer.BadParameter(f"unknown: {search}", param_hint="--search")
    return replace(recognizer.default_search, method=cast(Method, search))


def _judge(
    recognizer: Recognizer, manifests: list[Path], options: SearchOptions, every: int
) -> list[JudgedWord]:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from asr_app.training.evaluation.calibration import judge_words

    words: list[JudgedWord] = []
    with Progress(console=Console(stderr=True)) as progress:
        for manifest in manifests:
            task = progress.add_task(manifest.stem, total=None)

            def advance(done: int, total: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)

            words += judge_words(recognizer, manifest, options, every, advance)
    return words


def _print(fitted: Fitted, title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Confidence of words: {title}")
    for column in ("corpus", "confidence", "words", "right", "ECE", "AUC", "Brier"):
        table.add_column(column, justify="left" if column in ("corpus", "confidence") else "right")
    for name, after in fitted.after.items():
        for kind, figures in (("raw", fitted.before[name]), ("calibrated", after)):
            rates = (figures.ece, figures.auc, figures.brier)
            share = f"{100 * figures.right:.1f} %"
            table.add_row(name, kind, str(figures.words), share, *(f"{rate:.3f}" for rate in rates))
    console = Console(width=None if sys.stdout.isatty() else 100)
    console.print(table)
    bins = ", ".join(
        f"{said:.2f}→{found:.2f} ({count})" for count, said, found in fitted.after["all"].bins if count
    )
    console.print(f"confidence→share right (words): {bins}", markup=False, highlight=False)
    weights = ", ".join(f"{name} {weight:+.3f}" for name, weight in fitted.calibration.weights.items())
    console.print(
        f"map: bias {fitted.calibration.bias:+.3f}, {weights}", markup=False, highlight=False, soft_wrap=True
    )


def _draw(path: Path, fitted: Fitted, title: str) -> None:
    from asr_app.training.evaluation.reliability import reliability_diagram

    curves = {"raw": fitted.before["all"], "calibrated": fitted.after["all"]}
    try:
        path.write_text(reliability_diagram(curves, title), encoding="utf-8")
    except OSError as error:
        raise AsrAppError(
            f"The diagram “{path}” cannot be written ({error.strerror}).", "Choose another place."
        ) from error
