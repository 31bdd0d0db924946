"""Recording from a microphone without losing a sample."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from asr_app.audio.channels import ChannelPicker
from asr_app.audio.devices import (
    InputDevice,
    find_input_device,
    load_sounddevice,
    opening_stream,
    stream_closed,
)
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MicrophoneError

Samples = NDArray[np.float32]

_SILENT_DEVICE_S = 5.0
"""A device that gives no block for so long is taken for gone; some need seconds for their first one."""

_POLL_S = 0.25
_CLOSE_S = 3.0


class Microphone:
    """A microphone as a stream of 16 kHz mono blocks.

    PortAudio's callback copies each block into a queue and counts overflows; everything else, resampling
    included, happens in `read`, on the reader's thread. The queue has no limit: when the reader is slow,
    blocks wait. Where the device has several channels, the ones with the voice are taken (`ChannelPicker`).

    `start`, `read` and `stop` belong to one thread. Usable as a context manager, which starts and stops it.

    Attributes:
        device: What is recorded from.
        first_block: Set when the first block has arrived: from then on nothing that is said gets lost.
        overflow_count: How often the sound system reported that samples were lost before they reached us.
        sample_rate_hz: Of what the device gives; 0 before `start`.
        channels: Of what the device gives; 0 before `start`.
    """

    def __init__(self, device: InputDevice | None = None, block_ms: int = 32) -> None:
        self.device = device if device is not None else find_input_device(None)
        self.first_block = threading.Event()
        self.overflow_count = 0
        self.sample_rate_hz = 0
        self.channels = 0
        self._block_ms = block_ms
        self._queue: SimpleQueue[Samples | None] = SimpleQueue()  # None: the stream has finished
        self._stream: Any = None
        self._picker: ChannelPicker | None = None
        self._stopped = False
        self._drained = False
        self._last_block_s = 0.0

    def start(self) -> None:
        """Begin to record.

        Raises:
            MicrophoneError: The device is gone, in use, forbidden, or offers no usable format.
        """
        if self._stream is not None or self._stopped:
            raise RuntimeError("a Microphone can be started once")
        sounddevice = load_sounddevice()
        with opening_stream():
            rate_hz, channels = _choose_format(sounddevice, self.device)
            try:
                stream = sounddevice.InputStream(
                    device=self.device.index,
                    samplerate=rate_hz,
                    channels=channels,
                    dtype="float32",
                    blocksize=rate_hz * self._block_ms // 1000,
                    callback=self._make_callback(),
                    finished_callback=lambda: self._queue.put(None),
                )
            except sounddevice.PortAudioError as error:
                raise _cannot_open(self.device, error) from error
            self._stream = stream
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            self._close_stream()
            raise _cannot_open(self.device, error) from error
        self.sample_rate_hz, self.channels = rate_hz, channels
        self._picker = ChannelPicker(rate_hz, channels)
        self._last_block_s = time.monotonic()

    @property
    def format_name(self) -> str:
        """How the device is reached and what it gives, for people; empty before `start`."""
        if not self.channels:
            return ""
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.device.host_api}, {self.sample_rate_hz} Hz, {channels}"

    @property
    def chosen_channels(self) -> tuple[int, ...]:
        """Numbers, from 0, of the channels that the voice is taken from."""
        return () if self._picker is None else self._picker.chosen

    def read(self, timeout_s: float) -> Samples | None:
        """Give the next block, float32 `(n,)` at 16 kHz, waiting for it at most `timeout_s`.

        Returns:
            The block; None when none came in time, or, after `stop`, when everything captured has been given.

        Raises:
            MicrophoneError: The device has stopped giving sound. What it had given before has been read by
                then.
        """
        if self._picker is None:
            raise RuntimeError("the Microphone has not been started")
        deadline_s = time.monotonic() + timeout_s
        while not self._drained:
            remaining_s = deadline_s - time.monotonic()
            try:
                captured = self._queue.get(timeout=min(max(remaining_s, 0.0), _POLL_S))
            except Empty:
                self._check_alive()
                if remaining_s <= 0:
                    return None
                continue
            if captured is None:
                return self._finish()
            self._last_block_s = time.monotonic()
            block = self._picker.push(captured)
            if len(block):
                return block
        return None

    def stop(self) -> None:
        """End the recording; what was captured until now can still be read. Does nothing the second time."""
        if self._stopped:
            return
        self._stopped = True
        self._close_stream()
        self._queue.put(None)  # in case the device went without PortAudio noticing

    def __enter__(self) -> Self:
        """Start recording."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop recording."""
        self.stop()

    def _make_callback(self) -> Callable[..., None]:
        put, first_block = self._queue.put, self.first_block

        def callback(block: Samples, _frames: int, _time: object, status: Any) -> None:
            put(block.copy())
            if status.input_overflow:
                self.overflow_count += 1
            if not first_block.is_set():
                first_block.set()

        return callback

    def _finish(self) -> Samples | None:
        """Give what the resampler still holds, or report that the stream ended by itself."""
        if not self._stopped:
            self._queue.put(None)  # so that the next read reports it as well
            raise _device_lost(self.device)
        self._drained = True
        rest = self._picker.finish() if self._picker is not None else None
        return rest if rest is not None and len(rest) else None

    def _check_alive(self) -> None:
        if self._stopped or self._stream is None:
            return
        silent_s = time.monotonic() - self._last_block_s
        if not self._stream.active or silent_s > _SILENT_DEVICE_S * (1 if self.first_block.is_set() else 2):
            raise _device_lost(self.device)

    def _close_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return

        def close() -> None:
            # Errors are ignored: a device that has gone cannot be stopped, and what it gave is in the queue.
            stream.stop(ignore_errors=True)  # returns after the last callback
            stream.close(ignore_errors=True)
            stream_closed()

        # A frozen sound server never answers; the caller is not made to wait for it.
        closer = threading.Thread(target=close, name="microphone-close", daemon=True)
        closer.start()
        closer.join(_CLOSE_S)


def _choose_format(sounddevice: Any, device: InputDevice) -> tuple[int, int]:
    """Find a rate and channel count that the device accepts: 16 kHz if it can be, otherwise its own.

    Two channels go before one: a system that has to make one of two takes the first or the mean, and the
    voice may be on the second.
    """
    problem: Exception | None = None
    for rate_hz in dict.fromkeys((SAMPLE_RATE_HZ, device.sample_rate_hz)):
        for channels in dict.fromkeys((min(2, device.channels), 1, device.channels)):
            try:
                sounddevice.check_input_settings(device.index, channels, "float32", None, rate_hz)
            except (sounddevice.PortAudioError, ValueError) as error:
                problem = error
            else:
                return rate_hz, channels
    raise _cannot_open(device, problem)


def _cannot_open(device: InputDevice, error: Exception | None) -> MicrophoneError:
    return MicrophoneError(
        f"The microphone “{device.name}” cannot be opened ({error}).",
        "Check that it is connected, that no other program holds it and that this program may use it.",
    )


def _device_lost(device: InputDevice) -> MicrophoneError:
    return MicrophoneError(
        f"The microphone “{device.name}” has stopped giving sound.",
        "Check that it is still connected, then start again or choose another one.",
    )
