"""Options that several commands share."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.vocabulary import Vocabulary

ModelOption = Annotated[str, typer.Option(help="A model's name, or the path of its folder.")]
DeviceOption = Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda, cuda:1 …")]
PrecisionOption = Annotated[
    str, typer.Option(help="On the processor: float32, int8, or auto for int8 where that is faster.")
]


class PartialsChoice(enum.Enum):
    """What partial text is made of; see `StreamingRecognizer`."""

    WORDS = "words"
    PIECES = "pieces"


PartialsOption = Annotated[
    PartialsChoice,
    typer.Option(
        help="Text while one speaks: words of the dictionary, or cheaper and worse, pieces of words."
    ),
]
VocabularyOption = Annotated[
    Path | None,
    typer.Option(help="Words and phrases to prefer, a line each; otherwise your own vocabulary.txt."),
]


def chosen_vocabulary(path: Path | None) -> Vocabulary:
    """The vocabulary of a file, or the person's own where none is named.

    Raises:
        VocabularyError: It cannot be read.
    """
    from asr_app.transcription.vocabulary import read_vocabulary, user_vocabulary

    return user_vocabulary() if path is None else read_vocabulary(path)


def load_recognizer(
    model: str, device: str, precision: str = "auto", vocabulary: Vocabulary | None = None
) -> Recognizer:
    """Load a model, saying on standard error when it does not run where one would expect."""
    from asr_app.transcription.recognizer import Recognizer

    recognizer = Recognizer.load(model, device, precision=precision, vocabulary=vocabulary)
    for problem in recognizer.language.problems:
        typer.echo(f"asr-app: {problem}", err=True)
    if recognizer.device_warning:
        typer.echo(f"asr-app: {recognizer.device_warning}", err=True)
    return recognizer
