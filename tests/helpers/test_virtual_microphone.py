"""What is played into the virtual microphone arrives through real PortAudio."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.virtual_microphone import VirtualMicrophone


def test_speech_played_into_the_microphone_is_recorded(vmic: VirtualMicrophone, speech_wav: Path) -> None:
    import sounddevice

    blocks: queue.Queue[bytes] = queue.Queue()

    def keep(data: Any, _frames: int, _time: object, _status: object) -> None:
        blocks.put(bytes(data))

    with sounddevice.RawInputStream(16_000, device="pulse", channels=1, dtype="int16", callback=keep):
        # The first block has arrived: from here on nothing of the sentence can be missed.
        quiet = np.frombuffer(blocks.get(timeout=10), np.int16)
        assert np.abs(quiet).max() == 0
        vmic.play(speech_wav)
    heard = np.concatenate([np.frombuffer(block, np.int16) for block in list(blocks.queue)])
    assert np.count_nonzero(np.abs(heard.astype(np.int32)) > 1000) > 2_000


def test_the_only_devices_are_those_of_the_virtual_microphone(vmic: VirtualMicrophone) -> None:
    import sounddevice

    inputs = [d["name"] for d in sounddevice.query_devices() if d["max_input_channels"] > 0]
    assert sorted(inputs) == ["default", "pulse"]
    assert threading.active_count() == 1
