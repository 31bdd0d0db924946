"""What the computer plays, as a source of sound: captions for a lecture or a call.

PulseAudio and PipeWire offer for every output a monitor, which gives what is played there. PortAudio does not
list monitors, so they are asked for with the sound server's own programs: `pactl` lists them, `parec` records
(both are in the package pulseaudio-utils and serve PipeWire too). Windows and macOS offer nothing of the kind
to PortAudio.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MicrophoneError

Samples = NDArray[np.float32]

_PATIENCE_S = 5.0
_SILENT_S = 5.0
"""The sound server gives silence while nothing plays; giving nothing at all means it has gone."""

_BLOCK_SAMPLES = 512
_SUFFIX = ".monitor"


@dataclass(frozen=True)
class Monitor:
    """What one output plays.

    Attributes:
        name: For people: that of the output.
        source: The sound server's name of it.
        is_default: Whether it is the output that sound goes to unless told otherwise.
        host_api: Through what it is reached.
    """

    name: str
    source: str
    is_default: bool = False
    host_api: str = "PulseAudio or PipeWire"


def list_monitors() -> list[Monitor]:
    """Give the monitors of all outputs, in the sound server's order.

    Raises:
        MicrophoneError: There is no such sound server, or it cannot be asked.
    """
    default = _pactl("info").get("default_sink_name", "")
    return [
        Monitor(
            name=_describe(source),
            source=str(source["name"]),
            is_default=source["name"] == f"{default}{_SUFFIX}",
        )
        for source in _pactl("list", "sources")
        if str(source.get("name", "")).endswith(_SUFFIX)
    ]


def find_monitor(name: str | None = None) -> Monitor:
    """Find the monitor of an output by its name, or a part of it; None: of the output in use.

    Raises:
        MicrophoneError: There is none.
    """
    monitors = list_monitors()
    if name is None:
        found = [monitor for monitor in monitors if monitor.is_default] or monitors[:1]
    else:
        wanted = name.strip().casefold()
        found = [m for m in monitors if wanted in (m.name.casefold(), m.source.casefold())] or [
            m for m in monitors if wanted and (wanted in m.name.casefold() or wanted in m.source.casefold())
        ]
    if found:
        return found[0]
    if not monitors:
        raise MicrophoneError("No output plays anything here.", "Connect loudspeakers or headphones.")
    names = ", ".join(f"“{monitor.name}”" for monitor in monitors)
    raise MicrophoneError(f"There is no output {name!r}.", f"These were found: {names}.")


class SystemAudio:
    """What an output plays, as a stream of 16 kHz mono blocks; used like a `Microphone`.

    The sound server mixes and resamples; a thread reads what `parec` writes, so that nothing is lost when the
    reader is slow.

    Attributes:
        device: What is recorded.
    """

    def __init__(self, monitor: Monitor | None = None) -> None:
        """Record this monitor; None: that of the output in use."""
        self.device = monitor if monitor is not None else find_monitor()
        self._recorder: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._queue: SimpleQueue[Samples | None] = SimpleQueue()  # None: it has ended
        self._stopped = False
        self._drained = False
        self._last_block_s = 0.0

    @property
    def format_name(self) -> str:
        """How it is reached, for people."""
        return f"{self.device.host_api}, {SAMPLE_RATE_HZ} Hz, mono"

    def start(self) -> None:
        """Begin to record.

        Raises:
            MicrophoneError: The recording program cannot be started.
        """
        if self._recorder is not None or self._stopped:
            raise RuntimeError("a SystemAudio can be started once")
        _require("parec")
        options = ("--raw", "--format=float32le", f"--rate={SAMPLE_RATE_HZ}", "--channels=1")
        try:
            self._recorder = subprocess.Popen(
                ["parec", f"--device={self.device.source}", *options, "--latency-msec=32"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise MicrophoneError(
                f"What the computer plays cannot be recorded ({error.strerror}).",
                "Try “parec” in a terminal.",
            ) from error
        assert self._recorder.stdout is not None
        self._last_block_s = time.monotonic()
        self._reader = threading.Thread(
            target=self._read, args=[self._recorder.stdout], name="system audio", daemon=True
        )
        self._reader.start()

    def read(self, timeout_s: float) -> Samples | None:
        """Give the next block, float32 (n,) at 16 kHz; see `Microphone.read`.

        Raises:
            MicrophoneError: The sound server has gone; what it gave before has been read by then.
        """
        if self._recorder is None:
            raise RuntimeError("the SystemAudio has not been started")
        if self._drained:
            return None
        try:
            block = self._queue.get(timeout=timeout_s)
        except Empty:
            if not self._stopped and time.monotonic() - self._last_block_s > _SILENT_S:
                raise self._gone() from None
            return None
        if block is None:
            if not self._stopped:
                self._queue.put(None)  # so that the next read reports it as well
                raise self._gone()
            self._drained = True
            return None
        self._last_block_s = time.monotonic()
        return block

    def stop(self) -> None:
        """End the recording; what was captured can still be read. Does nothing the second time."""
        if self._stopped:
            return
        self._stopped = True
        if self._recorder is None:
            return
        self._recorder.terminate()
        try:
            self._recorder.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._recorder.kill()
            self._recorder.wait()
        assert self._reader is not None
        self._reader.join(_PATIENCE_S)

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while data := stream.read(4 * _BLOCK_SAMPLES):
                self._queue.put(np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4").astype(np.float32))
        self._queue.put(None)

    def _gone(self) -> MicrophoneError:
        return MicrophoneError(
            f"What “{self.device.name}” plays is not to be heard any more.",
            "Check that the output is still there and the sound server runs, then start again.",
        )


def _describe(source: dict[str, Any]) -> str:
    """The output's own name, where the sound server tells it."""
    properties = source.get("properties", {})
    described = str(source.get("description") or properties.get("device.description") or source["name"])
    return described.removeprefix("Monitor of ").strip() or str(source["name"])


def _pactl(*command: str) -> Any:
    _require("pactl")
    try:
        answer = subprocess.run(
            ["pactl", "--format=json", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        return json.loads(answer.stdout.decode("utf-8", "replace"))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise MicrophoneError(
            "The sound server does not say what it plays.",
            "Check that PulseAudio, or PipeWire with its PulseAudio service, is running.",
        ) from error


def _require(program: str) -> None:
    if sys.platform in ("win32", "darwin"):
        raise MicrophoneError(
            "What this computer plays cannot be listened to on this system.",
            "A virtual sound device that returns what is played appears among the microphones.",
        )
    if shutil.which(program) is None:
        raise MicrophoneError(
            f"What this computer plays cannot be listened to, because the program “{program}” is missing.",
            "Install it (on Debian and Ubuntu the package pulseaudio-utils).",
        )
