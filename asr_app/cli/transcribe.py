"""`asr-app transcribe`: recordings to text."""

from __future__ import annotations

import enum
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.formatted import FormattedLines, FormattedOption, ReplacementsOption
from asr_app.cli.inputs import expand, output_paths
from asr_app.cli.interrupts import on_interrupt
from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PrecisionOption,
    VocabularyOption,
    chosen_vocabulary,
    load_recognizer,
)
from asr_app.errors import AsrAppError

if TYPE_CHECKING:
    from asr_app.cli.file_progress import FileProgress
    from asr_app.decoding.options import SearchOptions
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.types import Segment, Transcript
    from asr_app.transcription.vocabulary import Vocabulary

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it (128 + SIGINT)."""


class Format(enum.StrEnum):
    """What is written."""

    TXT = "txt"
    JSON = "json"


def transcribe_command(
    files: Annotated[list[Path], typer.Argument(help="Recordings, videos, and folders of them.")],
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="txt: a line per utterance; json: words with times.")
    ] = Format.TXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write NAME.txt or NAME.json into this folder.", file_okay=False),
    ] = None,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    beam: Annotated[
        int | None, typer.Option(min=1, help="Hypotheses kept while searching: more is slower and better.")
    ] = None,
    formatted: FormattedOption = False,
    replacements: ReplacementsOption = None,
    vocabulary: VocabularyOption = None,
) -> None:
    """Transcribe recordings.

    The text goes to standard output, or into files with --output; everything else goes to standard error.
    Several texts in JSON on standard output are one object a line. Ctrl+C stops and keeps what is done.
    """
    recordings = expand(files)
    targets = output_paths(recordings, output, f".{output_format}") if output is not None else {}
    if output is not None:
        _make_folder(output)
    lines = None
    if formatted or replacements is not None:
        if output_format is not Format.TXT:
            raise typer.BadParameter("--formatted and --replacements are for --format txt.")
        lines = FormattedLines(replacements, dictated=False)
    words = chosen_vocabulary(vocabulary)
    run = _Run(output_format, targets, several=len(recordings) > 1, lines=lines)
    with on_interrupt(run.interrupt):
        run.load(model, device, precision, beam, words)
        run.go(recordings)
    raise typer.Exit(run.conclude(len(recordings)))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AsrAppError(
            f"The folder “{folder}” cannot be made ({error.strerror}).", "Choose another one for --output."
        ) from error


@dataclass
class _Run:
    """All files of one command.

    Attributes:
        output_format: What is written.
        targets: File for each recording; empty: standard output.
        several: Whether there is more than one recording.
        lines: Of formatted text; None for the words as they are heard.
        cancelled: Set by Ctrl+C.
        failures: Message of each recording that failed.
        done: Recordings transcribed, as a whole or in part.
    """

    output_format: Format
    targets: dict[Path, Path]
    several: bool
    lines: FormattedLines | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    failures: dict[Path, str] = field(default_factory=dict)
    done: list[Path] = field(default_factory=list)

    def interrupt(self, count: int) -> None:
        """Stop softly at the first Ctrl+C and at once at the second."""
        self.cancelled.set()
        if count > 1:
            raise KeyboardInterrupt

    def load(self, model: str, device: str, precision: str, beam: int | None, vocabulary: Vocabulary) -> None:
        """Load the model."""
        from dataclasses import replace

        self._recognizer: Recognizer = load_recognizer(model, device, precision, vocabulary)
        if self.lines is not None:
            self.lines.begin(self._recognizer.bundle.language)
        search = self._recognizer.default_search
        self._search: SearchOptions = search if beam is None else replace(search, beam=beam)

    def go(self, recordings: list[Path]) -> None:
        """Transcribe one recording after the other; one that fails does not keep the others from it."""
        from asr_app.cli.file_progress import FileProgress

        with FileProgress(len(recordings)) as progress:
            for path in recordings:
                if self.cancelled.is_set():
                    return
                try:
                    self._transcribe(path, progress)
                    self.done.append(path)
                except AsrAppError as error:
                    self.failures[path] = str(error)
                    progress.say(f"{path}: {error}")

    def _transcribe(self, path: Path, progress: FileProgress) -> None:
        as_it_comes = self.output_format is Format.TXT and not self.targets

        def show(segment: Segment) -> None:
            if segment.words:
                progress.write(self._line(segment))

        progress.begin(path.name)
        if as_it_comes and self.several:
            progress.say(f"{path}:")
        transcript = self._recognizer.transcribe(
            path,
            search=self._search,
            on_progress=progress.update,
            on_segment=show if as_it_comes else None,
            on_warning=lambda sentence: progress.say(f"{path}: {sentence}"),
            cancelled=self.cancelled,
        )
        if not as_it_comes:
            self._write(path, transcript, progress)
        if transcript.complete and not transcript.text:
            progress.say(f"{path}: no speech was found.")
        progress.end()

    def _line(self, segment: Segment) -> str:
        return segment.text if self.lines is None else self.lines.line(segment.words)

    def _write(self, path: Path, transcript: Transcript, progress: FileProgress) -> None:
        target = self.targets.get(path)
        if target is None:
            progress.write(json.dumps(transcript.to_dict(), ensure_ascii=False))
            return
        if self.output_format is Format.JSON:
            content = json.dumps(transcript.to_dict(), ensure_ascii=False, indent=2) + "\n"
        else:
            content = "".join(f"{self._line(segment)}\n" for segment in transcript.segments if segment.words)
        write_whole(target, content)
        progress.say(f"{path} → {target}")

    def conclude(self, total: int) -> int:
        """Say how it went where that is not plain already; give the exit status."""
        if self.cancelled.is_set():
            typer.echo("Stopped; what was done before is kept.", err=True)
            return INTERRUPTED
        if self.failures and total > 1:
            typer.echo(f"{len(self.done)} of {total} recordings were transcribed. These were not:", err=True)
            for path, message in self.failures.items():
                typer.echo(f"  {path}: {message}", err=True)
        return 1 if self.failures else 0


def write_whole(target: Path, content: str) -> None:
    """Write a text file so that it is there as a whole or not at all.

    Raises:
        AsrAppError: It cannot be written.
    """
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text(content, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise AsrAppError(
            f"The file “{target}” cannot be written ({error.strerror}).", "Choose another folder."
        ) from error
