"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer

ModelOption = Annotated[str, typer.Option(help="A model's name, or the path of its folder.")]
DeviceOption = Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda, cuda:1 …")]


def load_recognizer(model: str, device: str) -> Recognizer:
    """Load a model, saying on standard error when it does not run where one would expect."""
    from asr_app.transcription.recognizer import Recognizer

    recognizer = Recognizer.load(model, device)
    if recognizer.device_warning:
        typer.echo(f"asr-app: {recognizer.device_warning}", err=True)
    return recognizer
