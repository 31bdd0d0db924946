"""Removing an entry's files for good, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from asr_app.library.sidecar import FILE
from asr_app.library.values import Entry


def remove_files(
    entry: Entry, needed: Collection[Path], own: Sequence[Path], keep_text: bool = False
) -> None:
    """Remove an entry's folder, or the sound in it.

    Args:
        entry: The entry.
        needed: Recordings other entries need; they stay.
        own: Folders of the program; nothing outside their sub-folders is removed.
        keep_text: Whether only the sound goes.

    Raises:
        OSError: Something cannot be removed.
    """
    # Each entry's folder lies directly in one of the program's; anything else is not ours to remove.
    folders = {entry.folder, *(one.path.parent for one in entry.recordings)}
    ours = [folder for folder in folders if folder.parent in own and folder.is_dir()]
    for recording in entry.recordings:
        if recording.path.parent in ours and recording.path not in needed:
            recording.path.unlink(missing_ok=True)
    if keep_text or entry.folder not in ours:
        return
    (entry.folder / FILE).unlink(missing_ok=True)
    if not any(path.parent == entry.folder for path in needed):
        shutil.rmtree(entry.folder)
