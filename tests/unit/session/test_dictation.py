from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import BundleError, MicrophoneError
from asr_app.session.dictation import (
    AudioSource,
    DictationSession,
    Failed,
    FileSource,
    LagChanged,
    LevelChanged,
    Notice,
    SessionEvent,
    SessionState,
    SourceEnded,
    StateChanged,
    Topic,
)
from asr_app.session.folder import Status, read_results
from asr_app.session.recorder import GAP_S
from asr_app.session.run import MakeJournal
from asr_app.session.store import JournalStore
from asr_app.transcription.events import FinalResult, LiveEvent, PartialResult, SpeechStarted
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from asr_app.transcription.types import Segment, Transcript
from tests.unit.session.sources import Opener, ScriptedMicrophone, unplugged
from tests.unit.transcription.builders import SAMPLES, Samples, speech, write_wav

OPENING, LISTENING, FINISHING = SessionState.OPENING, SessionState.LISTENING, SessionState.FINISHING
IDLE, FAILED = SessionState.IDLE, SessionState.FAILED
PAUSED, RECOVERING = SessionState.PAUSED, SessionState.RECOVERING
WAIT_S = 60


class ScriptedSource:
    """A microphone that has captured what it is given, without waiting for real time.

    Attributes:
        stopped: Whether it was told to stop.
    """

    def __init__(self, samples: Samples, on_read: Callable[[int], None] = lambda number: None) -> None:
        self.blocks = (samples[start : start + 512] for start in range(0, len(samples), 512))
        self.on_read = on_read
        self.reads = 0
        self.stopped = False

    def start(self) -> None:
        pass

    def read(self, timeout_s: float) -> Samples | None:
        self.on_read(self.reads)
        self.reads += 1
        block = next(self.blocks, None)
        if block is None and not self.stopped:
            threading.Event().wait(timeout_s)
        return block

    def stop(self) -> None:
        self.stopped = True


