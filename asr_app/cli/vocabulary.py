"""`asr-app vocabulary`: the words and phrases of the person, listed and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

vocabulary_app = typer.Typer(
    name="vocabulary",
    help="List and change your own words and phrases, which recognition prefers.",
    no_args_is_help=False,
    invoke_without_command=True,
)


@vocabulary_app.callback()
def _root(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_command()


@vocabulary_app.command("list")
def list_command() -> None:
    """Print your vocabulary, a line each."""
    from asr_app.transcription.vocabulary import user_file, user_vocabulary

    vocabulary = user_vocabulary()
    if not len(vocabulary):
        typer.echo(f"Your vocabulary is empty. It is kept in {user_file()}.", err=True)
    typer.echo(vocabulary.to_text(), nl=False)


@vocabulary_app.command("add")
def add_command(
    lines: Annotated[
        list[str], typer.Argument(help='Such as "Siobhan = shiv on" or "Kowalczyk : 2".', show_default=False)
    ],
) -> None:
    """Add words and phrases; of one that is there the weight is changed."""
    from asr_app.transcription.vocabulary_file import change_user_file, with_entry

    def change(text: str) -> str:
        for line in lines:
            text = with_entry(text, line)
        return text

    typer.echo(f"Kept in {change_user_file(change)}.", err=True)


@vocabulary_app.command("remove")
def remove_command(
    phrases: Annotated[list[str], typer.Argument(help="As typed, capitals and accents aside.")],
) -> None:
    """Take words and phrases out, in all the ways they are said."""
    from asr_app.errors import VocabularyError
    from asr_app.transcription.vocabulary_file import change_user_file, without_phrase

    def change(text: str) -> str:
        for phrase in phrases:
            text, gone = without_phrase(text, phrase)
            if not gone:
                raise VocabularyError(
                    f"“{phrase}” is not in your vocabulary; nothing was changed.",
                    "asr-app vocabulary list shows what is.",
                )
        return text

    typer.echo(f"Kept in {change_user_file(change)}.", err=True)


@vocabulary_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="A line for each word or phrase, as docs/vocabulary.md says.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the file in place of what you have.")
    ] = False,
) -> None:
    """Add the words and phrases of a text file; a file with a wrong line is refused as a whole."""
    from asr_app.transcription.vocabulary import parse_vocabulary, read_text
    from asr_app.transcription.vocabulary_file import change_user_file, merged

    other = read_text(file)
    parse_vocabulary(other)
    added = 0

    def change(text: str) -> str:
        nonlocal added
        if replace:
            return other
        text, added = merged(text, other)
        return text

    path = change_user_file(change)
    done = "Your vocabulary was replaced" if replace else f"{added} added"
    typer.echo(f"{done}. Kept in {path}.", err=True)


@vocabulary_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="Where to; - for standard output.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Write your vocabulary, comments and all, to a text file."""
    from asr_app.errors import VocabularyError
    from asr_app.transcription.vocabulary import parse_vocabulary
    from asr_app.transcription.vocabulary_file import user_text, write_vocabulary

    text = user_text()
    parse_vocabulary(text)
    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    if file.exists() and not overwrite:
        raise VocabularyError(f"The file “{file}” is there already.", "Choose another, or add --overwrite.")
    write_vocabulary(file, text)
