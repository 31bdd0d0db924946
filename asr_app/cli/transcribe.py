"""`asr-app transcribe`: recordings to text."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.formatted import (
    FormattedLines,
    FormattedOption,
    PunctuationOption,
    ReplacementsOption,
    formatted_lines,
)
from asr_app.cli.inputs import expand, output_paths
from asr_app.cli.interrupts import on_interrupt
from asr_app.cli.library import opened_library
from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PrecisionOption,
    VocabularyOption,
    chosen_vocabulary,
    load_recognizer,
)
from asr_app.cli.preferences import export_options, retention_rule
from asr_app.cli.writing import ExistingOption, FormatsOption, NameOption, Writing, seen_from
from asr_app.errors import AsrAppError
from asr_app.export.files import Existing
from asr_app.export.formats import Format
from asr_app.export.names import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from asr_app.cli.file_progress import FileProgress
    from asr_app.decoding.options import SearchOptions
    from asr_app.library.library import Library
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.types import Segment, Transcript
    from asr_app.transcription.vocabulary import Vocabulary

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it (128 + SIGINT)."""


def transcribe_command(
    files: Annotated[list[Path], typer.Argument(help="Recordings, videos, and folders of them.")],
    formats: FormatsOption = [Format.TXT],  # noqa: B006 - typer copies it
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write files into this folder.", file_okay=False)
    ] = None,
    name: NameOption = DEFAULT_TEMPLATE,
    existing: ExistingOption = Existing.NUMBER,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    beam: Annotated[
        int | None, typer.Option(min=1, help="Hypotheses kept while searching: more is slower and better.")
    ] = None,
    formatted: FormattedOption = None,
    replacements: ReplacementsOption = None,
    punctuation: PunctuationOption = True,
    vocabulary: VocabularyOption = None,
    library: Annotated[
        bool, typer.Option("--library/--no-library", help="Keep the transcripts in your library.")
    ] = False,
) -> None:
    """Transcribe recordings.

    The text goes to standard output, or into files with --output; everything else goes to standard error.
    Several texts in JSON on standard output are one object a line. Ctrl+C stops and keeps what is done.
    """
    recordings = expand(files)
    writing = Writing(formats, output, name, existing, export_options())
    writing.check(several=len(recordings) > 1)
    lines = formatted_lines(formatted, replacements, dictated=False, punctuation=punctuation)
    words = chosen_vocabulary(vocabulary)
    run = _Run(writing, _names(recordings), lines=lines)
    with on_interrupt(run.interrupt), opened_library() if library else nullcontext() as kept:
        run.library = kept
        run.load(model, device, precision, beam, words)
        run.go(recordings)
        if kept is not None:
            _tidy(kept)
    raise typer.Exit(run.conclude(len(recordings)))


def _tidy(library: Library) -> None:
    from asr_app.library.retention import tidy

    if sentence := tidy(library, retention_rule()).sentence:
        typer.echo(f"asr-app: {sentence}", err=True)


def _names(recordings: list[Path]) -> dict[Path, str]:
    """What stands for {name}: the name of each recording without its ending, where that tells them apart."""
    return {path: target.name for path, target in output_paths(recordings, Path(), "").items()}


@dataclass
class _Run:
    """All files of one command.

    Attributes:
        writing: What is written, and where.
        names: What stands for {name} in the names of each recording's files.
        lines: Of formatted text; None for the words as they are heard.
        library: Where transcripts are kept; None for nowhere.
        cancelled: Set by Ctrl+C.
        failures: Message of each recording that failed.
        done: Recordings transcribed, as a whole or in part.
    """

    writing: Writing
    names: dict[Path, str]
    lines: FormattedLines | None = None
    library: Library | None = None
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
            self.lines.begin(self._recognizer.bundle.language, self._recognizer.bundle)
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
        bundle = self._recognizer.bundle
        if self.writing.left_out(self.names[path], _made(path), bundle.language, bundle.name):
            progress.say(f"{path}: is transcribed already.")
            return
        as_it_comes = self.writing.folder is None and self.writing.formats[0] is Format.TXT

        def show(segment: Segment) -> None:
            if segment.words:
                progress.write(segment.text if self.lines is None else self.lines.line(segment.words))

        progress.begin(path.name)
        if as_it_comes and len(self.names) > 1:
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
        self._keep(path, transcript)
        if transcript.complete and not transcript.text:
            progress.say(f"{path}: no speech was found.")
        progress.end()

    def _write(self, path: Path, transcript: Transcript, progress: FileProgress) -> None:
        from asr_app.export.document import Document

        folder = self.writing.folder
        document = Document(
            transcript,
            title=path.stem,
            created=_made(path),
            texts=None if self.lines is None else self.lines.texts(transcript),
            recording=seen_from(path, folder),
        )
        if folder is not None:
            for place in self.writing.write(document, self.names[path]):
                progress.say(f"{path} → {place}")
        else:
            progress.write(self.writing.for_terminal(document))

    def _keep(self, path: Path, transcript: Transcript) -> None:
        """Add it to the library, unless nothing was heard of it."""
        if self.library is None or not (transcript.text or transcript.complete):
            return
        from asr_app.library.values import Kind

        made = _made(path) or datetime.now().astimezone()
        self.library.add(transcript, path.stem, Kind.FILE, made, [path])

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


def _made(recording: Path) -> datetime | None:
    """When a recording was made, as far as its file tells."""
    try:
        return datetime.fromtimestamp(recording.stat().st_mtime).astimezone()
    except OSError:
        return None  # What is wrong with it is said when it is opened.
