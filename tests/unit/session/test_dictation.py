from __future__ import annotations

import logging
import threading
from pathlib import Path

import numpy as np
import pytest

from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import BundleError, MicrophoneError
from asr_app.session.dictation import (
    AudioSource,
    Failed,
    FileSource,
    LagChanged,
    LevelChanged,
    StateChanged,
)
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted
from asr_app.transcription.recognizer import Recognizer
from tests.unit.session.dictations import (
    FAILED,
    FINISHING,
    IDLE,
    LISTENING,
    OPENING,
    WAIT_S,
    Listener,
    MakeSession,
    ScriptedSource,
)
from tests.unit.transcription.builders import SAMPLES, speech, write_wav


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
