"""The sound of a dictation on disk, written so that whatever ends the program leaves a good recording.

A WAV file of 16-bit samples, 16 kHz, mono. Not FLAC: a FLAC encoder holds a frame back until it is full and
a decoder drops the frame that was cut off, so the last moments would be lost; and a sample of a WAV file lies
at a known place, so that what waits for a slow recogniser can be read back. The price is size: 115 MB an
hour, about twice as much.

While it grows, the two sizes in its header are the largest number there is, which readers (FFmpeg among them)
take for "to the end of the file". So header and sound never contradict each other, however the file was cut
off; a half-written last sample is left out. `finish` and `repair` write the true sizes in.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ

Pcm = NDArray[np.int16]
"""Samples (n,) as they are stored."""

SAMPLE_BYTES = 2
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_UNKNOWN = 0xFFFFFFFF
_COPY_BYTES = 1 << 20


def to_pcm(samples: NDArray[np.float32]) -> Pcm:
    """Samples (n,) in -1…1 as they are stored; louder ones are cut to the range, NaN becomes silence."""
    scaled = np.rint(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0) * np.float32(32768))
    pcm: Pcm = np.clip(scaled, -32768, 32767).astype("<i2")
    return pcm


def from_pcm(pcm: Pcm) -> NDArray[np.float32]:
    """Stored samples (n,) as float32 in -1…1: to the bit what decoding the file gives."""
    return pcm.astype(np.float32) / np.float32(32768)


class JournalAudio:
    """The file while it is written. Every method may raise `OSError` and can be called again after that.

    `append` belongs to one thread; `read` and `sync` may be called from others meanwhile.

    Attributes:
        path: The file.
        samples: How many samples it holds.
    """

    def __init__(self, path: Path) -> None:
        """Create the file, which must not be there yet, and lock it against being taken for left over."""
        self.path = path
        self.samples = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _lock(self._file, wait=True)  # somebody may be looking whether it is left over
            _write_all(self._file, _header(_UNKNOWN), 0)
        except OSError:
            os.close(self._file)
            path.unlink(missing_ok=True)
            raise

    def append(self, pcm: Pcm) -> int:
        """Add samples; gives how many of them the file holds now, fewer when the disk became full meanwhile.

        Raises:
            OSError: Not one sample could be added.
        """
        data = memoryview(pcm.astype("<i2").tobytes())
        place = _HEADER.size + self.samples * SAMPLE_BYTES
        written = 0
        while written < len(data):
            try:
                written += os.pwrite(self._file, data[written:], place + written)
            except OSError:
                if written < SAMPLE_BYTES:
                    raise
                break
        self.samples += written // SAMPLE_BYTES
        return written // SAMPLE_BYTES

    def read(self, first: int, count: int) -> Pcm:
        """Give the samples from `first` on, `count` of them or as many as there are."""
        data = os.pread(self._file, count * SAMPLE_BYTES, _HEADER.size + first * SAMPLE_BYTES)
        return np.frombuffer(data[: len(data) // SAMPLE_BYTES * SAMPLE_BYTES], "<i2")

    def sync(self) -> None:
        """Return when everything appended would survive a power cut."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def is_in_place(self) -> bool:
        """Whether the file can still be found under its path: a removed one goes on taking samples."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._file))

    def copy_to(self, path: Path) -> JournalAudio:
        """Create another file with the same samples, even when this one has been removed; goes on there."""
        other = JournalAudio(path)
        try:
            while other.samples < self.samples:
                other.append(self.read(other.samples, _COPY_BYTES))
        except OSError:
            other.close()
            path.unlink(missing_ok=True)
            raise
        return other

    def finish(self) -> None:
        """Write the true sizes into the header and make sure of everything."""
        _write_all(self._file, _header(self.samples * SAMPLE_BYTES), 0)
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file. Does nothing the second time."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def count_samples(path: Path) -> int:
    """How many samples a journal's file holds, whatever its header says; 0 when it is none."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0
    return max(0, size - _HEADER.size) // SAMPLE_BYTES


def repair(path: Path) -> int:
    """Make a file that was cut off an ordinary WAV file, and give the number of its samples.

    Raises:
        OSError: It cannot be written.
    """
    samples = count_samples(path)
    with path.open("r+b") as file:
        file.write(_header(samples * SAMPLE_BYTES))
        file.truncate(_HEADER.size + samples * SAMPLE_BYTES)
    return samples


def is_being_written(path: Path) -> bool:
    """Whether a running program holds the file open for writing."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        _lock(file, wait=False)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _header(data_bytes: int) -> bytes:
    """RIFF header of a WAV file with so many bytes of samples; too many for it are given as unknown."""
    known = data_bytes + _HEADER.size - 8 < _UNKNOWN
    return _HEADER.pack(
        *(b"RIFF", data_bytes + _HEADER.size - 8 if known else _UNKNOWN, b"WAVE"),
        *(b"fmt ", 16, 1, 1, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * SAMPLE_BYTES, SAMPLE_BYTES, 16),
        *(b"data", data_bytes if known else _UNKNOWN),
    )


def _write_all(file: int, data: bytes, place: int) -> None:
    written = 0
    while written < len(data):
        written += os.pwrite(file, data[written:], place + written)


def _lock(file: int, *, wait: bool) -> None:
    """Lock an open file until it is closed or the program ends, in whatever way.

    Raises:
        BlockingIOError: Somebody holds it already, and it is not to be waited for.
    """
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return
    flags: Any = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
    try:
        fcntl.flock(file, flags)
    except BlockingIOError:
        raise
    except OSError:
        return  # a file system without them: better an unlocked journal than none
