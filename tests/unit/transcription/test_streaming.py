from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asr_app.audio.endpointing import EndpointPolicy
from asr_app.errors import Cancelled
from asr_app.transcription.events import (
    FinalResult,
    LiveEvent,
    PartialResult,
    SpeechEnded,
    SpeechStarted,
)
from asr_app.transcription.partial_text import changed_words
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from tests.unit.transcription.builders import Samples, silence, speech
from tests.unit.transcription.test_recognizer import break_device, same_segment
from tests.unit.transcription.wordy import wordy_bundle


def listen(
    recognizer: Recognizer, blocks: Iterable[Samples], policy: EndpointPolicy | None = None
) -> list[LiveEvent]:
    stream = StreamingRecognizer(recognizer, policy=policy)
    events = [event for block in blocks for event in stream.push(block)]
    return events + stream.finish()


def finals(events: list[LiveEvent]) -> list[FinalResult]:
    return [event for event in events if isinstance(event, FinalResult)]


def partials(events: list[LiveEvent]) -> list[PartialResult]:
    return [event for event in events if isinstance(event, PartialResult)]


class TestSplits:
    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cuts=st.lists(st.integers(0, 65_000), max_size=40))
    def test_the_events_are_the_same_for_every_split(self, tiny: Recognizer, cuts: list[int]) -> None:
        samples = speech("library", pause_s=0.4)
        whole = listen(tiny, [samples])
        assert partials(whole)
        assert listen(tiny, np.split(samples, sorted(cuts))) == whole

    @pytest.mark.parametrize("size", [160, 512, 1600])
    def test_also_for_the_blocks_that_microphones_give(
        self, tiny: Recognizer, three_utterances: Samples, size: int
    ) -> None:
        blocks = np.split(three_utterances, range(size, len(three_utterances), size))
        assert listen(tiny, blocks) == listen(tiny, [three_utterances])


