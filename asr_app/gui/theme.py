"""Colours and shapes, light and dark, chosen by the system's colour scheme.

Every pair of text and background keeps a contrast of 4.5:1 (WCAG 2.2, success criterion 1.4.3) and every
outline that shows where the focus is one of 3:1 (1.4.11); a test holds both.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Theme:
    """One set of colours, as `#rrggbb`.

    Attributes:
        dark: Whether it is the dark one.
        window: Behind everything.
        surface: Behind texts, lists and pictures.
        text: On both.
        muted: Less important text, on both.
        outline: Edges of controls.
        hairline: Edges of areas, without meaning of their own.
        accent: The main control, focus, selection, progress.
        on_accent: Text on it.
        danger: The main control while it records, and errors' edge.
        on_danger: Text on it.
        notice: Behind messages.
        on_notice: Their text.
        level: The level meter's bar.
        level_high: Its bar where the sound is too loud.
    """

    dark: bool
    window: str
    surface: str
    text: str
    muted: str
    outline: str
    hairline: str
    accent: str
    on_accent: str
    danger: str
    on_danger: str
    notice: str
    on_notice: str
    level: str
    level_high: str


LIGHT = Theme(
    dark=False,
    window="#f4f5f7",
    surface="#ffffff",
    text="#1a1c20",
    muted="#565d69",
    outline="#7d8592",
    hairline="#d9dce2",
    accent="#1f5fbf",
    on_accent="#ffffff",
    danger="#b3261e",
    on_danger="#ffffff",
    notice="#fdecea",
    on_notice="#5c1510",
    level="#1d7f4a",
    level_high="#b3261e",
)
DARK = Theme(
    dark=True,
    window="#1c1e22",
    surface="#25282d",
    text="#e8eaed",
    muted="#a8afba",
    outline="#7f8793",
    hairline="#393d45",
    accent="#8ab4f8",
    on_accent="#0f1726",
    danger="#f28b82",
    on_danger="#2b0a08",
    notice="#43211f",
    on_notice="#fbd9d6",
    level="#5bc98c",
    level_high="#f28b82",
)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    parsed = QColor(colour)
    return 0.2126 * linear(parsed.redF()) + 0.7152 * linear(parsed.greenF()) + 0.0722 * linear(parsed.blueF())


class ThemeKeeper(QObject):
    """Applies the theme that fits the system, and follows when the system changes.

    Signals:
        changed: Carries the theme now in force.
    """

    changed = Signal(object)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        hints = application.styleHints()
        # Where the system names no scheme, its palette still tells.
        self._unnamed_is_dark = application.palette().window().color().lightness() < 128
        self.current = LIGHT
        application.setStyle("Fusion")
        hints.colorSchemeChanged.connect(self._follow)
        self._follow(hints.colorScheme())

    def apply(self, theme: Theme) -> None:
        """Put a theme into force."""
        self.current = theme
        self._application.setPalette(palette_of(theme))
        self._application.setStyleSheet(style_sheet_of(theme))
        self.changed.emit(theme)

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        dark = scheme == Qt.ColorScheme.Dark or (scheme == Qt.ColorScheme.Unknown and self._unnamed_is_dark)
        self.apply(DARK if dark else LIGHT)


def theme_keeper() -> ThemeKeeper:
    """The keeper of the running application, made when first asked for."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("a QApplication must exist first")
    keeper = application.findChild(ThemeKeeper)
    return keeper if keeper is not None else ThemeKeeper(application)


def palette_of(theme: Theme) -> QPalette:
    """The Qt palette of a theme."""
    palette = QPalette()
    role = QPalette.ColorRole
    for target, colour in {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.text,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.Mid: theme.outline,
    }.items():
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.muted))
    return palette


def style_sheet_of(theme: Theme) -> str:
    """Shapes, edges and focus; lengths are in device-independent pixels, fonts stay the system's."""
    return f"""
    QPushButton, QToolButton {{
        background: {theme.surface}; color: {theme.text};
        border: 1px solid {theme.outline}; border-radius: 6px; padding: 5px 12px;
    }}
    QPushButton:hover, QToolButton:hover {{ border-color: {theme.accent}; }}
    QPushButton:pressed, QToolButton:pressed, QToolButton:checked {{ background: {theme.hairline}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {theme.muted}; border-color: {theme.hairline}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {theme.accent}; padding: 4px 11px; }}
    QTextEdit, QListView, QGraphicsView {{
        background: {theme.surface}; border: 1px solid {theme.hairline}; border-radius: 6px;
    }}
    QTextEdit:focus, QListView:focus, QGraphicsView:focus {{ border: 2px solid {theme.accent}; }}
    QTabWidget::pane {{ border: 0; top: 4px; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab {{
        color: {theme.muted}; border: 2px solid transparent; border-radius: 6px;
        min-height: 19px; padding: 3px 12px; margin-right: 2px;
    }}
    QTabBar::tab:selected {{ color: {theme.text}; background: {theme.hairline}; }}
    QTabBar::tab:selected:focus {{ border-color: {theme.accent}; }}
    QTabBar QToolButton {{ background: transparent; border: 1px solid transparent; padding: 0; }}
    QTabBar QToolButton:hover {{ border-color: {theme.outline}; }}
    QTabBar QToolButton:focus {{ border: 2px solid {theme.accent}; padding: 0; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {theme.hairline}; }}
    QStatusBar {{ color: {theme.muted}; border-top: 1px solid {theme.hairline}; }}
    QStatusBar::item {{ border: 0; }}
    QToolTip {{
        color: {theme.text}; background: {theme.surface}; border: 1px solid {theme.outline}; padding: 4px;
    }}
    QLabel[muted="true"] {{ color: {theme.muted}; }}
    QFrame#messageArea {{
        background: {theme.notice}; border: 1px solid {theme.danger}; border-radius: 6px;
    }}
    QFrame#messageArea QLabel {{ color: {theme.on_notice}; }}
    """
