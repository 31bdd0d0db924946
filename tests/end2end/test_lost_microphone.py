"""The sound server goes and comes back in the middle of a sentence, through real PortAudio."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pytest
from numpy.typing import NDArray

from asr_app.audio import devices
from asr_app.audio.devices import DeviceName
from asr_app.audio.media import load_samples
from asr_app.session.dictation import (
    DictationSession,
    Notice,
    SessionEvent,
    SessionState,
    SourceOpened,
    StateChanged,
    Topic,
)
from asr_app.session.folder import Status
from asr_app.session.microphones import Microphones
from asr_app.session.store import JournalStore
from asr_app.transcription.events import FinalResult
from asr_app.transcription.recognizer import Recognizer
from tests.helpers import virtual_microphone
from tests.helpers.virtual_microphone import VirtualMicrophone
from tests.unit.transcription.builders import SAMPLES, talkative_bundle

WAIT_S = 60

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class SoundServer:
    """A sound server of its own, with a microphone, that can be killed, frozen and started again."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        run = folder / "run"
        run.mkdir(mode=0o700)
        environment = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"}
        self._environment = {**environment, "HOME": str(folder), "XDG_RUNTIME_DIR": str(run)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                *("pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "--disable-shm=yes"),
                *("--realtime=no", "--high-priority=no"),
                f"--load=module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
                "--load=module-null-sink sink_name=vmic",
            ],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline_s = time.monotonic() + WAIT_S
        while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                pytest.fail("the sound server did not start")
        subprocess.run(["pactl", "set-default-source", "vmic.monitor"], check=True)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    if not virtual_microphone.is_running() or shutil.which("pulseaudio") is None:
        pytest.skip("no virtual microphone: run the tests with ./dev test")
    server = SoundServer(tmp_path)
    monkeypatch.setenv("PULSE_SERVER", f"unix:{server.socket}")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny", decoder=False), "cpu")


class Dictation:
    """A session with a journal, and all its events."""

    def __init__(self, recognizer: Recognizer, store: JournalStore, microphones: Microphones) -> None:
        self.events: list[SessionEvent] = []
        self._queue: SimpleQueue[SessionEvent] = SimpleQueue()
        self.session = DictationSession(
            lambda: recognizer, microphones, on_event=self._queue.put, journal=store.create
        )
        self.session.start()

    def wait_for(self, wanted: Callable[[SessionEvent], bool]) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while True:
            try:
                event = self._queue.get(timeout=max(0.1, deadline_s - time.monotonic()))
            except Empty:
                notices = [event for event in self.events if isinstance(event, Notice)]
                pytest.fail(f"it did not happen; states {self.states}, notices {notices}")
            self.events.append(event)
            if wanted(event):
                return

    def wait_for_state(self, state: SessionState) -> None:
        self.wait_for(lambda event: event == StateChanged(state))

    @property
    def states(self) -> list[SessionState]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]

    @property
    def sentences(self) -> list[str]:
        return [
            event.message
            for event in self.events
            if isinstance(event, Notice) and event.topic is Topic.MICROPHONE
        ]


@pytest.fixture
def dictate(recognizer: Recognizer, tmp_path: Path) -> Iterator[Callable[[Microphones], Dictation]]:
    begun: list[Dictation] = []

    def begin(microphones: Microphones) -> Dictation:
        begun.append(Dictation(recognizer, JournalStore(tmp_path / "sessions"), microphones))
        return begun[-1]

    yield begin
    for dictation in begun:
        dictation.session.close()
    for thread in threading.enumerate():
        if thread.name == "microphone-close":
            thread.join(20.0)


def loud_seconds(samples: NDArray[np.float32]) -> float:
    """How much of a recording is not silence, in blocks of 100 ms."""
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    return float((np.abs(blocks).max(axis=1) > 0.01).sum()) / 10


