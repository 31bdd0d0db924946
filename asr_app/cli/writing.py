"""Options of the commands that write transcripts into files, and the names of those files."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.errors import ExportError
from asr_app.export.files import Existing, write_file
from asr_app.export.formats import Format
from asr_app.export.names import DEFAULT_TEMPLATE, check_template, filled

if TYPE_CHECKING:
    from asr_app.export.document import Document
    from asr_app.export.options import ExportOptions

FormatsOption = Annotated[
    list[Format],
    typer.Option("--format", "-f", help="What to write; may be given several times with --output."),
]
NameOption = Annotated[
    str, typer.Option("--name", help="Template of the files' names: {name}, {date}, {time}, {language} …")
]
ExistingOption = Annotated[
    Existing, typer.Option(help="Where a file is there already: number the new one, overwrite it, or skip.")
]


@dataclass(frozen=True)
class Writing:
    """Which files are written, and where.

    Attributes:
        formats: At least one.
        folder: Of the files; None for standard output.
        template: Of their names.
        existing: What to do where a file of that name is there.
        options: Of all formats.
    """

    formats: Sequence[Format]
    folder: Path | None
    template: str = DEFAULT_TEMPLATE
    existing: Existing = Existing.NUMBER
    options: ExportOptions | None = None

    def check(self, several: bool) -> None:
        """See that it can be done, before any work.

        Args:
            several: Whether there is more than one transcript.

        Raises:
            typer.BadParameter: Standard output does not take it.
            ExportError: The template is wrong or the folder cannot be made.
        """
        check_template(self.template)
        if self.folder is None:
            form = self.formats[0]
            if len(set(self.formats)) > 1:
                raise typer.BadParameter("Several formats need a folder: add --output.")
            if form.about.binary:
                raise typer.BadParameter(f"--format {form} needs a folder: add --output.")
            if several and form not in (Format.TXT, Format.JSON):
                raise typer.BadParameter(f"Several files in --format {form} need a folder: add --output.")
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(
                f"The folder “{self.folder}” cannot be made ({error.strerror}).",
                "Choose another one for --output.",
            ) from error

    def left_out(self, name: str, created: datetime | None, language: str, model: str) -> bool:
        """Whether everything that would be written of a recording is there and to be skipped."""
        return self.existing is Existing.SKIP and all(
            self._target(name, form, created, language, model).exists() for form in self.formats
        )

    def write(self, document: Document, name: str) -> list[Path]:
        """Write all formats of a transcript; gives the files that were written.

        Raises:
            ExportError: One cannot be written.
        """
        from asr_app.export.rendering import rendered

        written = []
        transcript = document.transcript
        for form in dict.fromkeys(self.formats):
            target = self._target(name, form, document.created, transcript.language, transcript.model)
            place = write_file(target, rendered(document, form, self.options), self.existing)
            if place is not None:
                written.append(place)
        return written

    def for_terminal(self, document: Document) -> str:
        """The content for standard output, without its last line's end; JSON is on one line."""
        from asr_app.export.json_file import json_values
        from asr_app.export.rendering import rendered

        if self.formats[0] is Format.JSON:
            return json.dumps(json_values(document), ensure_ascii=False)
        return rendered(document, self.formats[0], self.options).decode().removesuffix("\n")

    def _target(self, name: str, form: Format, created: datetime | None, language: str, model: str) -> Path:
        assert self.folder is not None
        return self.folder / filled(self.template, name, form, created, language, model)


def seen_from(recording: Path, folder: Path | None) -> str:
    """The way to a recording from the folder of a file that has a link to it."""
    if folder is None:
        return str(recording)
    try:
        return Path(os.path.relpath(recording.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return str(recording)  # On another drive of Windows there is no way from one to the other.
