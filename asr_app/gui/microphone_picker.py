"""Choosing what is listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_app.audio.devices import InputDevice


class MicrophonePicker(QWidget):
    """A list of the microphones, the system's own choice first, and a button that looks for new ones.

    Signals:
        look_again: The button was pressed.
    """

    look_again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._devices: list[InputDevice | None] = []
        self._wanted: tuple[str, str] | None = None
        label = QLabel(self.tr("&Microphone"))
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Microphone"))
        self.box.setToolTip(self.tr("Which microphone dictation listens to"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setMinimumContentsLength(12)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        label.setBuddy(self.box)
        self.refresh_button = QPushButton(self.tr("Look again"))
        self.refresh_button.setAccessibleName(self.tr("Look for microphones again"))
        self.refresh_button.setToolTip(self.tr("Look for microphones that were connected since (F5)"))
        self.refresh_button.clicked.connect(self.look_again)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.refresh_button, 0, 1)
        grid.addWidget(self.box, 1, 0, 1, 2)
        self.show_searching()

    @property
    def chosen(self) -> InputDevice | None:
        """The device chosen; None for the system's choice."""
        index = self.box.currentIndex()
        return self._devices[index] if 0 <= index < len(self._devices) else None

    @property
    def has_devices(self) -> bool:
        """Whether there is any microphone."""
        return bool(self._devices)

    def show_searching(self) -> None:
        """Say that the list is being made."""
        chosen = self.chosen
        if chosen is not None:
            self._wanted = (chosen.name, chosen.host_api)
        self._fill([self.tr("Looking for microphones …")], [])

    def show_devices(self, devices: Sequence[InputDevice]) -> None:
        """List the devices; what was chosen stays chosen when it is still there."""
        chosen = self.chosen
        wanted = (chosen.name, chosen.host_api) if chosen is not None else self._wanted
        if not devices:
            self._fill([self.tr("No microphone")], [])
            return
        default = next((device for device in devices if device.is_default), None)
        names = [
            self.tr("System's choice ({name})").format(name=default.name)
            if default
            else self.tr("System's choice")
        ]
        names += [f"{device.name} ({device.host_api})" for device in devices]
        self._fill(names, [None, *devices])
        for index, device in enumerate(devices, start=1):
            if (device.name, device.host_api) == wanted:
                self.box.setCurrentIndex(index)

    def set_locked(self, locked: bool) -> None:
        """Forbid changes while the microphone is in use."""
        self.box.setEnabled(not locked and self.has_devices)
        self.refresh_button.setEnabled(not locked)

    def _fill(self, names: list[str], devices: list[InputDevice | None]) -> None:
        self._devices = devices
        self.box.clear()
        self.box.addItems(names)
        for index, name in enumerate(names):
            # The box may be too narrow for it.
            self.box.setItemData(index, name, Qt.ItemDataRole.ToolTipRole)
        self.box.setEnabled(bool(devices))
