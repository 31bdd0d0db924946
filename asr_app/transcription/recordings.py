"""What can be transcribed, files and arrays alike, as a stream of checked blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from asr_app.audio.media import SAMPLE_RATE_HZ, probe, stream_samples
from asr_app.errors import MediaError

Samples = NDArray[np.float32]

_BLOCK_S = 0.5
_LOUDEST = 4.0
"""Decoders of compressed audio overshoot 1; integers written as floating point lie far above this."""


@dataclass(frozen=True)
class Recording:
    """A stretch of sound to be transcribed.

    Attributes:
        name: For people.
        start_s: Where the stretch begins on the recording's clock.
        total_s: Its length, when known beforehand.
        blocks: (n,) float32, 16 kHz mono.
    """

    name: str
    start_s: float
    total_s: float | None
    blocks: Iterator[Samples]


def open_recording(
    source: str | Path | NDArray[np.floating[Any]] | NDArray[np.int16],
    start_s: float,
    end_s: float | None,
    on_warning: Callable[[str], None],
) -> Recording:
    """Open a file, or take samples as they are.

    Raises:
        MediaError: The file cannot be decoded, or the array holds no 16 kHz mono samples in -1…1.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        stated_s = probe(path).duration_s
        last_s = end_s if stated_s is None else min(stated_s, stated_s if end_s is None else end_s)
        total_s = None if last_s is None else max(0.0, last_s - start_s)
        blocks = stream_samples(path, start_s=start_s, end_s=end_s, block_s=_BLOCK_S, on_warning=on_warning)
        return Recording(path.name, start_s, total_s, blocks)
    samples = check_samples(source)
    first = round(start_s * SAMPLE_RATE_HZ)
    samples = samples[first : None if end_s is None else max(first, round(end_s * SAMPLE_RATE_HZ))]
    return Recording("samples", start_s, len(samples) / SAMPLE_RATE_HZ, _blocks(samples))


def check_samples(samples: ArrayLike) -> Samples:
    """Take an array of 16 kHz mono samples: floating point in -1…1, or 16-bit integers.

    Raises:
        MediaError: It is something else; the sentence says what.
    """
    array = np.asarray(samples)
    if array.ndim != 1:
        shape = " x ".join(str(size) for size in array.shape) or "a single number"
        raise MediaError(f"The samples are not one channel (their shape is {shape}).", "Mix them to mono.")
    if array.dtype == np.int16:
        return array.astype(np.float32) / np.float32(32768)
    if not np.issubdtype(array.dtype, np.floating):
        raise MediaError(
            f"Samples of the type {array.dtype} are not known.", "Use float32 in -1…1, or int16."
        )
    checked: Samples = np.asarray(array, np.float32)
    if not np.isfinite(checked).all():
        raise MediaError(
            "The samples hold values that are not numbers (NaN or infinite).", "Repair them first."
        )
    loudest = float(np.abs(checked).max(initial=0.0))
    if loudest > _LOUDEST:
        raise MediaError(f"The samples reach {loudest:.0f} where 1 is the loudest.", "Scale them to -1…1.")
    return checked


def without_nonsense(samples: Samples) -> Samples:
    """Replace what is no number by silence: it would stay in recurrent states for ever."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


def _blocks(samples: Samples) -> Iterator[Samples]:
    size = round(_BLOCK_S * SAMPLE_RATE_HZ)
    for start in range(0, len(samples), size):
        yield samples[start : start + size]
