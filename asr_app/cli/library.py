"""`asr-app library`: the transcripts that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.preferences import library_folder, retention_rule

if TYPE_CHECKING:
    from asr_app.library.library import Library
    from asr_app.library.values import Entry
    from asr_app.session.store import StoredSession
    from asr_app.transcription.types import Transcript

library_app = typer.Typer(
    help="List, search and change the transcripts that are kept.", no_args_is_help=True, add_completion=False
)

Number = Annotated[int, typer.Argument(metavar="ID", help="Number of a transcript, as the list shows it.")]
Numbers = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers of transcripts.")]
TagName = Annotated[str, typer.Argument(metavar="TAG", help="A word or a few.")]


@contextmanager
def opened_library() -> Iterator[Library]:
    """The person's library; what there is to say about it is said on standard error."""
    from platformdirs import user_data_path

    from asr_app.library.opening import open_library

    opened = open_library(library_folder(), [user_data_path("asr-app") / "sessions"])
    for notice in opened.notices:
        typer.echo(f"asr-app: {notice}", err=True)
    with opened.library as library:
        yield library


@library_app.command("list")
def list_command(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    order: Annotated[str, typer.Option(help="newest, oldest, title or longest.")] = "newest",
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 50,
) -> None:
    """List transcripts: number, date, length, title and tags."""
    from asr_app.library.values import Listing, Order

    if order not in set(Order) - {Order.RELEVANCE}:
        raise typer.BadParameter("--order is newest, oldest, title or longest.")
    listing = Listing(tag=tag, order=Order(order), deleted=deleted)
    with opened_library() as library:
        for entry in library.page(listing, limit=limit):
            typer.echo(_line(entry))
        if (count := library.count(listing)) > limit:
            typer.echo(f"{count - limit} more; --limit shows more of them.", err=True)


@library_app.command("search")
def search_command(
    text: Annotated[str, typer.Argument(help="Words; those in quotation marks stand together.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many transcripts.")] = 20,
) -> None:
    """Find transcripts by their words, with the times at which they are said."""
    from asr_app.export.times import clock
    from asr_app.library.values import Listing

    with opened_library() as library:
        listing = Listing(text=text)
        for entry in library.page(listing, limit=limit):
            typer.echo(_line(entry))
            for hit in library.hits(entry.id, text):
                typer.echo(f"    {clock(hit.start_s)}  {hit.excerpt}")
        count = library.count(listing)
        typer.echo(f"{count} of {library.count()} transcripts have it.", err=True)


@library_app.command("show")
def show_command(number: Number) -> None:
    """Write the text of a transcript to standard output."""
    with opened_library() as library:
        typer.echo(library.transcript(number).text)


@library_app.command("collect")
def collect_command(
    language: Annotated[str, typer.Option(help="Which they were spoken in.")] = "en",
) -> None:
    """Add the dictations on this computer that are not in the library yet."""
    from asr_app.library.sidecar import FILE
    from asr_app.library.values import Kind
    from asr_app.session.folder import UNSETTLED
    from asr_app.session.store import user_store

    with opened_library() as library:
        count = 0
        for session in user_store().sessions():
            if session.status in UNSETTLED or (session.folder / FILE).exists():
                continue
            transcript = _dictated(session, language)
            if transcript.text:
                title = f"Dictation {session.name}"
                library.add(
                    *(transcript, title, Kind.DICTATION, session.started, [session.audio]),
                    folder=session.folder,
                )
                count += 1
        typer.echo(f"{count} dictations were added.", err=True)


def _dictated(session: StoredSession, language: str) -> Transcript:
    """What a session wrote down; it does not say with which model."""
    from asr_app.library.sidecar import transcript_of
    from asr_app.session.folder import read_results

    finals = [value for value in read_results(session.folder) if value.get("kind") == "final"]
    return transcript_of(
        {
            "segments": sorted(finals, key=lambda value: float(value["start_s"])),
            "language": language,
            "model": "",
            "source": "microphone",
            "duration_s": session.duration_s,
            "complete": True,
            "warnings": [],
        }
    )


@library_app.command("rename")
def rename_command(number: Number, title: Annotated[str, typer.Argument(help="Its new title.")]) -> None:
    """Give a transcript another title."""
    with opened_library() as library:
        typer.echo(_line(library.rename(number, title)))


@library_app.command("tag")
def tag_command(tag: TagName, numbers: Numbers) -> None:
    """Tag transcripts."""
    with opened_library() as library:
        _show(library.tag(numbers, tag))


