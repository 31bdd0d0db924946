"""Which recordings were meant, and where their texts go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from asr_app.errors import MediaError


def expand(paths: Iterable[Path]) -> list[Path]:
    """Give files as they are, and for a folder the recordings in it and below, in order of their names.

    A recording named twice is given once.

    Raises:
        MediaError: A folder holds no recording.
    """
    from asr_app.audio.media import is_media_file

    found: dict[Path, Path] = {}
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = sorted(entry for entry in path.rglob("*") if is_media_file(entry) and entry.is_file())
            if not inside:
                raise MediaError(f"There is no recording in the folder “{path}”.", "Name another folder.")
        for file in inside:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def output_paths(recordings: Sequence[Path], folder: Path, suffix: str) -> dict[Path, Path]:
    """Name the file that each recording's text is written to.

    `talk.mp3` becomes `talk.txt`. Where several recordings would share a name, the ending is kept
    (`talk.mp3.txt`, `talk.wav.txt`); where that is not enough, they are numbered (`talk.mp3 (2).txt`).

    Args:
        recordings: All of one run, each once.
        folder: Where the texts go.
        suffix: With its dot.
    """
    # Letter case is no difference for many file systems.
    stems = Counter(path.stem.casefold() for path in recordings)
    taken: set[str] = set()
    outputs = {}
    for path in recordings:
        base = path.stem if stems[path.stem.casefold()] == 1 else path.name
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name.casefold())
        outputs[path] = folder / f"{name}{suffix}"
    return outputs
