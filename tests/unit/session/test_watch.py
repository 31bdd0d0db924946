"""What is wrong with the sound itself is noticed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.media import load_samples
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.events import Notice, NoticeCleared, Topic
from asr_app.session.watch import CLIPPED, SILENT, SoundWatch
from tests.unit.session.paths import SAMPLES

Samples = NDArray[np.float32]


def hear(watch: SoundWatch, sound: Samples) -> list[Notice | NoticeCleared]:
    return [
        notice for start in range(0, len(sound), 512) for notice in watch.push(sound[start : start + 512])
    ]


def silence(duration_s: float) -> Samples:
    return np.zeros(round(duration_s * SAMPLE_RATE_HZ), np.float32)


def room(duration_s: float) -> Samples:
    noise = np.random.default_rng(0).standard_normal(round(duration_s * SAMPLE_RATE_HZ))
    return (0.001 * noise).astype(np.float32)


def voice(gain: float = 1.0) -> Samples:
    samples: Samples = np.clip(np.float32(gain) * load_samples(SAMPLES / "library.wav"), -1, 1)
    return samples


def test_a_good_recording_gives_no_notice() -> None:
    assert hear(SoundWatch(), np.concatenate([room(1), voice(), room(30), voice()])) == []


def test_silence_from_the_start_is_asked_about_soon_and_once() -> None:
    watch = SoundWatch()
    assert hear(watch, silence(3.9)) == []
    assert hear(watch, silence(60)) == [SILENT]


def test_the_question_goes_with_the_first_sound() -> None:
    watch = SoundWatch()
    hear(watch, silence(5))
    assert hear(watch, room(1)) == [NoticeCleared(Topic.SILENCE)]


def test_a_pause_in_which_a_headset_gives_nothing_is_no_muted_microphone() -> None:
    watch = SoundWatch()
    assert hear(watch, np.concatenate([voice(), silence(8), voice(), silence(8)])) == []


def test_a_microphone_muted_in_the_middle_is_noticed() -> None:
    assert hear(SoundWatch(), np.concatenate([voice(), silence(12)])) == [SILENT]


def test_a_voice_cut_off_at_full_scale_is_told_and_cleared_when_it_is_well() -> None:
    watch = SoundWatch()
    assert hear(watch, voice(20.0)) == [CLIPPED]
    assert hear(watch, np.concatenate([room(5), voice(0.5), room(10)])) == [NoticeCleared(Topic.CLIPPING)]


def test_one_loud_knock_is_no_clipping() -> None:
    knock = room(1)
    knock[100:140] = 1.0
    assert hear(SoundWatch(), np.concatenate([knock, room(5)])) == []
