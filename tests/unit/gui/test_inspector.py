from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from asr_app.gui.inspector.inspector import Inspector
from asr_app.gui.inspector.live_arrays import LONGEST_S, LiveArrays
from asr_app.gui.inspector.token_rows import attention_picture, ctc_picture, uncrowded
from tests.unit.gui.fakes import arrays


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    inspector = Inspector()
    qtbot.addWidget(inspector)
    inspector.resize(900, 500)
    with qtbot.waitExposed(inspector):
        inspector.show()
    return inspector


class TestTokenRows:
    def test_ctc_keeps_the_tokens_said_in_the_order_in_which_they_were_said(self) -> None:
        said = arrays()
        picture = ctc_picture(said.ctc_posteriors, said.ctc_labels)
        assert picture.labels == ("▁a", "b", "▁c")
        assert picture.values.shape == (25, 3)
        assert [(peak.frame, peak.row, peak.label) for peak in picture.peaks] == [
            (5, 0, "▁a"),
            (12, 1, "b"),
            (20, 2, "▁c"),
        ]

    def test_ctc_of_silence_has_no_rows(self) -> None:
        silence = np.zeros((10, 5), np.float32)
        silence[:, 4] = 1
        picture = ctc_picture(silence, ("a", "b", "c", "d", "<blank>"))
        assert picture.values.shape == (10, 0)
        assert picture.peaks == ()

    def test_a_token_said_twice_has_one_row_and_two_names(self) -> None:
        posteriors = np.full((6, 2), 0.05, np.float32)
        posteriors[[1, 4], 0] = 0.9
        posteriors[[0, 2, 3, 5], 1] = 0.9
        picture = ctc_picture(posteriors, ("a", "<blank>"))
        assert [peak.frame for peak in picture.peaks] == [1, 4]
        assert picture.values.shape == (6, 1)

    def test_only_the_likeliest_tokens_stay_when_there_are_too_many(self) -> None:
        posteriors = np.eye(6, dtype=np.float32) * np.linspace(0.2, 0.9, 6, dtype=np.float32)
        picture = ctc_picture(posteriors, tuple("abcde_"), max_rows=2)
        assert picture.labels == ("d", "e")

    def test_attention_is_named_where_each_step_looked(self) -> None:
        said = arrays()
        assert said.attention is not None
        picture = attention_picture(said.attention, said.attention_labels)
        assert picture.values.shape == (25, 3)
        assert [(peak.frame, peak.row) for peak in picture.peaks] == [(5, 0), (12, 1), (20, 2)]

    def test_names_that_would_touch_are_left_out(self) -> None:
        assert uncrowded([0, 5, 30, 31], [20, 20, 20, 20]) == [True, False, True, False]


class TestLiveArrays:
    def test_chunks_are_put_together(self) -> None:
        live = LiveArrays()
        live.add(arrays(1.0, 10))
        whole = live.add(arrays(1.4, 5))
        assert whole.start_s == 1.0
        assert whole.ctc_posteriors.shape == (15, 5)
        assert whole.log_mel.shape == (60, 80)
        assert whole.attention is None

    def test_the_oldest_leave_when_it_grows_too_long(self) -> None:
        live = LiveArrays()
        for chunk in range(4):
            whole = live.add(arrays(chunk * 10.0, 250))
        assert len(whole.ctc_posteriors) * whole.ctc_frame_s == pytest.approx(LONGEST_S)
        assert len(whole.log_mel) * whole.log_mel_frame_s == pytest.approx(LONGEST_S)
        assert whole.start_s == pytest.approx(10.0)