@library_app.command("untag")
def untag_command(tag: TagName, numbers: Numbers) -> None:
    """Take a tag from transcripts."""
    with opened_library() as library:
        _show(library.untag(numbers, tag))


@library_app.command("merge")
def merge_command(
    numbers: Numbers, title: Annotated[str | None, typer.Option(help="Of the new one.")] = None
) -> None:
    """Make one transcript of several, in the order they are named; the old ones are deleted."""
    with opened_library() as library:
        merged, _ = library.merge(numbers, title)
        typer.echo(_line(merged))


@library_app.command("delete")
def delete_command(numbers: Numbers) -> None:
    """Delete transcripts; `undelete` brings them back until `purge`."""
    with opened_library() as library:
        library.delete(numbers)


@library_app.command("undelete")
def undelete_command(numbers: Numbers) -> None:
    """Bring deleted transcripts back."""
    with opened_library() as library:
        library.undelete(numbers)


@library_app.command("purge")
def purge_command(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove all deleted transcripts for good, with the sound the program recorded for them."""
    from asr_app.library.upkeep import optimise
    from asr_app.library.values import Listing

    with opened_library() as library:
        entries = library.page(Listing(deleted=True), limit=-1)
        if entries and not yes:
            typer.confirm(f"Remove {len(entries)} transcripts for good?", abort=True, err=True)
        library.purge([entry.id for entry in entries])
        optimise(library)
        typer.echo(f"{len(entries)} transcripts were removed.", err=True)


@library_app.command("tidy")
def tidy_command() -> None:
    """Apply the rules of the settings: what goes after how many days. Without any, nothing goes."""
    from asr_app.library.retention import tidy
    from asr_app.library.upkeep import write_missing

    with opened_library() as library:
        write_missing(library)
        typer.echo(tidy(library, retention_rule()).sentence or "Nothing was to be tidied.", err=True)


@library_app.command("check")
def check_command() -> None:
    """Examine the database, and bring it and the files beside the recordings into step."""
    from asr_app.library.upkeep import is_sound, take_in, write_missing

    with opened_library() as library:
        if not is_sound(library):
            typer.echo("The database is damaged; “asr-app library rebuild” makes it again.", err=True)
            raise typer.Exit(1)
        added, unreadable = take_in(library)
        missing = write_missing(library)
        for folder in unreadable:
            typer.echo(f"{folder}: its transcript cannot be read.", err=True)
        typer.echo(
            f"The database is sound: {library.count()} transcripts, {added} of them new from files;"
            f" {missing} files were missing and written again.",
            err=True,
        )


@library_app.command("rebuild")
def rebuild_command() -> None:
    """Make the database again from the files beside the recordings; the old one is kept."""
    from asr_app.library.opening import rebuild

    with opened_library() as library:
        typer.echo(rebuild(library), err=True)


@library_app.command("backup")
def backup_command(target: Annotated[Path, typer.Argument(help="A ZIP file that is not there yet.")]) -> None:
    """Copy the whole library into one file."""
    from asr_app.library.moving import back_up

    with opened_library() as library:
        size_bytes = back_up(library, target)
        typer.echo(f"{target}: {library.count()} transcripts, {size_bytes / 1e6:.1f} MB", err=True)


@library_app.command("restore")
def restore_command(
    source: Annotated[Path, typer.Argument(help="A copy made by backup.")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder, which becomes the library's.")],
) -> None:
    """Unpack a copy into a folder and use that as the library; the present one stays where it is."""
    from asr_app.library.moving import restore

    restore(source, folder)
    _remember(folder)


@library_app.command("move")
def move_command(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Move the library into another folder, and use it there from now on."""
    from asr_app.library.moving import move

    with opened_library() as library:
        move(library, folder)
    _remember(folder)


def _remember(folder: Path) -> None:
    from asr_app.settings.store import changed, load, save

    save(changed(load(), "storage.library_folder", str(folder.resolve())))
    typer.echo(f"The library is in “{folder}” now.", err=True)


def _show(entries: list[Entry]) -> None:
    for entry in entries:
        typer.echo(_line(entry))


def _line(entry: Entry) -> str:
    from asr_app.export.times import clock

    created = entry.created.astimezone().strftime("%Y-%m-%d %H:%M")
    tags = "".join(f" #{tag}" for tag in entry.tags)
    return f"{entry.id:>5}  {created}  {clock(entry.duration_s):>8}  {entry.title}{tags}"
