"""Where recordings without transcripts come from: folders of media files, and manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.media import is_media_file, stream_samples
from asr_app.errors import RecipeError
from asr_app.training.cache import SampleCache
from asr_app.training.manifest import Recording

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """A recording without transcript.

    Attributes:
        name: Unlike all others; a path, with the member's name where it lies in a tar file.
        open: Gives its samples in blocks, float32, 16 kHz mono.
        corpus: Name of the collection it comes from.
        speaker: Empty where unknown.
        whole: Given where the recording is one utterance; otherwise utterances are cut out of it.
    """

    name: str
    open: Callable[[], Iterator[Samples]]
    corpus: str
    speaker: str = ""
    whole: Recording | None = None


def name_of(recording: Recording) -> str:
    """The name of a manifest's recording as a source: the same whatever manifest it stands in."""
    if recording.shard is None:
        return str(recording.folder / recording.audio)
    return f"{recording.folder / recording.shard}:{recording.audio}"


def source_of(cache: SampleCache, index: int, maximum_s: float) -> Source:
    """Make a source of a cached recording; one longer than `maximum_s` will be cut into utterances."""
    recording = cache.items[index][0]
    whole = recording if cache.duration_s(index) <= maximum_s else None
    return Source(
        name_of(recording), lambda: iter([cache.samples(index)]), recording.corpus, recording.speaker, whole
    )


def sources_in(folder: Path) -> list[Source]:
    """Find the media files of a folder and below, in order of their names.

    Raises:
        RecipeError: There are none.
    """
    paths = sorted(path for path in folder.rglob("*") if is_media_file(path) and path.is_file())
    if not paths:
        raise RecipeError(f"There is no recording in the folder “{folder}”.", "Name another folder.")
    return [Source(str(path), partial(stream_samples, path), folder.name) for path in paths]
