"""The crosshair over the panes: follows the mouse or the keys and says what lies below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from asr_app.gui.inspector.pane import Pane

_FAR = 10


class Crosshair(QObject):
    """One place in one of the panes; the other panes mark the same time.

    Attributes:
        place: Index of the pane, frame and row; None for nowhere.

    Signals:
        moved: Carries the words for the readout; empty for nowhere.
    """

    moved = Signal(str)

    def __init__(
        self,
        plots: Any,
        panes: Sequence[Pane],
        zoom: Callable[[float], None],
        whole: Callable[[], None],
    ) -> None:
        super().__init__(plots)
        self._panes = panes
        self._zoom = zoom
        self._whole = whole
        self.place: tuple[int, int, int] | None = None
        plots.scene().sigMouseMoved.connect(self._follow_mouse)
        plots.installEventFilter(self)

    @property
    def time_s(self) -> float | None:
        """The time it marks."""
        if self.place is None:
            return None
        pane = self._panes[self.place[0]]
        return pane.start_s + (self.place[1] + 0.5) * pane.frame_s

    def move_to(self, place: tuple[int, int, int] | None) -> None:
        """Go to a pane's frame and row, or nowhere."""
        self.place = place
        time_s = self.time_s
        for index, pane in enumerate(self._panes):
            pane.show_crosshair(time_s, place[2] if place is not None and place[0] == index else None)
        if place is None or time_s is None:
            self.moved.emit("")
            return
        what = self._panes[place[0]].value_text(place[1], place[2])
        self.moved.emit(self.tr("{time} s · {what}").format(time=f"{time_s:.2f}", what=what))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the panes."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _follow_mouse(self, position: QPointF) -> None:
        for index, pane in enumerate(self._panes):
            view = pane.plot.getViewBox()
            if pane.plot.isVisible() and view.sceneBoundingRect().contains(position):
                point = view.mapSceneToView(position)
                cell = pane.cell_at(point.x(), point.y())
                self.move_to(None if cell is None else (index, *cell))
                return
        self.move_to(None)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key
        far = _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        up = 1 if self.place is None or self.place[0] == 0 else -1  # log-mel's rows count upwards
        commands: dict[Qt.Key, Callable[[], None]] = {
            key.Key_Left: lambda: self._step(-far, 0),
            key.Key_Right: lambda: self._step(far, 0),
            key.Key_Up: lambda: self._step(0, up),
            key.Key_Down: lambda: self._step(0, -up),
            key.Key_PageUp: lambda: self._change_pane(-1),
            key.Key_PageDown: lambda: self._change_pane(1),
            key.Key_Plus: lambda: self._zoom(0.5),
            key.Key_Equal: lambda: self._zoom(0.5),
            key.Key_Minus: lambda: self._zoom(2.0),
            key.Key_Home: self._whole,
        }
        try:
            command = commands.get(Qt.Key(event.key()))
        except ValueError:  # a key that Qt knows no name for
            return False
        if command is None:
            return False
        command()
        return True

    def _step(self, frames: int, rows: int) -> None:
        index, frame, row = self.place or (0, 0, 0)
        values = self._panes[index].values
        if values is None or not values.size:
            return
        last_frame, last_row = values.shape[0] - 1, values.shape[1] - 1
        self.move_to((index, min(max(frame + frames, 0), last_frame), min(max(row + rows, 0), last_row)))

    def _change_pane(self, step: int) -> None:
        index, frame, _ = self.place or (0, 0, 0)
        if not 0 <= index + step < len(self._panes):
            return
        here, there = self._panes[index], self._panes[index + step]
        if there.values is None or not there.values.size:
            return
        time_s = here.start_s + (frame + 0.5) * here.frame_s
        column = min(max(int((time_s - there.start_s) / there.frame_s), 0), len(there.values) - 1)
        self.move_to((index + step, column, int(there.values[column].argmax())))
