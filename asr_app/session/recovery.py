"""Getting the text of a dictation that was interrupted, from the sound in its journal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asr_app.errors import JournalError
from asr_app.session.folder import RESULTS_FILE, Status
from asr_app.session.store import StoredSession, settle

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Progress, Recognizer
    from asr_app.transcription.types import Segment, Transcript


def transcribe(
    session: StoredSession,
    recognizer: Recognizer,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    on_segment: Callable[[Segment], None] | None = None,
    **options: Any,
) -> Transcript:
    """Transcribe what was captured, from the first sample on: the text the dictation itself would have had.

    When it is complete, its results lie beside the sound and the session counts as recovered. The sound
    stays.

    Args:
        session: An interrupted one.
        recognizer: Does the work.
        on_progress: As of `Recognizer.transcribe`.
        on_segment: Likewise.
        options: Likewise.

    Raises:
        JournalError: The results cannot be written.
        MediaError: The sound cannot be read.
    """
    transcript = recognizer.transcribe(
        session.audio, on_progress=on_progress, on_segment=on_segment, **options
    )
    transcript = dataclasses.replace(transcript, source=session.name)
    if transcript.complete:
        note_recovered(session, transcript)
    return transcript


def note_recovered(session: StoredSession, transcript: Transcript) -> None:
    """Write a transcript of all of the sound beside it, and that nothing is left to do.

    Raises:
        JournalError: It cannot be written.
    """
    lines = [
        json.dumps({"kind": "final", "utterance": number, **segment}, ensure_ascii=False) + "\n"
        for number, segment in enumerate(transcript.to_dict()["segments"])
    ]
    draft = session.folder / (RESULTS_FILE + ".new")
    try:
        draft.write_text("".join(lines), encoding="utf-8")
        draft.replace(session.folder / RESULTS_FILE)
    except OSError as error:
        raise JournalError(
            f"The text of “{session.name}” cannot be written beside its sound ({error.strerror}).",
            "Make its folder writable, then try again.",
        ) from error
    settle(session, Status.RECOVERED)
