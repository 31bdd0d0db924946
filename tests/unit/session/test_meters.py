from __future__ import annotations

import numpy as np
import pytest

from asr_app.session.meters import SILENCE_DB, LagMeter, level_db


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


class TestLag:
    def setup_method(self) -> None:
        self.now_s = 100.0
        self.lag = LagMeter(lambda: self.now_s)

    def test_who_keeps_up_has_none(self) -> None:
        for _ in range(10):
            self.now_s += 1
            self.lag.worked(1.0)
            assert self.lag.news() is None

    def test_work_that_takes_longer_than_its_sound_is_lag(self) -> None:
        self.now_s += 3
        self.lag.worked(1.0)
        assert self.lag.news() == 2.0
        assert self.lag.news() is None  # no news

    def test_it_falls_while_work_is_faster_than_sound(self) -> None:
        self.now_s += 3
        self.lag.worked(1.0)
        assert self.lag.news() == 2.0
        self.now_s += 0.5
        self.lag.worked(2.0)
        assert self.lag.news() == 0.5

    def test_having_to_wait_for_sound_ends_it_whatever_the_clocks_say(self) -> None:
        self.now_s += 3
        self.lag.worked(1.0)
        assert self.lag.news() == 2.0
        self.lag.caught_up()
        assert self.lag.news() == 0.0
