from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MicrophoneError
from asr_app.session.dictation import (
    DictationSession,
    LagChanged,
    Notice,
    SourceEnded,
    Topic,
)
from asr_app.session.folder import Status, read_results
from asr_app.session.recorder import GAP_S
from asr_app.session.store import JournalStore
from asr_app.transcription.events import FinalResult, LiveEvent
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from tests.unit.session.dictations import (
    FAILED,
    FINISHING,
    IDLE,
    LISTENING,
    OPENING,
    PAUSED,
    RECOVERING,
    WAIT_S,
    Listener,
    MakeSession,
    ScriptedSource,
    words_of,
)
from tests.unit.session.sources import Opener, ScriptedMicrophone, unplugged
from tests.unit.transcription.builders import Samples, speech


class TestPause:
    def test_nothing_said_meanwhile_is_heard_and_the_text_before_is_finished(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        first, second = speech("library"), speech("garden")
        cut = 2 * SAMPLE_RATE_HZ // 512  # in the middle of a sentence
        microphone = ScriptedMicrophone(np.concatenate([first[: cut * 512], second]), on_read=lambda n: at(n))
        may_go_on = threading.Event()

        def at(number: int) -> None:
            if number == cut:
                session.pause()
                assert may_go_on.wait(WAIT_S)

        session = make_session(lambda: microphone)
        session.start()
        listener.wait_for_state(PAUSED)
        may_go_on.set()
        listener.wait_for(lambda event: isinstance(event, FinalResult))
        assert microphone.is_open
        session.resume()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, PAUSED, LISTENING, FINISHING, IDLE]
        assert listener.finals[0].segment.end_s < 3.0

    def test_it_fits_only_where_something_is_heard(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.pause()
        session.resume()
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        session.pause()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, FINISHING, IDLE]


class TestLostMicrophone:
    def test_the_sentence_is_finished_and_the_dictation_goes_on_when_it_is_back(
        self, make_session: MakeSession, listener: Listener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("asr_app.session.recorder.SEARCH_S", 0.01)
        is_back = threading.Event()

        def plugged_in(number: int) -> None:
            is_back.wait(WAIT_S)

        opener = Opener(
            [
                ScriptedMicrophone(speech("library")[: 2 * SAMPLE_RATE_HZ], then=unplugged),
                MicrophoneError("not yet"),
                ScriptedMicrophone(speech("garden"), on_read=plugged_in),
            ]
        )
        session = make_session(opener)
        session.start()
        listener.wait_for_state(RECOVERING)
        listener.wait_for(lambda event: isinstance(event, FinalResult))
        is_back.set()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, RECOVERING, LISTENING, FINISHING, IDLE]
        assert len(listener.finals) >= 2
        said = [event.message for event in listener.events if isinstance(event, Notice)]
        assert "The microphone has gone." in said

    def test_a_pause_lasts_and_going_on_without_a_microphone_is_waiting(
        self, make_session: MakeSession, listener: Listener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("asr_app.session.recorder.SEARCH_S", 0.01)
        pulled, found = threading.Event(), threading.Event()

        def unplug() -> None:
            if pulled.is_set():
                unplugged()

        def microphones() -> Iterator[ScriptedMicrophone | MicrophoneError]:
            yield ScriptedMicrophone(speech("library")[:16_000], then=unplug)
            while not found.is_set():
                yield MicrophoneError("not yet")
            yield ScriptedMicrophone(speech("garden"))

        session = make_session(Opener(microphones()))
        session.start()
        listener.wait_for_state(LISTENING)
        session.pause()
        listener.wait_for_state(PAUSED)
        pulled.set()
        listener.wait_for(lambda event: isinstance(event, Notice) and event.topic is Topic.MICROPHONE)
        session.resume()
        listener.wait_for_state(RECOVERING)
        found.set()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, PAUSED, RECOVERING, LISTENING, FINISHING, IDLE]


