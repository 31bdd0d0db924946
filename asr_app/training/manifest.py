"""Manifests: JSON lines that name recordings, in folders or inside tar shards, and what is said in them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from asr_app.audio.media import load_samples
from asr_app.errors import ManifestError

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True)
class Recording:
    """One line of a manifest.

    Attributes:
        audio: Path relative to the manifest's folder, or the member's name inside `shard`.
        shard: Tar file beside the manifest that holds the audio, or None.
        folder: The manifest's folder.
        duration_s: As the manifest says; 0 when it does not.
        text: What is said, normalised by `normalise`.
        speaker: Empty where unknown.
        corpus: Name of the collection it comes from; the manifest's name where none is given.
        heard: Whether the text is what a recogniser heard, not what somebody wrote down.
    """

    audio: str
    shard: str | None
    folder: Path
    duration_s: float
    text: str
    speaker: str
    corpus: str
    heard: bool = False


def normalise(text: str) -> str:
    """Lower case; all but letters, digits and apostrophes to spaces. For both sides of an error rate."""
    kept = (
        c if c.isalnum() or c == "'" else " "
        for c in text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
    return " ".join("".join(kept).split())


def read_manifest(path: Path, with_texts: bool = True) -> list[Recording]:
    """Read a manifest.

    Args:
        path: JSON lines.
        with_texts: Whether each line needs a text; without, texts are not looked at and stay empty.

    Raises:
        ManifestError: The file is missing or a line is not what it should be; the line is named.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"The manifest “{path.name}” cannot be read.", "Check its path.") from error
    recordings = [
        _parse(path, number, line, with_texts) for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not recordings:
        raise ManifestError(f"The manifest “{path.name}” is empty.", "Give one JSON object a line.")
    return recordings


def _parse(path: Path, number: int, line: str, with_texts: bool) -> Recording:
    try:
        entry = json.loads(line)
        return Recording(
            audio=str(entry["audio_filepath"]),
            shard=entry.get("shard"),
            folder=path.parent,
            duration_s=float(entry.get("duration", 0.0)),
            text=normalise(str(entry["text"])) if with_texts else "",
            speaker=str(entry.get("speaker", "")),
            corpus=str(entry.get("corpus", path.stem)),
            heard=bool(entry.get("heard", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(
            f"Line {number} of the manifest “{path.name}” is not valid.",
            f"Each line needs audio_filepath{' and text' if with_texts else ''}, as JSON.",
        ) from error


def read_audio(recordings: Sequence[Recording]) -> Iterator[tuple[Recording, NDArray[np.float32]]]:
    """Decode recordings to 16 kHz mono in -1…1, opening each shard once.

    The order is that of the shards, not of the recordings given.

    Raises:
        ManifestError: A shard, a member or a file is missing or cannot be decoded.
    """
    for recording in recordings:
        if recording.shard is None:
            yield recording, load_samples(recording.folder / recording.audio)
    shards: dict[Path, dict[str, list[Recording]]] = {}
    for recording in recordings:
        if recording.shard is not None:
            members = shards.setdefault(recording.folder / recording.shard, {})
            members.setdefault(recording.audio, []).append(recording)
    for shard, members in sorted(shards.items()):
        yield from _read_shard(shard, members)


def _read_shard(
    shard: Path, members: dict[str, list[Recording]]
) -> Iterator[tuple[Recording, NDArray[np.float32]]]:
    missing = set(members)
    try:
        with tarfile.open(shard) as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.name in missing else None
                if stream is None:
                    continue
                samples = decode(stream.read(), entry.name)
                missing.discard(entry.name)
                for recording in members[entry.name]:
                    yield recording, samples
    except (OSError, tarfile.TarError) as error:
        raise ManifestError(f"The shard “{shard.name}” cannot be read.", "Fetch it again.") from error
    if missing:
        raise ManifestError(
            f"The shard “{shard.name}” has no “{min(missing)}”.", "Check the manifest's shard names."
        )


def decode(content: bytes, name: str) -> NDArray[np.float32]:
    """Decode the bytes of an audio file to 16 kHz mono in -1…1.

    Raises:
        ManifestError: They cannot be decoded; `name` says which.
    """
    resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE_HZ)
    try:
        with av.open(io.BytesIO(content), "r") as container:
            blocks = [
                part.to_ndarray()[0]
                for frame in container.decode(audio=0)
                for part in resampler.resample(frame)
            ]
            blocks += [part.to_ndarray()[0] for part in resampler.resample(None)]
    except (av.FFmpegError, IndexError) as error:
        raise ManifestError(f"“{name}” cannot be decoded.", "Remove its line from the manifest.") from error
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
