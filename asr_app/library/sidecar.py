"""The file `transcript.json` that lies beside each recording: all the library knows of it.

From these files the database can be made again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asr_app.library.values import Kind, Recording
from asr_app.transcription.types import Segment, Transcript, Word

FILE = "transcript.json"
FORMAT = 1


@dataclass(frozen=True)
class Sidecar:
    """What the file says.

    Attributes:
        id: Of the entry; None where it was never in a library.
        title: For people.
        kind: How it came about.
        created: With time zone.
        tags: In any order.
        recordings: Their paths absolute, or from the file's own folder on.
        transcript: The words.
        deleted: When it was deleted.
    """

    id: int | None
    title: str
    kind: Kind
    created: datetime
    tags: tuple[str, ...]
    recordings: tuple[Recording, ...]
    transcript: Transcript
    deleted: datetime | None = None


def write_sidecar(folder: Path, sidecar: Sidecar, safely: bool = False) -> None:
    """Write the file, whole or not at all; `safely` waits for the disk to have it.

    Raises:
        OSError: It cannot be written.
    """
    values = {
        "format": FORMAT,
        "id": sidecar.id,
        "title": sidecar.title,
        "kind": sidecar.kind.value,
        "created": sidecar.created.isoformat(),
        "deleted": sidecar.deleted.isoformat() if sidecar.deleted else None,
        "tags": list(sidecar.tags),
        "recordings": [
            {"path": _told(entry.path, folder), "start_s": entry.start_s, "duration_s": entry.duration_s}
            for entry in sidecar.recordings
        ],
        "transcript": sidecar.transcript.to_dict(),
    }
    draft = folder / f"{FILE}.new"
    try:
        with draft.open("w", encoding="ascii") as file:
            # Names of files may hold what UTF-8 cannot; escapes can.
            json.dump(values, file, ensure_ascii=True, separators=(",", ":"))
            if safely:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(folder / FILE)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def read_sidecar(folder: Path) -> Sidecar:
    """Read the file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is damaged, or no such file.
    """
    values = json.loads((folder / FILE).read_text(encoding="utf-8"))
    try:
        if values["format"] > FORMAT:
            raise ValueError("it was written by a newer version")
        deleted = values["deleted"]
        return Sidecar(
            id=values["id"] if isinstance(values["id"], int) else None,
            title=str(values["title"]),
            kind=Kind(values["kind"]),
            created=_time(values["created"]),
            tags=tuple(str(tag) for tag in values["tags"]),
            recordings=tuple(
                Recording(folder / entry["path"], float(entry["start_s"]), float(entry["duration_s"]))
                for entry in values["recordings"]
            ),
            transcript=transcript_of(values["transcript"]),
            deleted=_time(deleted) if deleted else None,
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{error!r} is missing or wrong") from error


def transcript_of(values: dict[str, Any]) -> Transcript:
    """The transcript that `Transcript.to_dict` was called on, with times to the millisecond.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: It is no such dictionary.
    """
    return Transcript(
        segments=tuple(
            Segment(_words(part["words"]), float(part["start_s"]), float(part["end_s"]))
            for part in values["segments"]
        ),
        language=str(values["language"]),
        model=str(values["model"]),
        source=str(values["source"]),
        duration_s=float(values["duration_s"]),
        complete=bool(values["complete"]),
        warnings=tuple(str(sentence) for sentence in values["warnings"]),
    )


def folders_with_sidecars(places: Sequence[Path]) -> Iterator[Path]:
    """The folders in some places that have the file, in order of their names."""
    for place in places:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            yield from (folder for folder in sorted(place.iterdir()) if (folder / FILE).is_file())


def _words(values: list[dict[str, Any]]) -> tuple[Word, ...]:
    return tuple(
        Word(str(word["text"]), float(word["start_s"]), float(word["end_s"]), float(word["confidence"]))
        for word in values
    )


def _time(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.astimezone()


def _told(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
