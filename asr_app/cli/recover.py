"""`asr-app recover`: dictations that were interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PrecisionOption,
    VocabularyOption,
    chosen_vocabulary,
    load_recognizer,
)

if TYPE_CHECKING:
    from asr_app.session.store import StoredSession

NameArgument = Annotated[
    str,
    typer.Argument(help="Name of the recording, as listed; the newest interrupted one otherwise."),
]

recover_app = typer.Typer(
    help="Dictations that were interrupted: list them, transcribe what was captured, keep the sound, delete.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@recover_app.command("list")
def list_command(
    everything: Annotated[
        bool, typer.Option("--all", help="Also the recordings of dictations that ended well.")
    ] = False,
) -> None:
    """List recordings, the oldest first."""
    from asr_app.session.store import user_store

    store = user_store()
    sessions = store.sessions() if everything else store.interrupted()
    if not sessions:
        typer.echo("There are no recordings." if everything else "No dictation was interrupted.", err=True)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Recordings" if everything else "Interrupted dictations", title_justify="left")
    table.add_column("name", overflow="fold")
    table.add_column("length", justify="right")
    table.add_column("state")
    for session in sessions:
        table.add_row(session.name, f"{session.duration_s:.1f} s", session.status.value)
    Console().print(table, markup=False)


@recover_app.command("transcribe")
def transcribe_command(
    name: NameArgument = "last",
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    vocabulary: VocabularyOption = None,
) -> None:
    """Write the text of a recording to standard output; its sound stays."""
    from asr_app.session.recovery import transcribe
    from asr_app.session.store import user_store

    session = user_store().find(name)
    recognizer = load_recognizer(model, device, precision, chosen_vocabulary(vocabulary))
    transcript = transcribe(
        session,
        recognizer,
        on_segment=lambda segment: typer.echo(segment.text) if segment.words else None,
        on_warning=lambda sentence: typer.echo(f"asr-app: {sentence}", err=True),
    )
    _say(session, f"{transcript.duration_s:.1f} s of sound are transcribed; they lie in {session.audio}")


@recover_app.command("keep")
def keep_command(
    name: NameArgument = "last",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Copy the sound to this file.")
    ] = None,
) -> None:
    """Keep the sound of a recording as it is, without asking about it again."""
    from asr_app.session.store import keep, user_store

    session = user_store().find(name)
    place = keep(session, output)
    _say(session, f"The sound lies in {place}")


@recover_app.command("delete")
def delete_command(
    name: Annotated[str, typer.Argument(help="Name of the recording, as the list gives it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a recording for good."""
    from asr_app.session.store import delete, user_store

    session = user_store().find(name)
    question = f"Remove {session.duration_s:.1f} s of sound of {session.name} for good?"
    if not yes and not typer.confirm(question, err=True):
        return
    delete(session)
    _say(session, "It is removed.")


def _say(session: StoredSession, sentence: str) -> None:
    typer.echo(f"{session.name}: {sentence}", err=True)
