"""`asr-app synthesise`: speech for training, made by flite and espeak-ng."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def synthesise_command(
    text: Annotated[Path, typer.Argument(help="Running text, plain or .xz, one paragraph a line.")],
    output: Annotated[Path, typer.Option(help="Folder for the recordings and synthetic.jsonl.")],
    minutes: Annotated[float, typer.Option(help="How much speech to make.", min=0.0)] = 60.0,
    seed: Annotated[int, typer.Option(help="Of the choice of sentences and voices.")] = 1,
) -> None:
    """Speak random sentences of a text in many voices and write a training manifest."""
    from rich.console import Console
    from rich.progress import Progress

    from asr_app.training.synthesis import synthesise

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Speaking", total=minutes)
        for made in synthesise(text, output, minutes, seed):
            progress.update(task, completed=made)