def test_a_sound_server_restarted_in_mid_sentence_loses_nothing_captured(
    server: SoundServer, dictate: Callable[[Microphones], Dictation], recognizer: Recognizer, tmp_path: Path
) -> None:
    dictation = dictate(Microphones.named("pulse"))
    dictation.wait_for_state(SessionState.LISTENING)
    with VirtualMicrophone().playing(SAMPLES / "library.wav"):
        dictation.wait_for(lambda event: type(event).__name__ == "SpeechStarted")
        server.kill()
        dictation.wait_for_state(SessionState.RECOVERING)
    dictation.wait_for(lambda event: isinstance(event, FinalResult))  # the text so far is finished
    server.start()
    dictation.wait_for_state(SessionState.LISTENING)
    VirtualMicrophone().play(SAMPLES / "garden.wav")
    dictation.session.stop()
    dictation.wait_for_state(SessionState.IDLE)
    assert dictation.states[-5:] == [
        SessionState.LISTENING,
        SessionState.RECOVERING,
        SessionState.LISTENING,
        SessionState.FINISHING,
        SessionState.IDLE,
    ]
    assert "has stopped giving sound" in dictation.sentences[0]
    assert "is back" in dictation.sentences[-1]
    (stored,) = JournalStore(tmp_path / "sessions").sessions()
    assert stored.status is Status.FINISHED
    heard, garden = load_samples(stored.audio), load_samples(SAMPLES / "garden.wav")
    assert loud_seconds(heard) >= loud_seconds(garden)
    finals = [event.segment.text for event in dictation.events if isinstance(event, FinalResult)]
    assert finals == [segment.text for segment in recognizer.transcribe(stored.audio).segments]


@pytest.fixture
def sound_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Says which devices ALSA has; all lead to the sound server. PortAudio aborts without a default one."""
    path = tmp_path / "asound.conf"

    def have(*names: str) -> None:
        path.write_text(
            "".join(f"pcm.{name} {{ type pulse }}\nctl.{name} {{ type pulse }}\n" for name in names)
        )

    with monkeypatch.context() as environment:
        environment.setenv("ALSA_CONFIG_PATH", str(path))
        yield have
    devices.rescan_input_devices()


def test_a_device_that_was_removed_makes_room_for_the_next_on_the_list(
    server: SoundServer, dictate: Callable[[Microphones], Dictation], sound_cards: Callable[..., None]
) -> None:
    sound_cards("desk", "default")
    assert devices.rescan_input_devices()
    dictation = dictate(Microphones([DeviceName("desk"), DeviceName("default")], or_any=False))
    dictation.wait_for_state(SessionState.LISTENING)
    sound_cards("default")
    server.kill()
    dictation.wait_for_state(SessionState.RECOVERING)
    server.start()
    dictation.wait_for_state(SessionState.LISTENING)
    opened = [event.name for event in dictation.events if isinstance(event, SourceOpened)]
    assert opened == ["desk", "default"]
    assert "goes on with the microphone “default”, because “desk” has gone" in dictation.sentences[-1]
    dictation.session.stop()
    dictation.wait_for_state(SessionState.IDLE)


def test_a_microphone_unplugged_from_a_server_that_runs_on_is_taken_again(
    server: SoundServer, dictate: Callable[[Microphones], Dictation]
) -> None:
    dictation = dictate(Microphones.named("pulse"))
    dictation.wait_for_state(SessionState.LISTENING)
    subprocess.run(["pactl", "unload-module", "module-null-sink"], check=True)
    dictation.wait_for_state(SessionState.RECOVERING)
    subprocess.run(["pactl", "load-module", "module-null-sink", "sink_name=vmic"], check=True)
    subprocess.run(["pactl", "set-default-source", "vmic.monitor"], check=True)
    dictation.wait_for_state(SessionState.LISTENING)
    assert "is back" in dictation.sentences[-1]
    dictation.session.stop()
    dictation.wait_for_state(SessionState.IDLE)
