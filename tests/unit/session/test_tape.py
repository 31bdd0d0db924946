"""Samples on their way from the recorder to the recogniser."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from asr_app.audio.journal import Pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import JournalError
from asr_app.session.tape import Tape


class Disk:
    """A journal that has written so many of the samples it was given.

    Attributes:
        written_samples: How many can be read back.
    """

    def __init__(self) -> None:
        self.pcm: Pcm = np.zeros(0, np.int16)
        self.written_samples = 0
        self.is_broken = False

    def read(self, first: int, count: int) -> Pcm:
        if self.is_broken:
            raise OSError(5, "Input/output error")
        return self.pcm[first : min(first + count, self.written_samples)]


def numbers(count: int) -> Pcm:
    return (np.arange(count) % 30_000).astype(np.int16)


def fill(tape: Tape, pcm: Pcm, block: int = 512) -> None:
    for start in range(0, len(pcm), block):
        tape.append(pcm[start : start + block])


def read_all(tape: Tape) -> Pcm:
    tape.end()
    parts = []
    while (pcm := tape.read(0.0)) is not None:
        parts.append(pcm)
    assert tape.is_over
    return np.concatenate(parts)


def test_who_keeps_up_gets_the_blocks_as_they_come() -> None:
    tape = Tape(None)
    for block in (numbers(512), numbers(300), numbers(512)):
        tape.append(block)
        pcm = tape.read(0.0)
        assert pcm is not None
        np.testing.assert_array_equal(pcm, block)
    assert tape.read(0.0) is None
    assert not tape.is_over


def test_without_a_journal_everything_waits_in_memory() -> None:
    tape = Tape(None, memory_s=1)
    fill(tape, numbers(5 * SAMPLE_RATE_HZ))
    assert tape.waiting_samples == tape.samples_in_memory == 5 * SAMPLE_RATE_HZ
    np.testing.assert_array_equal(read_all(tape), numbers(5 * SAMPLE_RATE_HZ))


def test_what_waits_long_is_read_back_from_the_journal() -> None:
    disk = Disk()
    disk.pcm = numbers(60 * SAMPLE_RATE_HZ)
    disk.written_samples = len(disk.pcm)
    tape = Tape(disk, memory_s=2)
    fill(tape, disk.pcm)
    assert tape.samples_in_memory <= 2 * SAMPLE_RATE_HZ + 512
    np.testing.assert_array_equal(read_all(tape), disk.pcm)
    assert tape.samples_in_memory == 0


def test_what_is_not_on_disk_stays_in_memory() -> None:
    disk = Disk()
    disk.pcm = numbers(20 * SAMPLE_RATE_HZ)
    disk.written_samples = 5 * SAMPLE_RATE_HZ  # then the disk became full
    tape = Tape(disk, memory_s=2)
    fill(tape, disk.pcm)
    assert tape.samples_in_memory == pytest.approx(15 * SAMPLE_RATE_HZ, abs=512)
    np.testing.assert_array_equal(read_all(tape), disk.pcm)


def test_a_disk_that_gives_nothing_back_is_one_sentence() -> None:
    disk = Disk()
    disk.pcm = numbers(10 * SAMPLE_RATE_HZ)
    disk.written_samples = len(disk.pcm)
    tape = Tape(disk, memory_s=1)
    fill(tape, disk.pcm)
    disk.is_broken = True
    with pytest.raises(JournalError, match="cannot be read back"):
        tape.read(0.0)


def test_a_reader_that_waits_is_woken() -> None:
    tape = Tape(None)
    found: list[Pcm | None] = []
    reader = threading.Thread(target=lambda: found.append(tape.read(30.0)))
    reader.start()
    tape.append(numbers(10))
    reader.join(10)
    (pcm,) = found
    assert pcm is not None and len(pcm) == 10
