"""All dictations on this computer's disk: the folder they lie in, what was interrupted, what may go."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asr_app.audio.journal import count_samples, is_being_written, repair
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import JournalError
from asr_app.session.folder import (
    UNSETTLED,
    SessionFacts,
    Status,
    audio_file,
    read_facts,
    write_facts,
)
from asr_app.session.journal import SessionJournal


@dataclass(frozen=True)
class StoredSession:
    """A dictation on disk.

    Attributes:
        folder: Where it lies; the folder's name is the session's.
        started: When.
        status: How far it came.
        duration_s: Seconds of sound in it.
    """

    folder: Path
    started: datetime
    status: Status
    duration_s: float

    @property
    def name(self) -> str:
        """What commands call it."""
        return self.folder.name

    @property
    def audio(self) -> Path:
        """Its sound: a WAV file that everything reads, also when it was cut off."""
        return audio_file(self.folder)


class JournalStore:
    """The folder with a folder for each dictation.

    Attributes:
        folder: Where; need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, on_trouble: Callable[[str | None], None] | None = None) -> SessionJournal:
        """Begin a new journal; when the disk does not take it, it is in memory and `on_trouble` is told."""
        now = datetime.now().astimezone()
        name = now.strftime("%Y-%m-%d %H.%M.%S")
        place, number = self.folder / name, 1
        with contextlib.suppress(OSError):  # a folder that may not be looked into: the journal says so
            while place.exists():
                number += 1
                place = self.folder / f"{name} ({number})"
        return SessionJournal(place, SessionFacts(now), on_trouble)

    def sessions(self) -> list[StoredSession]:
        """All dictations but those being recorded now, oldest first."""
        found = []
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for folder in sorted(self.folder.iterdir()):
                audio = audio_file(folder)
                if audio.is_file() and not is_being_written(audio):
                    facts = read_facts(folder)
                    duration_s = count_samples(audio) / SAMPLE_RATE_HZ
                    found.append(StoredSession(folder, facts.started, facts.status, duration_s))
        return sorted(found, key=lambda session: session.started)

    def interrupted(self) -> list[StoredSession]:
        """Those that ended before all of them became text, oldest first."""
        return [session for session in self.sessions() if session.status in UNSETTLED and session.duration_s]

    def find(self, name: str) -> StoredSession:
        """Find one by its name; `last` is the newest one that was interrupted.

        Raises:
            JournalError: There is none.
        """
        sessions = self.interrupted() if name == "last" else self.sessions()
        wanted = [session for session in sessions if name in ("last", session.name)]
        if not wanted:
            raise JournalError(
                f"There is no recording “{name}”." if name != "last" else "No dictation was interrupted.",
                "“asr-app recover list --all” shows all there are.",
            )
        return wanted[-1]

    def sweep(self, keep_days: float | None, now: datetime | None = None) -> list[StoredSession]:
        """Remove what the person's rule lets go: settled dictations older than that; None removes nothing.

        Returns:
            What was removed. What cannot be removed stays, for another time.
        """
        if keep_days is None:
            return []
        before = (now or datetime.now().astimezone()) - timedelta(days=keep_days)
        removed = []
        for session in self.sessions():
            if session.status not in UNSETTLED and session.started < before:
                with contextlib.suppress(JournalError):
                    delete(session)
                    removed.append(session)
        return removed


def settle(session: StoredSession, status: Status) -> None:
    """Say what became of an interrupted dictation, and make its sound an ordinary WAV file.

    Raises:
        JournalError: The disk does not let it.
    """
    try:
        repair(session.audio)
        write_facts(session.folder, SessionFacts(session.started, status))
    except OSError as error:
        raise JournalError(
            f"The recording “{session.name}” cannot be changed ({error.strerror}).",
            "Make its folder writable, then try again.",
        ) from error


def keep(session: StoredSession, target: Path | None = None) -> Path:
    """Keep the sound as it is; gives where it lies.

    Args:
        session: Of this dictation.
        target: A file to copy it to as well.

    Raises:
        JournalError: It cannot be written.
    """
    settle(session, Status.KEPT)
    if target is None:
        return session.audio
    try:
        shutil.copyfile(session.audio, target)
    except OSError as error:
        raise JournalError(
            f"The recording cannot be copied to “{target}” ({error.strerror}).",
            "Name another file; the recording itself is where it was.",
        ) from error
    return target


def delete(session: StoredSession) -> None:
    """Remove a dictation for good.

    Raises:
        JournalError: It cannot be removed, or not all of it.
    """
    try:
        shutil.rmtree(session.folder)
    except OSError as error:
        raise JournalError(
            f"The recording “{session.name}” cannot be removed ({error.strerror}).",
            "Make its folder writable, then try again.",
        ) from error


def user_store() -> JournalStore:
    """The person's own store."""
    from platformdirs import user_data_path

    return JournalStore(user_data_path("asr-app") / "sessions")
