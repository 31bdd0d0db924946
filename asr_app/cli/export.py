"""`asr-app export`: transcripts of the library as files."""

from __future__ import annotations

import functools
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
from asr_app.cli.library import opened_library
from asr_app.cli.preferences import export_options
from asr_app.cli.writing import ExistingOption, FormatsOption, NameOption, Writing, seen_from
from asr_app.errors import BundleError
from asr_app.export.files import Existing
from asr_app.export.formats import Format
from asr_app.export.names import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from asr_app.export.document import Document
    from asr_app.library.library import Library
    from asr_app.library.values import Entry
    from asr_app.model.bundle import Bundle


def export_command(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="ID…", help="Numbers of transcripts, as the list shows them."),
    ] = None,
    tag: Annotated[str | None, typer.Option(help="All transcripts with this tag.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All transcripts.")] = False,
    formats: FormatsOption = [Format.TXT],  # noqa: B006 - typer copies it
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write files into this folder.", file_okay=False)
    ] = None,
    name: NameOption = DEFAULT_TEMPLATE,
    existing: ExistingOption = Existing.NUMBER,
    formatted: FormattedOption = None,
    replacements: ReplacementsOption = None,
    punctuation: PunctuationOption = True,
) -> None:
    """Write transcripts of the library into files, or one of them to standard output."""
    from asr_app.library.values import Listing

    if sum((bool(numbers), tag is not None, everything)) != 1:
        raise typer.BadParameter("Name transcripts by their numbers, by --tag, or take --all.")
    with opened_library() as library:
        if numbers:
            entries = [library.entry(number) for number in numbers]
        else:
            entries = library.page(Listing(tag=tag), limit=-1)
        if not entries:
            typer.echo("There is nothing to export.", err=True)
            return
        writing = Writing(formats, output, name, existing, export_options())
        writing.check(several=len(entries) > 1)
        names: set[str] = set()
        for entry in entries:
            dictated = entry.kind == "dictation"
            lines = formatted_lines(formatted, replacements, dictated, punctuation=punctuation)
            document = _document(library, entry, lines, output)
            if output is None:
                typer.echo(writing.for_terminal(document))
                continue
            places = writing.write(document, _another(entry.title, names))
            for place in places:
                typer.echo(f"{entry.title} → {place}", err=True)


def _document(library: Library, entry: Entry, lines: FormattedLines | None, output: Path | None) -> Document:
    from asr_app.export.document import Document

    transcript = library.transcript(entry.id)
    texts = None
    if lines is not None:
        lines.begin(entry.language, _bundle(entry.model) if lines.punctuation and entry.model else None)
        texts = lines.texts(transcript)
    return Document(
        transcript,
        title=entry.title,
        created=entry.created.astimezone(),
        texts=texts,
        continuous=lines is not None and lines.dictated,
        recording=seen_from(entry.recordings[0].path, output) if len(entry.recordings) == 1 else None,
    )


@functools.cache
def _bundle(name: str) -> Bundle | None:
    """The model the words come from, for its automatic punctuation; said where it is not here any more."""
    from asr_app.model.bundle import load_bundle

    try:
        return load_bundle(name)
    except BundleError as error:
        typer.echo(f"asr-app: {error.message} Its automatic punctuation is left out.", err=True)
        return None


def _another(title: str, names: set[str]) -> str:
    """A name no other transcript of this run has: one must not overwrite the other."""
    number, name = 1, title
    while name.casefold() in names:
        number += 1
        name = f"{title} ({number})"
    names.add(name.casefold())
    return name