class TestJournal:
    @pytest.fixture
    def store(self, tmp_path: Path) -> JournalStore:
        return JournalStore(tmp_path / "sessions")

    def test_the_text_is_that_of_the_sound_on_disk(
        self,
        tiny: Recognizer,
        listener: Listener,
        store: JournalStore,
        make_session: MakeSession,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Also with a hole in it, and from a microphone with finer steps than the disk holds."""
        monkeypatch.setattr("asr_app.session.recorder.SEARCH_S", 0.01)
        samples = np.float32(0.7321) * speech("library", "garden")
        opener = Opener(
            [
                ScriptedMicrophone(samples[: 3 * SAMPLE_RATE_HZ], then=unplugged),
                ScriptedMicrophone(samples[3 * SAMPLE_RATE_HZ :], then=lambda: session.stop()),
            ]
        )
        session = make_session(opener, journal=store.create)
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        (stored,) = store.sessions()
        assert stored.status is Status.FINISHED
        assert stored.duration_s == pytest.approx(len(samples) / SAMPLE_RATE_HZ + GAP_S)
        expected = tiny.transcribe(stored.audio)
        assert listener.words == words_of(expected)
        lines = [line for line in read_results(stored.folder) if line["kind"] == "final"]
        assert [line["text"] for line in lines] == [segment.text for segment in expected.segments]

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_cancelling_removes_the_sound_only_when_somebody_was_asked(
        self, make_session: MakeSession, listener: Listener, store: JournalStore, confirmed: bool
    ) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")), journal=store.create)
        session.start()
        listener.wait_for_state(LISTENING)
        session.cancel(confirmed=confirmed)
        listener.wait_for_state(IDLE)
        assert [stored.status for stored in store.interrupted()] == ([] if confirmed else [Status.CANCELLED])
        assert len(store.sessions()) == (0 if confirmed else 1)

    def test_closing_leaves_a_dictation_to_be_offered_again(
        self, make_session: MakeSession, listener: Listener, store: JournalStore
    ) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")), journal=store.create)
        session.start()
        listener.wait_for_state(LISTENING)
        session.close()
        (stored,) = store.interrupted()
        assert stored.duration_s > 0

    def test_a_disk_that_takes_nothing_is_said_and_the_text_is_whole(
        self, make_session: MakeSession, listener: Listener, tmp_path: Path, tiny: Recognizer
    ) -> None:
        (tmp_path / "file").write_text("no folder")
        samples = speech("library")
        microphone = ScriptedMicrophone(samples, then=lambda: session.stop())
        session = make_session(lambda: microphone, journal=JournalStore(tmp_path / "file").create)
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        notices = [event for event in listener.events if isinstance(event, Notice)]
        begun, ended = [event for event in notices if event.topic is Topic.JOURNAL]
        assert "memory only" in begun.message
        assert "could not be written" in ended.message
        assert "text is whole" in ended.hint
        assert listener.words == words_of(tiny.transcribe(samples))


class SlowMachine:
    """A computer whose time is counted, not waited for: decoding takes so many times as long as its sound.

    It is a microphone too, that gives what was spoken by then.

    Attributes:
        now_s: The time.
        paces: Every pace the session chose.
    """

    def __init__(self, samples: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        self.paces: list[float | None] = []
        self._samples = samples
        self._given = self._worked = 0
        self._changed = threading.Condition()
        self._cost = 3.0
        push, set_pace = StreamingRecognizer.push, StreamingRecognizer.set_pace

        def slow_push(stream: StreamingRecognizer, sound: Samples) -> list[LiveEvent]:
            events = push(stream, sound)
            with self._changed:
                self.now_s += self._cost * len(sound) / SAMPLE_RATE_HZ
                self._worked += len(sound)
                self._changed.notify_all()
            return events

        def noted_set_pace(stream: StreamingRecognizer, chunk_s: float | None) -> None:
            self.paces.append(chunk_s)
            self._cost = 0.5 if chunk_s is None else 3.0
            set_pace(stream, chunk_s)

        monkeypatch.setattr(StreamingRecognizer, "push", slow_push)
        monkeypatch.setattr(StreamingRecognizer, "set_pace", noted_set_pace)

    def clock(self) -> float:
        return self.now_s

    def start(self) -> None:
        pass

    def read(self, timeout_s: float) -> Samples | None:
        if self._given >= len(self._samples):
            raise SourceEnded
        due_s = (self._given + 512) / SAMPLE_RATE_HZ
        with self._changed:
            if self.now_s < due_s:
                if self._worked < self._given:
                    self._changed.wait(timeout_s)
                    return None
                self.now_s = due_s  # nothing to do for anybody until then
        block = self._samples[self._given : self._given + 512]
        self._given += len(block)
        return block

    def stop(self) -> None:
        pass


class TestSlowMachine:
    def test_three_times_too_slow_shows_its_lag_gives_up_partial_text_and_loses_nothing(
        self, tiny: Recognizer, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        samples = speech("library", "garden", "train")
        expected = words_of(tiny.transcribe(samples))
        machine = SlowMachine(samples, monkeypatch)
        session = DictationSession(
            lambda: tiny,
            lambda: machine,
            on_event=listener.take,
            journal=JournalStore(tmp_path).create,
            clock=machine.clock,
        )
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        session.close()
        lags = [event.lag_s for event in listener.events if isinstance(event, LagChanged)]
        assert 1 < max(lags) < 5
        assert lags[-1] == 0
        assert machine.paces[:2] == [0.64, None] or machine.paces[:3] == [0.64, 1.28, None]
        assert any(isinstance(event, Notice) and event.topic is Topic.SPEED for event in listener.events)
        assert listener.words == expected