class Listener:
    """Collects a session's events and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[SessionEvent] = []
        self._queue: SimpleQueue[SessionEvent] = SimpleQueue()
        self.take = self._queue.put

    def wait_for(self, wanted: Callable[[SessionEvent], bool]) -> SessionEvent:
        while True:
            event = self._queue.get(timeout=WAIT_S)
            self.events.append(event)
            if wanted(event):
                return event

    def wait_for_state(self, *states: SessionState) -> None:
        self.wait_for(lambda event: isinstance(event, StateChanged) and event.state in states)

    @property
    def states(self) -> list[SessionState]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]

    @property
    def finals(self) -> list[FinalResult]:
        return [event for event in self.events if isinstance(event, FinalResult)]

    @property
    def words(self) -> list[list[tuple[str, float, float]]]:
        return [words_in(final.segment) for final in self.finals]


def words_in(segment: Segment) -> list[tuple[str, float, float]]:
    """Not the confidence: in a batch it is computed with other roundings."""
    return [(word.text, word.start_s, word.end_s) for word in segment.words]


def words_of(transcript: Transcript) -> list[list[tuple[str, float, float]]]:
    return [words_in(segment) for segment in transcript.segments]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def make_session(tiny: Recognizer, listener: Listener) -> Iterator[Callable[..., DictationSession]]:
    sessions = []

    def make(
        open_source: Callable[[], AudioSource],
        load: Callable[[], Recognizer] = lambda: tiny,
        journal: MakeJournal | None = None,
    ) -> DictationSession:
        sessions.append(DictationSession(load, open_source, on_event=listener.take, journal=journal))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


MakeSession = Callable[..., DictationSession]


class TestOneDictation:
    def test_a_recording_is_dictated_as_it_would_be_transcribed(
        self, make_session: MakeSession, listener: Listener, tiny: Recognizer, tmp_path: Path
    ) -> None:
        path = write_wav(tmp_path / "two.wav", speech("library", "garden"))
        make_session(lambda: FileSource(path, speed=20)).start()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, FINISHING, IDLE]
        assert [event.segment.text for event in listener.finals] == [
            segment.text for segment in tiny.transcribe(path).segments
        ]

    def test_text_comes_while_one_speaks(self, make_session: MakeSession, listener: Listener) -> None:
        # As fast as it is spoken: what is given faster makes a session save the work of partial text.
        session = make_session(lambda: FileSource(SAMPLES / "library.wav"))
        session.start()
        listener.wait_for(lambda event: isinstance(event, PartialResult | FinalResult))
        assert listener.finals == []

    def test_nothing_is_promised_before_the_first_block(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        make_session(lambda: ScriptedSource(speech("library"))).start()
        listener.wait_for(lambda event: isinstance(event, SpeechStarted))
        assert listener.events[:2] == [StateChanged(OPENING), StateChanged(LISTENING)]

    def test_without_a_block_it_goes_on_opening_and_can_be_stopped(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        looked = threading.Event()

        def look(number: int) -> None:
            if number == 2:
                looked.set()

        session = make_session(lambda: ScriptedSource(np.zeros(0, np.float32), look))
        session.start()
        assert looked.wait(WAIT_S)
        assert session.state is OPENING
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, FINISHING, IDLE]

    def test_the_level_is_told(self, make_session: MakeSession, listener: Listener) -> None:
        loud = np.full(SAMPLE_RATE_HZ, 0.1, np.float32)
        session = make_session(lambda: ScriptedSource(loud, lambda n: session.stop() if n == 31 else None))
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        levels = [event for event in listener.events if isinstance(event, LevelChanged)]
        assert levels
        assert all(level.rms_db == pytest.approx(-20, abs=0.1) for level in levels)


class TestStop:
    def test_everything_captured_before_is_transcribed(
        self, make_session: MakeSession, listener: Listener, tiny: Recognizer
    ) -> None:
        samples = speech("library", "garden")
        # Stop comes right after the first block, with the rest of it waiting.
        session = make_session(lambda: ScriptedSource(samples, lambda n: session.stop() if n == 1 else None))
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, FINISHING, IDLE]
        expected = tiny.transcribe(samples)
        assert [event.segment.text for event in listener.finals] == [s.text for s in expected.segments]

    def test_speech_that_has_not_ended_is_transcribed_too(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        samples = speech("library")[: 2 * SAMPLE_RATE_HZ]
        session = make_session(lambda: ScriptedSource(samples, lambda n: session.stop() if n == 0 else None))
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        (final,) = listener.finals
        assert final.segment.words

    def test_the_source_is_released(self, make_session: MakeSession, listener: Listener) -> None:
        source = ScriptedSource(speech("library"))
        session = make_session(lambda: source)
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert source.stopped

    def test_the_lag_is_gone_in_the_end(self, make_session: MakeSession, listener: Listener) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        lags = [event.lag_s for event in listener.events if isinstance(event, LagChanged)]
        assert lags[-1:] in ([], [0.0])


class TestCancel:
    def test_the_rest_is_dropped(self, make_session: MakeSession, listener: Listener) -> None:
        session = make_session(lambda: ScriptedSource(speech("library", "garden", "train")))
        session.start()
        listener.wait_for(lambda event: isinstance(event, SpeechStarted))
        session.cancel()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, IDLE]
        assert len(listener.finals) < 3

    def test_it_also_ends_the_finishing(self, make_session: MakeSession, listener: Listener) -> None:
        source = ScriptedSource(speech("library", "garden", "train"))
        session = make_session(lambda: source)

        def command(number: int) -> None:
            if number == 1:
                session.stop()
            if number == 2:
                session.cancel()

        source.on_read = command
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, LISTENING, FINISHING, IDLE]
        assert listener.finals == []


class TestAgain:
    def test_one_session_serves_many_dictations_and_loads_once(
        self, make_session: MakeSession, listener: Listener, tiny: Recognizer
    ) -> None:
        loads = []

        def load() -> Recognizer:
            loads.append(1)
            return tiny

        session = make_session(lambda: ScriptedSource(speech("library")), load)
        for _ in range(2):
            session.start()
            listener.wait_for_state(LISTENING)
            session.stop()
            listener.wait_for_state(IDLE, FAILED)
        assert listener.states == 2 * [OPENING, LISTENING, FINISHING, IDLE]
        assert [final.utterance for final in listener.finals] == [0, 0]
        assert len(loads) == 1

    def test_a_start_while_finishing_is_kept(self, make_session: MakeSession, listener: Listener) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        session.start()
        listener.wait_for_state(IDLE, FAILED)
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == 2 * [OPENING, LISTENING, FINISHING, IDLE]

    def test_a_second_start_while_listening_does_nothing(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.start()
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        session.close()
        assert session.state is IDLE
        assert listener.states == [OPENING, LISTENING, FINISHING, IDLE]

    def test_stop_and_cancel_while_idle_do_nothing(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.stop()
        session.cancel()
        session.start()
        listener.wait_for_state(LISTENING)


class TestFailures:
    def test_a_microphone_that_cannot_be_opened(self, make_session: MakeSession, listener: Listener) -> None:
        def fail() -> AudioSource:
            raise MicrophoneError("No microphone was found.", "Connect one.")

        make_session(fail).start()
        listener.wait_for_state(FAILED)
        assert listener.events == [
            StateChanged(OPENING),
            Failed("No microphone was found.", "Connect one."),
            StateChanged(FAILED),
        ]

    def test_a_model_that_cannot_be_loaded_releases_the_microphone(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        def fail() -> Recognizer:
            raise BundleError("There is no model.", "Install one.")

        source = ScriptedSource(speech("library"))
        make_session(lambda: source, fail).start()
        listener.wait_for_state(FAILED)
        assert Failed("There is no model.", "Install one.") in listener.events
        assert source.stopped

    def test_a_microphone_that_goes_loses_nothing_it_gave(
        self, make_session: MakeSession, listener: Listener
    ) -> None:
        samples = speech("library")[: 2 * SAMPLE_RATE_HZ]
        blocks = len(samples) // 512

        def unplug(number: int) -> None:
            if number == blocks:
                raise MicrophoneError("The microphone has gone.", "Connect it again.")

        make_session(lambda: ScriptedSource(samples, unplug)).start()
        listener.wait_for_state(FAILED)
        (final,) = listener.finals
        assert final.segment.words
        assert listener.events.index(final) < listener.events.index(
            Failed("The microphone has gone.", "Connect it again.")
        )

    def test_after_a_failure_one_can_start_again(self, make_session: MakeSession, listener: Listener) -> None:
        problems = [MicrophoneError("Not yet.")]

        def opened() -> AudioSource:
            if problems:
                raise problems.pop()
            return ScriptedSource(speech("library"))

        session = make_session(opened)
        session.start()
        listener.wait_for_state(FAILED)
        session.start()
        listener.wait_for_state(LISTENING)
        session.stop()
        listener.wait_for_state(IDLE, FAILED)
        assert listener.states == [OPENING, FAILED, OPENING, LISTENING, FINISHING, IDLE]

    def test_a_fault_of_ours_is_told_and_logged_and_the_session_lives(
        self, make_session: MakeSession, listener: Listener, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> AudioSource:
            raise ZeroDivisionError("a bug")

        session = make_session(fail)
        with caplog.at_level(logging.ERROR):
            session.start()
            listener.wait_for_state(FAILED)
        (failed,) = [event for event in listener.events if isinstance(event, Failed)]
        assert "unexpectedly (a bug)" in failed.message
        assert "the recording failed" in caplog.text
        session.start()
        listener.wait_for_state(FAILED)


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


class TestClose:
    def test_it_ends_a_dictation_and_its_thread(self, make_session: MakeSession, listener: Listener) -> None:
        source = ScriptedSource(speech("library", "garden", "train"))
        session = make_session(lambda: source)
        session.start()
        listener.wait_for_state(LISTENING)
        session.close()
        assert source.stopped
        assert session.state is IDLE
        assert not any(thread.name == "dictation" for thread in threading.enumerate())

    def test_a_session_never_started_can_be_closed(self, make_session: MakeSession) -> None:
        make_session(lambda: ScriptedSource(speech("library"))).close()

    def test_twice_is_no_harm(self, make_session: MakeSession, listener: Listener) -> None:
        session = make_session(lambda: ScriptedSource(speech("library")))
        session.start()
        listener.wait_for_state(LISTENING)
        session.close()
        session.close()
