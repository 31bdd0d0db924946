"""Conditions change what they say, and the same for every model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.errors import ManifestError
from asr_app.training.evaluation.conditions import (
    CONDITIONS,
    Surroundings,
    at_tempo,
    choose,
    load_surroundings,
    seed_of,
    speech_power,
    with_noise,
)
from asr_app.training.manifest import Recording
from tests.unit.training.conftest import write_wav

RATE_HZ = 16_000
NAMES = [condition.name for condition in CONDITIONS]
BY_NAME = {condition.name: condition for condition in CONDITIONS}
Samples = NDArray[np.float32]


def tone(duration_s: float = 1.0, frequency_hz: float = 500.0, level: float = 0.2) -> Samples:
    t = np.arange(round(RATE_HZ * duration_s)) / RATE_HZ
    return (level * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)


def hiss(count: int, seed: int = 0, level: float = 0.1) -> Samples:
    return (level * np.random.default_rng(seed).standard_normal(count)).astype(np.float32)


def decibels(ratio: float) -> float:
    return 10 * float(np.log10(ratio))


def surroundings() -> Surroundings:
    """Several noises, shorter and longer than speech, and several rooms."""
    rooms = []
    for seed in range(4):
        response = hiss(2000, seed) * np.exp(-np.arange(2000) / 300).astype(np.float32)
        response[0] = 1.0
        rooms.append(response.astype(np.float32))
    return Surroundings([hiss(5000 + 9000 * seed, seed) for seed in range(4)], rooms)


@pytest.mark.parametrize("name", NAMES)
def test_an_utterance_sounds_the_same_each_time_and_the_original_stays(name: str) -> None:
    samples = tone() + hiss(RATE_HZ, 9, 0.01)
    before = samples.copy()
    first, second = (BY_NAME[name].apply(samples, surroundings(), seed=5) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(samples, before)
    assert first.dtype == np.float32
    assert np.abs(first).max() <= 1.0


@pytest.mark.parametrize("name", ["noise10", "rooms"])
def test_utterances_meet_different_noises_and_rooms(name: str) -> None:
    heard = {BY_NAME[name].apply(tone(), surroundings(), seed).tobytes() for seed in range(12)}
    assert len(heard) > 2


@pytest.mark.parametrize("name", NAMES)
def test_no_sound_stays_no_sound(name: str) -> None:
    assert len(BY_NAME[name].apply(np.zeros(0, np.float32), surroundings(), 1)) == 0


class TestNoise:
    def test_pauses_do_not_count_as_speech(self) -> None:
        spoken = tone(1.0)
        with_pauses = np.concatenate([hiss(RATE_HZ, 1, 1e-3), spoken, np.zeros(2 * RATE_HZ, np.float32)])
        assert decibels(speech_power(with_pauses) / speech_power(spoken)) == pytest.approx(0, abs=0.1)
        assert speech_power(spoken) == pytest.approx(0.02, rel=0.01)

    @pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(9000, np.float32)])
    def test_silence_has_no_speech(self, samples: Samples) -> None:
        assert speech_power(samples) == 0.0

    def test_a_sound_shorter_than_a_frame_has_its_power(self) -> None:
        assert speech_power(np.full(100, 0.5, np.float32)) == pytest.approx(0.25)

    @pytest.mark.parametrize("snr_db", [20.0, 10.0, 5.0])
    def test_the_ratio_is_that_of_speech_to_noise(self, snr_db: float) -> None:
        samples = np.concatenate([tone(1.0), np.zeros(3 * RATE_HZ, np.float32)])
        noise = hiss(len(samples), 2)
        added = with_noise(samples, noise, snr_db) - samples
        ratio = 0.02 / float(np.mean(added.astype(np.float64) ** 2))
        assert decibels(ratio) == pytest.approx(snr_db, abs=0.1)

    def test_at_5_db_it_is_the_noise_at_20_db_louder(self) -> None:
        samples = tone(0.7)
        little, much = (BY_NAME[n].apply(samples, surroundings(), 3) - samples for n in ("noise20", "noise5"))
        np.testing.assert_allclose(much, little * 10 ** (15 / 20), atol=1e-4)

    def test_a_sum_beyond_full_scale_is_made_quieter_as_a_whole(self) -> None:
        samples = tone(level=0.95)
        noise = hiss(len(samples), 3)
        mixed = with_noise(samples, noise, 5.0)
        assert np.abs(mixed).max() == pytest.approx(1.0)
        # Still a sum of both, in the ratio asked for.
        a, b = np.linalg.lstsq(np.stack([samples, noise], 1), mixed, rcond=None)[0]
        assert decibels((a**2 * np.mean(samples**2)) / (b**2 * np.mean(noise**2))) == pytest.approx(
            5, abs=0.1
        )


@pytest.mark.parametrize("tempo", [1.25, 0.8])
def test_speed_changes_the_length_and_not_the_pitch(tempo: float) -> None:
    heard = at_tempo(tone(2.0, 440.0), tempo)
    assert len(heard) / RATE_HZ == pytest.approx(2.0 / tempo, abs=0.05)
    spectrum = np.abs(np.fft.rfft(heard))
    assert spectrum.argmax() * RATE_HZ / len(heard) == pytest.approx(440.0, abs=3.0)


def test_the_telephone_lets_nothing_through_above_4_khz() -> None:
    high, low = (BY_NAME["8khz"].apply(tone(1.0, hz), surroundings(), 1) for hz in (6000.0, 1000.0))
    assert float(np.std(low)) > 0.1
    assert float(np.std(high)) < 0.01


def test_quiet_is_quiet_by_20_db() -> None:
    heard = BY_NAME["quiet"].apply(tone(), surroundings(), 1)
    assert decibels(float(np.mean(heard**2)) / float(np.mean(tone() ** 2))) == pytest.approx(-20, abs=0.01)


def test_a_seed_belongs_to_the_utterance_wherever_its_corpus_lies() -> None:
    recording = Recording("a/b.opus", "s-00.tar", Path("/one"), 1.0, "text", "", "corpus")
    assert seed_of(recording) == seed_of(replace(recording, folder=Path("/two"), text="other"))
    assert seed_of(recording) != seed_of(replace(recording, audio="a/c.opus"))


class TestChoice:
    def test_none_named_means_all(self) -> None:
        assert choose([]) == list(CONDITIONS)
        assert len(CONDITIONS) == 11

    def test_clean_is_always_there_and_first(self) -> None:
        assert [condition.name for condition in choose(["opus", "noise10"])] == ["clean", "noise10", "opus"]

    def test_an_unknown_one_is_said(self) -> None:
        with pytest.raises(ManifestError, match=r"no condition “underwater”.*noise10"):
            choose(["underwater"])


class TestFolders:
    def test_those_beside_the_manifest_are_taken_where_none_is_named(self, tmp_path: Path) -> None:
        for place in ("noise", "rooms", "elsewhere"):
            (tmp_path / place).mkdir()
            (tmp_path / place / "README.md").write_text("no sound", encoding="utf-8")
            write_wav(tmp_path / place / "a.wav", hiss(4000))
        write_wav(tmp_path / "elsewhere" / "b.wav", hiss(4000, 1))
        beside = load_surroundings(CONDITIONS, None, None, tmp_path)
        named = load_surroundings(CONDITIONS, tmp_path / "elsewhere", None, tmp_path)
        assert [len(beside.noises), len(beside.rooms)] == [1, 1]
        assert [len(named.noises), len(named.rooms)] == [2, 1]

    def test_what_is_not_needed_is_not_looked_for(self, tmp_path: Path) -> None:
        found = load_surroundings(choose(["opus", "quiet"]), None, None, tmp_path)
        assert (len(found.noises), len(found.rooms)) == (0, 0)

    @pytest.mark.parametrize(("name", "option"), [("noise5", "--noise"), ("rooms", "--rooms")])
    def test_one_that_is_missing_is_said(self, tmp_path: Path, name: str, option: str) -> None:
        with pytest.raises(ManifestError, match=option):
            load_surroundings(choose([name]), None, None, tmp_path)
