"""The folder of one dictation: which files lie in it, and what they say."""

from __future__ import annotations

import dataclasses
import enum
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

RESULTS_FILE = "results.jsonl"
FACTS_FILE = "session.json"
FORMAT = 1


class Status(enum.Enum):
    """How far a dictation came."""

    RECORDING = "recording"
    """It is going on, or was interrupted: nobody wrote down its end."""
    FINISHED = "finished"
    """All of it became text."""
    CANCELLED = "cancelled"
    """It was ended at once; nobody said that its sound may go."""
    RECOVERED = "recovered"
    """It was interrupted and transcribed afterwards."""
    KEPT = "kept"
    """It was interrupted, and its sound is to be kept as it is."""
    DISCARDED = "discarded"
    """Its sound may go. Never found on disk."""


def audio_file(folder: Path) -> Path:
    """Where the sound lies: under the folder's own name, so that it says when also in other programs."""
    return folder / f"{folder.name}.wav"


UNSETTLED = frozenset({Status.RECORDING, Status.CANCELLED})
"""Of these somebody has to say what becomes of them."""


@dataclass(frozen=True)
class SessionFacts:
    """What is known of a dictation from its start.

    Attributes:
        started: When; with time zone.
        status: See `Status`.
    """

    started: datetime
    status: Status = Status.RECORDING

    def with_status(self, status: Status) -> SessionFacts:
        """The same at another point of its life."""
        return dataclasses.replace(self, status=status)


def write_facts(folder: Path, facts: SessionFacts) -> None:
    """Write `session.json`, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    value = {"format": FORMAT, "started": facts.started.isoformat(), "status": facts.status.value}
    draft = folder / (FACTS_FILE + ".new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FACTS_FILE)


def read_facts(folder: Path) -> SessionFacts:
    """Read `session.json`; where it is missing or damaged, the sound speaks for itself."""
    try:
        value = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
        return SessionFacts(datetime.fromisoformat(value["started"]), Status(value["status"]))
    except (OSError, ValueError, KeyError, TypeError):
        changed_s = audio_file(folder).stat().st_mtime
        return SessionFacts(datetime.fromtimestamp(changed_s).astimezone())


def read_results(folder: Path) -> list[dict[str, Any]]:
    """The lines of `results.jsonl` that are whole, in order."""
    try:
        text = (folder / RESULTS_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    values = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue  # cut off while it was being written
        if isinstance(value, dict):
            values.append(value)
    return values
