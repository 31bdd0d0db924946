from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from asr_app.gui.main_window import MainWindow
from asr_app.gui.theme import DARK, LIGHT, Theme, contrast, theme_keeper

TEXT_PAIRS = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "hairline"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "hairline"),
    ("on_accent", "accent"),
    ("on_danger", "danger"),
    ("on_notice", "notice"),
    ("danger", "surface"),
    ("danger", "window"),
]
OUTLINE_PAIRS = [
    ("accent", "window"),
    ("accent", "surface"),
    ("outline", "window"),
    ("outline", "surface"),
    ("level", "hairline"),
    ("level_high", "hairline"),
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_a_contrast_of_four_and_a_half(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), OUTLINE_PAIRS)
def test_outlines_and_focus_have_a_contrast_of_three(theme: Theme, line: str, ground: str) -> None:
    assert contrast(getattr(theme, line), getattr(theme, ground)) >= 3.0


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_theme_follows_the_system(qapp: QApplication) -> None:
    keeper = theme_keeper()
    keeper._follow(Qt.ColorScheme.Dark)
    assert keeper.current is DARK
    assert qapp.palette().color(QPalette.ColorRole.Base).name() == DARK.surface
    keeper._follow(Qt.ColorScheme.Light)
    assert keeper.current is LIGHT


def test_an_open_window_changes_its_pictures_with_the_theme(ready: MainWindow, qtbot: QtBot) -> None:
    keeper = theme_keeper()
    try:
        keeper.apply(DARK)
        inspector = ready.inspector
        assert inspector is not None
        assert inspector.plots.backgroundBrush().color().name() == DARK.surface
    finally:
        keeper.apply(LIGHT)
