"""The line at the bottom: the model, where it runs, what is listened to, and how far behind the text is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

_LAG_WORTH_SAYING_S = 2.0


class StatusLine(QStatusBar):
    """Labels that are always in the same place.

    Attributes:
        model: The model's name or state.
        device: The computing device really in use.
        microphone: The microphone really in use.
        lag: Seconds between the voice and the text.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.model = self._label(self.tr("Model"), self.tr("The speech model, and whether it is loaded"))
        self.device = self._label(self.tr("Computing device"), self.tr("What the model really runs on"))
        self.microphone = self._label(
            self.tr("Microphone in use"), self.tr("The microphone that is really listened to")
        )
        self.lag = self._label(self.tr("Lag"), self.tr("How many seconds the text is behind your voice"))
        self.addWidget(self.model)
        self.addWidget(self.device)
        self.addWidget(self.microphone, 1)
        self.addPermanentWidget(self.lag)
        self.show_loading()

    def show_loading(self) -> None:
        """The model is not there yet."""
        self.model.setText(self.tr("Loading the model …"))
        self.device.setText("")

    def show_model(self, name: str, device_name: str) -> None:
        """The model is loaded."""
        self.model.setText(self.tr("Model: {name}").format(name=name))
        self.device.setText(self.tr("Runs on: {device}").format(device=device_name))

    def show_no_model(self) -> None:
        """Loading failed."""
        self.model.setText(self.tr("No model loaded"))
        self.device.setText("")

    def show_microphone(self, name: str) -> None:
        """What is listened to; empty for nothing."""
        self.microphone.setText(self.tr("Listening to: {name}").format(name=name) if name else "")

    def show_lag(self, lag_s: float | None) -> None:
        """How far behind; None while nothing runs."""
        if lag_s is None:
            self.lag.setText("")
            return
        text = self.tr("Lag: {lag} s").format(lag=f"{lag_s:.1f}")
        if lag_s >= _LAG_WORTH_SAYING_S:
            text += ": " + self.tr("this computer is slower than you speak; nothing is lost")
        self.lag.setText(text)

    def _label(self, name: str, explanation: str) -> QLabel:
        label = QLabel()
        label.setAccessibleName(name)
        label.setToolTip(explanation)
        label.setContentsMargins(8, 2, 8, 2)
        return label
