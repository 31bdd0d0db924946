"""What is played into the virtual microphone comes out of `asr-app dictate`, through real PortAudio."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.virtual_microphone import VirtualMicrophone

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets" / "samples" / "library.wav"
WAIT_S = 90

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "default" / "config.json").is_file(), reason="no model in models/default"
)


class Dictation:
    """A running `asr-app dictate`, its output line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._notes: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.readers = [
            threading.Thread(target=self._read, args=stream)
            for stream in ((process.stdout, self._lines), (process.stderr, self._notes))
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream: Iterator[str], lines: queue.SimpleQueue[str | None]) -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def wait_until_it_listens(self) -> None:
        said = []
        while (note := self._notes.get(timeout=WAIT_S)) is not None:
            said.append(note)
            if "Listening" in note:
                return
        pytest.fail("asr-app dictate ended: " + " ".join(said))

    def line(self) -> str | None:
        return self._lines.get(timeout=WAIT_S)

    def press_ctrl_c(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def rest(self) -> list[str]:
        lines = []
        while (line := self.line()) is not None:
            lines.append(line)
        return lines


@contextmanager
def dictation() -> Iterator[Dictation]:
    with subprocess.Popen(
        [sys.executable, "-m", "asr_app", "dictate", "--device", "cpu"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        running = Dictation(process)
        try:
            yield running
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()
            for reader in running.readers:
                reader.join()


@pytest.fixture(scope="module")
def transcribed() -> list[str]:
    """The words of the sample according to `asr-app transcribe`."""
    result = subprocess.run(
        [sys.executable, "-m", "asr_app", "transcribe", str(SAMPLE), "--device", "cpu"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return result.stdout.split()


def assert_nearly_the_same(heard: list[str], expected: list[str]) -> None:
    """Compare letters: the sample passes through 48 kHz and back, which turns doubtful words into others.

    Two sentences that have nothing to do with each other differ in more than two thirds of their letters.
    """
    import jiwer

    assert jiwer.cer(" ".join(expected), " ".join(heard)) <= 0.3, (heard, expected)


def test_an_utterance_is_final_soon_after_it_was_spoken(
    vmic: VirtualMicrophone, transcribed: list[str]
) -> None:
    with dictation() as running:
        running.wait_until_it_listens()
        vmic.play(SAMPLE)
        # The microphone goes on giving silence, so the utterance ends by itself.
        line = running.line()
        assert line is not None
        assert_nearly_the_same(line.split(), transcribed)
        running.press_ctrl_c()
        assert running.rest() == []


def test_ctrl_c_at_the_last_word_loses_nothing(vmic: VirtualMicrophone, transcribed: list[str]) -> None:
    with dictation() as running:
        running.wait_until_it_listens()
        vmic.play(SAMPLE)
        running.press_ctrl_c()
        words = " ".join(running.rest()).split()
    assert_nearly_the_same(words, transcribed)
    # Had the tail been cut off, the last words would be others altogether.
    assert_nearly_the_same(words[-3:], transcribed[-3:])