class TestFinalPass:
    def test_it_is_what_the_recording_would_give(self, tiny: Recognizer, three_utterances: Samples) -> None:
        live = [event.segment for event in finals(listen(tiny, [three_utterances]))]
        for one, other in zip(live, tiny.transcribe(three_utterances).segments, strict=True):
            same_segment(one, other)

    def test_so_it_is_with_the_shipped_model(self, shipped: Recognizer, three_utterances: Samples) -> None:
        live = [event.segment for event in finals(listen(shipped, [three_utterances]))]
        for one, other in zip(live, shipped.transcribe(three_utterances).segments, strict=True):
            same_segment(one, other)

    def test_and_where_speech_is_cut_because_it_is_too_long(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        policy = EndpointPolicy(max_utterance_s=2.0, cut_search_s=0.5)
        live = [event.segment for event in finals(listen(tiny, [three_utterances], policy))]
        assert len(live) > 3
        assert all(segment.end_s - segment.start_s <= 2.0 for segment in live)
        for one, other in zip(live, tiny.transcribe(three_utterances, policy=policy).segments, strict=True):
            same_segment(one, other)

    def test_finish_gives_speech_that_has_not_ended(self, tiny: Recognizer) -> None:
        cut_off = speech("library")[: round(2.5 * 16_000) + 77]
        stream = StreamingRecognizer(tiny)
        assert not finals(stream.push(cut_off))
        (event,) = finals(stream.finish())
        assert event.segment.words
        assert event.segment.end_s == pytest.approx(len(cut_off) / 16_000, abs=0.3)


class TestOrder:
    def test_each_utterance_starts_has_partials_and_ends(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        events = listen(tiny, [three_utterances])
        assert [event.utterance for event in events] == sorted(event.utterance for event in events)
        for _, group in itertools.groupby(events, key=lambda event: event.utterance):
            first, *middle, end, last = group
            assert isinstance(first, SpeechStarted)
            assert isinstance(end, SpeechEnded)
            assert isinstance(last, FinalResult)
            assert middle
            assert all(isinstance(event, PartialResult) for event in middle)
            assert first.start_s == last.segment.start_s
            assert end.end_s == pytest.approx(last.segment.end_s)

    def test_partial_text_only_grows_and_never_says_the_same_twice(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        events = partials(listen(tiny, [three_utterances]))
        for before, after in itertools.pairwise(events):
            if before.utterance == after.utterance:
                assert after.text.startswith(before.text)
                assert after.text != before.text
                assert after.heard_s > before.heard_s

    def test_a_partial_covers_sound_that_was_heard(self, tiny: Recognizer) -> None:
        stream = StreamingRecognizer(tiny)
        for block in np.split(speech("library"), 40):
            for event in partials(stream.push(block)):
                # Chunk and look-ahead are 320 ms each: later than that the text would lag.
                assert stream.heard_s - 1.0 < event.heard_s < stream.heard_s

    def test_the_shipped_models_partials_come_near_its_final_text(self, shipped: Recognizer) -> None:
        events = listen(shipped, [speech("library")])
        early = set(partials(events)[-1].text.split())
        final = set(finals(events)[0].segment.text.split())
        assert len(early & final) >= len(final) / 2


class TestNothing:
    def test_silence_says_nothing(self, tiny: Recognizer) -> None:
        assert listen(tiny, [silence(5)]) == []

    def test_no_samples_say_nothing(self, tiny: Recognizer) -> None:
        assert listen(tiny, []) == []
        assert listen(tiny, [silence(0)]) == []

    def test_nonsense_from_a_driver_does_no_lasting_harm(self, tiny: Recognizer) -> None:
        samples = speech("library")
        nonsense = np.full(700, np.nan, np.float32)
        (event,) = finals(listen(tiny, [nonsense, samples]))
        assert event.segment.words

    def test_after_the_end_nothing_can_be_added(self, tiny: Recognizer) -> None:
        stream = StreamingRecognizer(tiny)
        stream.push(silence(0.1))
        stream.finish()
        assert stream.finish() == []
        with pytest.raises(RuntimeError, match="finished"):
            stream.push(silence(0.1))


class TestInspection:
    def test_arrays_come_with_every_chunk_and_join_without_a_gap(self, tiny: Recognizer) -> None:
        stream = StreamingRecognizer(tiny, inspect=True)
        events = stream.push(speech("library"))
        arrays = [event.inspection for event in partials(events) if event.inspection is not None]
        assert len(arrays) == len(partials(events)) > 5
        for before, after in itertools.pairwise(arrays):
            assert after.start_s == pytest.approx(
                before.start_s + len(before.ctc_posteriors) * before.ctc_frame_s
            )
            assert len(before.log_mel) * before.log_mel_frame_s == pytest.approx(
                len(before.ctc_posteriors) * before.ctc_frame_s
            )
            assert before.attention is None

    def test_the_live_log_mel_is_that_of_the_final_pass(self, tiny: Recognizer) -> None:
        events = StreamingRecognizer(tiny, inspect=True).push(speech("library"))
        final = finals(events)[0].segment.inspection
        assert final is not None
        live = np.concatenate([e.inspection.log_mel for e in partials(events) if e.inspection is not None])
        np.testing.assert_allclose(live[: len(final.log_mel)], final.log_mel[: len(live)], atol=1e-3)


def test_a_wish_to_stop_reaches_the_network(tiny: Recognizer) -> None:
    stream = StreamingRecognizer(tiny, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        stream.push(speech("library"))


@pytest.mark.parametrize("after_calls", [0, 4])
def test_when_the_device_fails_the_same_events_come_from_the_processor(
    own_tiny: Recognizer, after_calls: int
) -> None:
    samples = speech("library")
    expected = listen(own_tiny, [samples])
    break_device(own_tiny, after_calls)
    events = listen(own_tiny, [samples])
    assert own_tiny.device_name == "cpu"
    assert events == expected


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """A recogniser with a dictionary; not to be changed."""
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    return Recognizer.load(wordy_bundle(tmp_path_factory.mktemp("models")), device="cpu")


class TestWords:
    """Partial text of a model with a dictionary."""

    def test_it_is_made_of_words_of_the_dictionary_with_their_times(self, wordy: Recognizer) -> None:
        samples = speech("library")
        events = partials(listen(wordy, [samples]))
        assert events
        for event in events:
            assert event.text == " ".join(word.text for word in event.words)
            assert {word.text for word in event.words} <= {"ah", "bee", "key", "kabak"}
            times = [word.end_s for word in event.words]
            assert times == sorted(times)
            assert 0 < times[-1] <= event.heard_s < len(samples) / 16_000

    def test_the_words_that_change_are_counted(self, wordy: Recognizer) -> None:
        for before, after in itertools.pairwise(partials(listen(wordy, [speech("library")]))):
            old, new = before.text.split(), after.text.split()
            assert after.changed_words == changed_words(old, new)

    def test_pieces_can_be_had_instead(self, wordy: Recognizer) -> None:
        stream = StreamingRecognizer(wordy, partials="pieces")
        events = partials([*stream.push(speech("library")), *stream.finish()])
        assert events
        assert all(event.words == () for event in events)

    def test_a_slow_machine_gets_pieces(self, wordy: Recognizer) -> None:
        stream = StreamingRecognizer(wordy)
        stream.set_pace(1.28)
        events = partials([*stream.push(speech("library")), *stream.finish()])
        assert events
        assert all(event.words == () for event in events)


class TestPace:
    @staticmethod
    def heard_s(recognizer: Recognizer, chunk_s: float) -> list[float]:
        stream = StreamingRecognizer(recognizer, inspect=True)
        stream.set_pace(chunk_s)
        return [event.heard_s for event in partials(stream.push(speech("library")))]

    def test_longer_chunks_make_partial_text_rarer(self, tiny: Recognizer) -> None:
        usual, rare = self.heard_s(tiny, 0.32), self.heard_s(tiny, 1.28)
        assert 2 <= len(rare) < len(usual) / 4
        assert np.diff(rare) == pytest.approx(1.28)

    def test_a_live_pass_that_rests_says_nothing_until_the_next_utterance(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        stream = StreamingRecognizer(tiny)
        stream.set_pace(None)
        halves = np.array_split(three_utterances, 2)
        first = stream.push(halves[0])
        assert not partials(first)
        stream.set_pace(0.32)
        events = [*first, *stream.push(halves[1]), *stream.finish()]
        assert {event.utterance for event in partials(events)} == {2}
        assert [event.segment.text for event in finals(events)] == [
            segment.text for segment in tiny.transcribe(three_utterances).segments
        ]


class TestEarly:
    def test_the_second_pass_is_ready_when_the_utterance_is_over(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        stream = StreamingRecognizer(tiny)
        events = [
            event
            for start in range(0, len(three_utterances), 512)
            for event in stream.push(three_utterances[start : start + 512])
        ]
        events += stream.finish()
        assert stream.early_results == len(finals(events)) == 3

    def test_sound_that_comes_all_at_once_is_not_guessed_at(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        stream = StreamingRecognizer(tiny)
        stream.push(three_utterances)
        assert stream.early_results == 0
        stream.finish()