class TestPictures:
    def test_all_three_share_one_time_axis(self, inspector: Inspector) -> None:
        inspector.show_arrays(arrays(3.0))
        log_mel, ctc, attention = inspector.panes
        assert inspector.visible_range_s() == pytest.approx((3.0, 4.0))
        log_mel.plot.setXRange(3.2, 3.6, padding=0)
        for pane in (ctc, attention):
            assert tuple(pane.plot.getViewBox().viewRange()[0]) == pytest.approx((3.2, 3.6))
        left_edges = {round(pane.plot.getViewBox().sceneBoundingRect().left()) for pane in inspector.panes}
        assert len(left_edges) == 1

    def test_without_attention_the_other_two_take_its_room(self, inspector: Inspector, qtbot: QtBot) -> None:
        inspector.show_arrays(arrays())
        qtbot.waitUntil(lambda: inspector.panes[2].plot.isVisible())
        inspector.show_arrays(arrays(attention=False))
        assert not inspector.panes[2].plot.isVisible()
        qtbot.waitUntil(
            lambda: inspector.panes[1].plot.sceneBoundingRect().bottom() > 0.9 * inspector.plots.height()
        )
        inspector.show_arrays(arrays())
        assert inspector.panes[2].plot.isVisible()

    def test_one_cannot_leave_the_utterance(self, inspector: Inspector) -> None:
        inspector.show_arrays(arrays(3.0))
        inspector.panes[0].plot.setXRange(0.0, 60.0, padding=0)
        left, right = inspector.visible_range_s()
        assert left >= 3.0
        assert right <= 4.0

    def test_an_utterance_too_short_for_a_frame_is_drawn_empty(self, inspector: Inspector) -> None:
        inspector.show_arrays(arrays(0.0, 0, attention=False))
        for pane in inspector.panes[:2]:
            assert pane.cell_at(0.0, 0.0) is None


class TestCrosshair:
    def test_reads_frequency_and_power(self, inspector: Inspector) -> None:
        shown = arrays(2.0)
        inspector.show_arrays(shown)
        inspector.crosshair.move_to((0, 10, 40))
        hz, value = round(float(shown.mel_centres_hz[40])), shown.log_mel[10, 40]
        assert inspector.readout.text() == f"2.10 s · {hz} Hz · log power {value:.1f}"

    def test_reads_token_and_probability(self, inspector: Inspector) -> None:
        inspector.show_arrays(arrays())
        inspector.crosshair.move_to((1, 12, 1))
        assert inspector.readout.text() == "0.50 s · token “b” · 0.92"

    def test_keys_move_it_through_all_pictures(self, inspector: Inspector, qtbot: QtBot) -> None:
        inspector.show_arrays(arrays())
        keys, plots = Qt.Key, inspector.plots
        QTest.keyClick(plots, keys.Key_Right)
        assert inspector.crosshair.place == (0, 1, 0)
        QTest.keyClick(plots, keys.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert inspector.crosshair.place == (0, 11, 0)
        QTest.keyClick(plots, keys.Key_Up)
        assert inspector.crosshair.place == (0, 11, 1)
        QTest.keyClick(plots, keys.Key_PageDown)
        assert inspector.crosshair.place is not None
        assert inspector.crosshair.place[:2] == (1, 2)
        QTest.keyClick(plots, keys.Key_PageDown)
        assert inspector.crosshair.place is not None
        assert inspector.crosshair.place[0] == 2

    def test_keys_zoom_around_it_and_back(self, inspector: Inspector, qtbot: QtBot) -> None:
        inspector.show_arrays(arrays())
        inspector.crosshair.move_to((1, 20, 2))
        QTest.keyClick(inspector.plots, Qt.Key.Key_Plus)
        left, right = inspector.visible_range_s()
        assert right - left == pytest.approx(0.5, abs=0.01)
        assert left < 0.82 < right
        QTest.keyClick(inspector.plots, Qt.Key.Key_Home)
        assert inspector.visible_range_s() == pytest.approx((0.0, 1.0))

    def test_keys_without_pictures_do_nothing(self, inspector: Inspector, qtbot: QtBot) -> None:
        for key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Plus, Qt.Key.Key_Home):
            QTest.keyClick(inspector.plots, key)
        assert inspector.readout.text() == ""

    def test_follows_the_mouse(self, inspector: Inspector, qtbot: QtBot) -> None:
        inspector.show_arrays(arrays())
        view = inspector.panes[1].plot.getViewBox()
        qtbot.waitUntil(lambda: view.sceneBoundingRect().height() > 20)
        place = view.sceneBoundingRect().center()
        inspector.plots.scene().sigMouseMoved.emit(place)
        assert inspector.readout.text().startswith("0.5")
        assert "token" in inspector.readout.text()

    def test_is_gone_with_the_next_utterance(self, inspector: Inspector) -> None:
        inspector.show_arrays(arrays())
        inspector.crosshair.move_to((1, 20, 2))
        inspector.show_arrays(arrays(0.0, 10))
        assert inspector.crosshair.place is None
        assert inspector.readout.text() == ""
