"""`asr-app train`: run a training recipe."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from asr_app.cli.transcribe import INTERRUPTED


def train_command(
    recipe: Annotated[Path, typer.Argument(help="TOML file with every choice of the run.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    max_minutes: Annotated[
        float | None, typer.Option(help="Stop after so many minutes, with a checkpoint.")
    ] = None,
    unlabelled: Annotated[
        list[Path] | None,
        typer.Option(
            help="Recordings without transcripts, to be transcribed and trained on: a folder or a manifest. "
            "May be given several times."
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Train an acoustic model; under torchrun, on several processes.

    Ctrl+C stops after the step in progress, with a checkpoint; --resume goes on as if nothing had happened.
    """
    from asr_app.training.memory import keep_memory

    keep_memory()  # before torch is loaded

    from asr_app.cli.progress import training_progress
    from asr_app.errors import Cancelled
    from asr_app.training.processes import Processes
    from asr_app.training.recipe import read_recipe
    from asr_app.training.trainer import Trainer

    settings = read_recipe(recipe).with_unlabelled([path.resolve() for path in unlabelled or []])
    processes = Processes(device)
    stopping = False

    def stop_soon(signal_number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_soon)
    try:
        with training_progress(settings.optimiser.steps, enabled=processes.first) as callbacks:
            trainer = Trainer(settings, processes, resume, callbacks, lambda: stopping)
            finished = trainer.run(max_minutes, lambda: stopping)
            bundle = trainer.export()
    except Cancelled:
        typer.echo("Stopped before training; the transcripts made so far are kept.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        processes.close()
    if bundle is not None:
        typer.echo(f"{'Finished' if finished else 'Stopped'}; the averaged model is in {bundle}", err=True)
