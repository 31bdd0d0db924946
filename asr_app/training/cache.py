"""Decoded corpora on disk: all samples in one memory-mapped file, so that loading costs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.training.manifest import Recording, read_audio

Item = tuple[Recording, int, int]
"""A recording with its first sample and its number of samples in the cache."""


class SampleCache:
    """Samples of many recordings as 16-bit numbers in one file.

    Attributes:
        items: The recordings in the order asked for, with their place in the file.
    """

    def __init__(self, samples_path: Path, items: list[Item]) -> None:
        """Map the file of a finished cache; use `open_cache` to make or find one."""
        self.items = items
        self._samples = np.memmap(samples_path, dtype=np.int16, mode="r")

    def __len__(self) -> int:
        """Number of recordings."""
        return len(self.items)

    def samples(self, index: int) -> NDArray[np.float32]:
        """Samples of one recording in -1…1."""
        _, start, count = self.items[index]
        return self._samples[start : start + count].astype(np.float32) / 32768.0

    def duration_s(self, index: int) -> float:
        """Its decoded length."""
        return self.items[index][2] / 16_000


def open_cache(
    recordings: Sequence[Recording], folder: Path, on_progress: Callable[[int, int], None] | None = None
) -> SampleCache:
    """Find the cache of these recordings in `folder`, or decode them into a new one.

    Args:
        recordings: In the order wanted.
        folder: Where caches lie; about 115 MB an hour of speech.
        on_progress: Told recordings done and in all.
    """
    names = json.dumps([(str(r.folder), r.shard, r.audio) for r in recordings])
    key = hashlib.sha256(names.encode()).hexdigest()[:16]
    samples_path, index_path = folder / f"{key}.pcm", folder / f"{key}.json"
    if not index_path.exists():
        _fill(recordings, samples_path, index_path, on_progress)
    places = json.loads(index_path.read_text(encoding="utf-8"))
    items = [(recording, start, count) for recording, (start, count) in zip(recordings, places, strict=True)]
    return SampleCache(samples_path, items)


def _fill(
    recordings: Sequence[Recording],
    samples_path: Path,
    index_path: Path,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    samples_path.parent.mkdir(parents=True, exist_ok=True)
    places: dict[Recording, tuple[int, int]] = {}
    position = 0
    partial = samples_path.with_suffix(".partial")
    with partial.open("wb") as file:
        for recording, samples in read_audio(recordings):
            file.write((samples.clip(-1, 1) * 32767).astype(np.int16).tobytes())
            places[recording] = (position, len(samples))
            position += len(samples)
            if on_progress is not None:
                on_progress(len(places), len(recordings))
    partial.replace(samples_path)
    # The index comes last: a cache without it is made again.
    index_path.write_text(json.dumps([places[recording] for recording in recordings]), encoding="utf-8")
