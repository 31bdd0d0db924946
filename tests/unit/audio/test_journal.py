"""The file that a dictation's sound is written to, whatever happens."""

from __future__ import annotations

import resource
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.audio.journal import (
    JournalAudio,
    Pcm,
    count_samples,
    from_pcm,
    is_being_written,
    repair,
    to_pcm,
)
from asr_app.audio.media import load_samples


def noise(samples: int, seed: int = 0) -> Pcm:
    return np.random.default_rng(seed).integers(-32768, 32767, samples, dtype=np.int16)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalAudio]:
    journal = JournalAudio(tmp_path / "audio.wav")
    yield journal
    journal.close()


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What a full disk does to the writer, without one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_while_it_grows_it_is_a_recording_that_is_read_to_the_end(journal: JournalAudio) -> None:
    pcm = noise(5_000)
    for start in range(0, 5_000, 512):
        journal.append(pcm[start : start + 512])
    warnings: list[str] = []
    np.testing.assert_array_equal(load_samples(journal.path, on_warning=warnings.append), from_pcm(pcm))
    assert warnings == []


@settings(max_examples=30)
@given(cut=st.integers(0, 4_044))
def test_cut_off_anywhere_it_gives_every_whole_sample(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "audio.wav"
    pcm = noise(2_000)
    journal = JournalAudio(path)
    journal.append(pcm)
    journal.close()
    with path.open("r+b") as file:
        file.truncate(4_044 - cut)
    left = max(0, 2_000 - (cut + 1) // 2)
    assert count_samples(path) == left
    if left:
        np.testing.assert_array_equal(load_samples(path), from_pcm(pcm[:left]))
        assert repair(path) == left
        with wave.open(str(path)) as plain:
            assert plain.getnframes() == left
            assert plain.readframes(left) == pcm[:left].tobytes()


def test_finished_it_is_an_ordinary_wav_file(journal: JournalAudio) -> None:
    pcm = noise(777)
    journal.append(pcm)
    journal.finish()
    with wave.open(str(journal.path)) as plain:
        assert (plain.getframerate(), plain.getnchannels(), plain.getsampwidth()) == (16_000, 1, 2)
        assert plain.readframes(1_000) == pcm.tobytes()


def test_what_was_written_can_be_read_back(journal: JournalAudio) -> None:
    pcm = noise(3_000)
    journal.append(pcm)
    np.testing.assert_array_equal(journal.read(1_000, 500), pcm[1_000:1_500])
    np.testing.assert_array_equal(journal.read(2_900, 500), pcm[2_900:])


def test_a_full_disk_takes_what_fits_and_the_rest_follows_later(journal: JournalAudio) -> None:
    pcm = noise(1_000)
    with no_file_larger_than(44 + 2 * 600 + 1):
        assert journal.append(pcm) == 600
        with pytest.raises(OSError, match="File too large"):
            journal.append(pcm[600:])
        assert journal.samples == 600
    assert journal.append(pcm[600:]) == 400
    np.testing.assert_array_equal(load_samples(journal.path), from_pcm(pcm))


def test_a_file_that_was_removed_is_noticed_and_its_sound_goes_on_in_another(
    journal: JournalAudio, tmp_path: Path
) -> None:
    pcm = noise(3_000)
    journal.append(pcm[:2_000])
    assert journal.is_in_place()
    journal.path.unlink()
    assert not journal.is_in_place()
    other = journal.copy_to(tmp_path / "again.wav")
    other.append(pcm[2_000:])
    other.close()
    np.testing.assert_array_equal(load_samples(tmp_path / "again.wav"), from_pcm(pcm))


def test_a_file_in_use_is_told_from_one_left_over(journal: JournalAudio) -> None:
    assert is_being_written(journal.path)
    journal.close()
    assert not is_being_written(journal.path)
    assert not is_being_written(journal.path.with_name("none.wav"))


def test_nothing_is_overwritten(journal: JournalAudio) -> None:
    with pytest.raises(FileExistsError):
        JournalAudio(journal.path)


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_what_is_decoded_is_what_was_stored(values: list[int]) -> None:
    pcm = np.array(values, np.int16)
    np.testing.assert_array_equal(to_pcm(from_pcm(pcm)), pcm)


def test_samples_out_of_range_are_cut_and_no_numbers_are_silence() -> None:
    samples = np.array([2.0, -2.0, np.nan, np.inf, -np.inf], np.float32)
    assert to_pcm(samples).tolist() == [32767, -32768, 0, 0, 0]
