from __future__ import annotations

import numpy as np
import pytest

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.session.events import LagChanged
from asr_app.session.meters import SILENCE_DB, LagMeter, LevelMeter, level_db


class TestLevel:
    def test_full_scale_is_zero(self) -> None:
        square = np.array([1, -1] * 100, np.float32)
        assert level_db(square) == (0.0, 0.0)

    def test_a_sine_has_a_peak_three_db_above_its_power(self) -> None:
        sine = np.sin(np.arange(16_000) * 2 * np.pi * 100 / 16_000).astype(np.float32)
        rms_db, peak_db = level_db(0.1 * sine)
        assert peak_db == pytest.approx(-20, abs=0.01)
        assert rms_db == pytest.approx(-23.01, abs=0.01)

    @pytest.mark.parametrize("samples", [0, 1, 512])
    def test_silence_has_a_number_too(self, samples: int) -> None:
        assert level_db(np.zeros(samples, np.float32)) == (SILENCE_DB, SILENCE_DB)


class TestLevelMeter:
    def test_who_looks_late_finds_one_level_with_the_loudest_peak(self) -> None:
        meter = LevelMeter()
        for amplitude in (0.01, 1.0, 0.1):
            meter.push(np.full(512, amplitude, np.float32))
        level = meter.take()
        assert level is not None
        assert level.rms_db == pytest.approx(-20, abs=0.01)
        assert level.peak_db == 0.0
        assert meter.take() is None


class TestLag:
    def test_who_keeps_up_has_none(self) -> None:
        lag = LagMeter()
        assert [lag.news(512) for _ in range(10)] == [None] * 10

    def test_only_news_is_told_to_a_tenth_of_a_second(self) -> None:
        lag = LagMeter()
        assert lag.news(2 * SAMPLE_RATE_HZ) == LagChanged(2.0)
        assert lag.news(2 * SAMPLE_RATE_HZ + 100) is None
        assert lag.news(SAMPLE_RATE_HZ // 2) == LagChanged(0.5)
        assert lag.news(0) == LagChanged(0.0)
