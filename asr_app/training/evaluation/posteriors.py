"""What the network makes of development recordings, encoded once and kept in files.

Searches can then be tried on them again and again without the network's encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from asr_app.decoding.hypothesis import LogProbs
from asr_app.errors import ManifestError
from asr_app.model.bundle import Bundle
from asr_app.training.manifest import SAMPLE_RATE_HZ, Recording, read_audio, read_manifest
from asr_app.transcription.encoding import Encoded, encode


@dataclass(frozen=True, eq=False)
class Posteriors:
    """One utterance after the encoder.

    Attributes:
        name: Of its audio in the manifest.
        text: What is said, normalised.
        duration_s: Of the sound.
        frames: (frames, width) of the encoder.
        ctc_log_probs: (frames, vocabulary_size + 1), natural logarithm, the blank last.
        phone_log_probs: (phone frames, phones + 1), likewise.
    """

    name: str
    text: str
    duration_s: float
    frames: NDArray[np.float32]
    ctc_log_probs: LogProbs
    phone_log_probs: LogProbs

    @property
    def encoded(self) -> Encoded:
        """As the network gives it, but without features."""
        frames = torch.from_numpy(self.frames)
        return Encoded(frames.new_zeros(0, 0), frames, self.ctc_log_probs, self.phone_log_probs)


def read_posteriors(
    bundle: Bundle,
    manifest: Path,
    cache: Path,
    every: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Posteriors]:
    """Encode each `every`-th recording of a manifest, or read what was encoded before.

    Args:
        bundle: A model with a phone head, on the processor.
        manifest: JSON lines; recordings without text are left out.
        cache: Folder; a file's name tells the weights and the manifest it was made from.
        every: Use each n-th recording only.
        on_progress: Told recordings done and in all; not called when nothing needs encoding.

    Returns:
        In the order of the manifest.

    Raises:
        ManifestError: The manifest or its audio cannot be read, no recording has a text, or the model hears
            no phones.
    """
    if bundle.network.phone_head is None:
        raise ManifestError(f"The model “{bundle.name}” does not hear phones.", "Train with a phone head.")
    recordings = [recording for recording in read_manifest(manifest)[::every] if recording.text]
    if not recordings:
        raise ManifestError(f"The manifest “{manifest.name}” has no texts.", "Give reference texts.")
    weights = bundle.details["checksums"]["weights.safetensors"]
    made_from = hashlib.sha256(weights.encode() + manifest.read_bytes()).hexdigest()[:16]
    path = cache / f"{manifest.stem}-{every}-{made_from}.npz"
    if not path.is_file():
        _encode_into(path, bundle, recordings, on_progress)
    return _read(path, recordings)


def _encode_into(
    path: Path, bundle: Bundle, recordings: Sequence[Recording], on_progress: Callable[[int, int], None]
) -> None:
    arrays: dict[str, NDArray[np.float32]] = {}
    numbers = {(recording.shard, recording.audio): n for n, recording in enumerate(recordings)}
    for done, (recording, samples) in enumerate(read_audio(recordings), 1):
        with torch.inference_mode():
            (encoded,) = encode(bundle.network, [samples])
        number = numbers[recording.shard, recording.audio]
        assert encoded.phone_log_probs is not None
        arrays[f"{number}.duration_s"] = np.array([len(samples) / SAMPLE_RATE_HZ], np.float32)
        arrays[f"{number}.frames"] = encoded.frames.numpy()
        arrays[f"{number}.ctc"] = encoded.ctc_log_probs
        arrays[f"{number}.phones"] = encoded.phone_log_probs
        on_progress(done, len(recordings))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    partial.replace(path)


def _read(path: Path, recordings: Sequence[Recording]) -> list[Posteriors]:
    with np.load(path) as arrays:
        return [
            Posteriors(
                recording.audio,
                recording.text,
                float(arrays[f"{number}.duration_s"][0]),
                arrays[f"{number}.frames"],
                arrays[f"{number}.ctc"],
                arrays[f"{number}.phones"],
            )
            for number, recording in enumerate(recordings)
        ]
