"""The recorder: journal first, holes filled, lost microphones searched for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from asr_app.audio.journal import Pcm, to_pcm
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MicrophoneError
from asr_app.session import recorder as module
from asr_app.session.commands import Command, Input, Message, News
from asr_app.session.events import Notice, SourceOpened, Topic
from asr_app.session.folder import Status
from asr_app.session.journal import SessionJournal
from asr_app.session.recorder import GAP_S, OpenSource, Recorder
from asr_app.session.store import JournalStore
from asr_app.session.tape import Tape
from tests.unit.session.sources import BLOCK, Opener, Samples, ScriptedMicrophone, unplugged

WAIT_S = 30
GAP = round(GAP_S * SAMPLE_RATE_HZ)


def tone(blocks: int, level: float = 0.1) -> Samples:
    time_s = np.arange(blocks * BLOCK) / SAMPLE_RATE_HZ
    return (level * np.sin(2 * np.pi * 300 * time_s)).astype(np.float32)


class Recording:
    """A recorder at work, and what it told."""

    def __init__(self, open_source: OpenSource, journal: SessionJournal) -> None:
        self.journal = journal
        self.tape = Tape(journal)
        self.told: list[Message] = []
        self._queue: SimpleQueue[Message] = SimpleQueue()
        self.recorder = Recorder(open_source, journal, self.tape, self._queue.put)

    def wait_for(self, command: Command) -> None:
        while True:
            message = self._queue.get(timeout=WAIT_S)
            self.told.append(message)
            if isinstance(message, Input) and message.command is command:
                return

    def finish(self) -> Pcm:
        """Stop, and give everything that was recorded."""
        self.recorder.stop()
        self.recorder.join()
        while not self._queue.empty():
            self.told.append(self._queue.get())
        parts = [np.zeros(0, np.int16)]
        while (pcm := self.tape.read(0.0)) is not None:
            parts.append(pcm)
        return np.concatenate(parts)

    @property
    def notices(self) -> list[Notice]:
        news = [message.event for message in self.told if isinstance(message, News)]
        return [event for event in news if isinstance(event, Notice)]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[OpenSource], Recording]]:
    monkeypatch.setattr(module, "SEARCH_S", 0.01)
    made: list[Recording] = []

    def start(open_source: OpenSource) -> Recording:
        made.append(Recording(open_source, JournalStore(tmp_path / "sessions").create()))
        made[-1].recorder.start()
        return made[-1]

    yield start
    for recording in made:
        recording.recorder.stop()
        recording.recorder.join()
        recording.journal.settle(Status.FINISHED)


Record = Callable[[OpenSource], Recording]


def test_the_journal_has_each_block_before_anybody_else(record: Record) -> None:
    begun = threading.Event()
    recording: Recording | None = None
    seen: list[bool] = []

    def look(number: int) -> None:
        assert begun.wait(WAIT_S)
        assert recording is not None
        seen.append(recording.journal.written_samples >= recording.tape.captured_samples)

    samples = tone(20)
    done = threading.Event()
    recording = record(lambda: ScriptedMicrophone(samples, then=done.set, on_read=look))
    begun.set()
    assert done.wait(WAIT_S)
    np.testing.assert_array_equal(recording.finish(), to_pcm(samples))
    assert all(seen)
    assert recording.journal.written_samples == len(samples)


def test_what_was_captured_before_stop_is_taken(record: Record) -> None:
    samples = tone(300)
    recording = record(lambda: ScriptedMicrophone(samples))
    recording.wait_for(Command.HEARD)
    np.testing.assert_array_equal(recording.finish(), to_pcm(samples))


def test_while_paused_nothing_is_kept_but_the_microphone_stays_open(record: Record) -> None:
    heard, paused, more = threading.Event(), threading.Event(), threading.Event()
    after: list[int] = []

    def look(number: int) -> None:
        if number == 10:
            heard.set()
            assert paused.wait(WAIT_S)
        if number == 30:
            after.append(recording.tape.captured_samples)
            recording.recorder.resume()

    microphone = ScriptedMicrophone(tone(50), then=more.set, on_read=look)
    recording = record(lambda: microphone)
    assert heard.wait(WAIT_S)
    recording.recorder.pause()
    paused.set()
    assert more.wait(WAIT_S)
    assert microphone.is_open
    pcm = recording.finish()
    assert after == [10 * BLOCK + GAP]
    expected = np.concatenate(
        [to_pcm(tone(50))[: 10 * BLOCK], np.zeros(GAP, np.int16), to_pcm(tone(50))[30 * BLOCK :]]
    )
    np.testing.assert_array_equal(pcm, expected)


def test_a_lost_microphone_is_waited_for_and_the_hole_is_silence(record: Record) -> None:
    back = threading.Event()
    opener = Opener(
        [
            ScriptedMicrophone(tone(10), then=unplugged),
            MicrophoneError("not yet"),
            MicrophoneError("not yet"),
            ScriptedMicrophone(tone(10, 0.2), then=back.set),
        ]
    )
    recording = record(opener)
    recording.wait_for(Command.LOST)
    recording.wait_for(Command.HEARD)
    assert back.wait(WAIT_S)
    pcm = recording.finish()
    np.testing.assert_array_equal(
        pcm, np.concatenate([to_pcm(tone(10)), np.zeros(GAP, np.int16), to_pcm(tone(10, 0.2))])
    )
    lost, found = (notice for notice in recording.notices if notice.topic is Topic.MICROPHONE)
    assert lost.message == "The microphone has gone."
    assert "“Desk” is back" in found.message
    assert opener.searched_s[0] == 0
    assert sorted(opener.searched_s) == opener.searched_s


def test_the_next_microphone_on_the_list_is_named(record: Record) -> None:
    done = threading.Event()
    opener = Opener(
        [
            ScriptedMicrophone(tone(5), then=unplugged),
            ScriptedMicrophone(tone(5), name="Built-in", then=done.set),
        ]
    )
    recording = record(opener)
    recording.wait_for(Command.LOST)
    assert done.wait(WAIT_S)
    recording.finish()
    assert "goes on with the microphone “Built-in”, because “Desk” has gone" in recording.notices[-1].message
    opened = [m.event for m in recording.told if isinstance(m, News) and isinstance(m.event, SourceOpened)]
    assert [event.name for event in opened] == ["Desk", "Built-in"]


def test_a_search_ends_with_stop(record: Record) -> None:
    def never() -> Iterator[ScriptedMicrophone | MicrophoneError]:
        yield ScriptedMicrophone(tone(5), then=unplugged)
        while True:
            yield MicrophoneError("not yet")

    recording = record(Opener(never()))
    recording.wait_for(Command.LOST)
    assert len(recording.finish()) == 5 * BLOCK + GAP


def test_without_anything_to_search_with_it_is_over(record: Record) -> None:
    recording = record(lambda: ScriptedMicrophone(tone(5), then=unplugged))
    recording.wait_for(Command.BROKE)
    np.testing.assert_array_equal(recording.finish(), to_pcm(tone(5)))


def test_the_first_opening_is_tried_once(record: Record) -> None:
    recording = record(Opener([MicrophoneError("No microphone was found.")]))
    recording.wait_for(Command.BROKE)
    assert recording.told[-1] == Input(Command.BROKE, error=recording.told[-1].error)  # type: ignore[union-attr]
    assert len(recording.finish()) == 0
