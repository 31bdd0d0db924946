from __future__ import annotations

import dataclasses
import itertools
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from asr_app.decoding.options import SearchOptions
from asr_app.errors import BundleError, Cancelled, DeviceError, MediaError
from asr_app.model.bundle import load_bundle
from asr_app.transcription.recognizer import Progress, Recognizer
from asr_app.transcription.types import Segment
from tests.unit.transcription.builders import (
    SAMPLES,
    Samples,
    silence,
    speech,
    talkative_bundle,
    write_wav,
)


def same_segment(one: Segment, other: Segment) -> None:
    assert one.text == other.text
    assert (one.start_s, one.end_s) == (other.start_s, other.end_s)
    for word, like in zip(one.words, other.words, strict=True):
        assert (word.start_s, word.end_s) == (like.start_s, like.end_s)
        assert word.confidence == pytest.approx(like.confidence, abs=1e-4)


class TestWords:
    def test_each_utterance_is_a_segment_in_order(self, tiny: Recognizer, three_utterances: Samples) -> None:
        segments = tiny.transcribe(three_utterances).segments
        assert len(segments) == 3
        assert all(segment.words for segment in segments)
        for before, after in itertools.pairwise(segments):
            assert before.end_s <= after.start_s

    def test_words_lie_in_their_segment_in_order_with_confidence(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        for segment in tiny.transcribe(three_utterances).segments:
            assert segment.start_s <= segment.words[0].start_s
            assert segment.words[-1].end_s <= segment.end_s
            assert all(word.start_s < word.end_s and 0 <= word.confidence <= 1 for word in segment.words)
            for before, after in itertools.pairwise(segment.words):
                assert before.end_s <= after.start_s

    def test_times_are_on_the_recordings_clock_when_a_stretch_is_asked_for(
        self, tiny: Recognizer, tmp_path: Path, three_utterances: Samples
    ) -> None:
        path = write_wav(tmp_path / "three.wav", three_utterances)
        whole = tiny.transcribe(path).segments
        middle_s = (whole[0].end_s + whole[1].start_s) / 2
        rest = tiny.transcribe(path, start_s=middle_s).segments
        assert [segment.start_s for segment in rest] == pytest.approx(
            [segment.start_s for segment in whole[1:]], abs=0.1
        )
        alone = tiny.transcribe(path, start_s=middle_s, end_s=whole[1].end_s + 0.3)
        assert len(alone.segments) == 1
        assert alone.duration_s == pytest.approx(whole[1].end_s + 0.3 - middle_s, abs=0.001)

    def test_an_utterance_does_not_depend_on_its_batch(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        for segment in tiny.transcribe(three_utterances).segments:
            first, last = round(segment.start_s * 16_000), round(segment.end_s * 16_000)
            same_segment(tiny.decode_utterance(three_utterances[first:last], segment.start_s), segment)

    def test_a_file_and_its_samples_give_the_same(self, tiny: Recognizer) -> None:
        from asr_app.audio.media import load_samples

        path = SAMPLES / "library.wav"
        from_file, from_array = tiny.transcribe(path), tiny.transcribe(load_samples(path))
        assert from_file.segments == from_array.segments
        assert (from_file.source, from_array.source) == ("library.wav", "samples")

    @pytest.mark.parametrize("method", ["greedy", "beam", "attention", "joint", "rescore"])
    def test_every_search_gives_words(self, tiny: Recognizer, method: str) -> None:
        search = SearchOptions(method=method, beam=3)  # type: ignore[arg-type]
        assert tiny.transcribe(SAMPLES / "library.wav", search=search).text

    def test_a_model_without_attention_decoder_serves_as_well(self, tmp_path: Path) -> None:
        recognizer = Recognizer.load(talkative_bundle(tmp_path / "ctc", decoder=False), device="cpu")
        segment = recognizer.transcribe(SAMPLES / "library.wav", inspect=True).segments[0]
        assert segment.words
        assert segment.inspection is not None
        assert segment.inspection.attention is None

    def test_the_shipped_model_hears_what_is_said(self, shipped: Recognizer) -> None:
        words = shipped.transcribe(SAMPLES / "library.wav").text.split()
        said = {"we", "will", "meet", "in", "front", "of", "the", "library", "at", "ten", "morning"}
        assert len(set(words) & said) >= 4
        assert words[-3:] == ["in", "the", "morning"]


class TestNothing:
    @pytest.mark.parametrize("duration_s", [0.0, 1 / 16_000, 0.02, 5.0])
    def test_silence_of_any_length_has_no_words(self, tiny: Recognizer, duration_s: float) -> None:
        transcript = tiny.transcribe(silence(duration_s))
        assert transcript.text == ""
        assert transcript.complete
        assert transcript.duration_s == pytest.approx(duration_s)

    def test_hum_and_noise_have_no_words(self, tiny: Recognizer) -> None:
        time_s = np.arange(5 * 16_000) / 16_000
        hum = 0.2 * np.sin(2 * np.pi * 50 * time_s)
        noise = 0.1 * np.random.default_rng(0).normal(size=len(time_s))
        assert tiny.transcribe(hum).text == ""
        assert tiny.transcribe(noise).text == ""

    @pytest.mark.parametrize("samples", [0, 1, 399, 400, 700])
    def test_an_utterance_too_short_for_words_has_none_and_fails_nobody(
        self, tiny: Recognizer, samples: int
    ) -> None:
        segment = tiny.decode_utterance(np.zeros(samples, np.float32), 3.0, inspect=True)
        assert segment.start_s == 3.0
        assert segment.end_s == 3.0 + samples / 16_000
        assert all(word.end_s <= segment.end_s for word in segment.words)

    def test_no_utterances_no_segments(self, tiny: Recognizer) -> None:
        assert tiny.decode_utterances([]) == []


class TestErrors:
    def test_samples_that_are_not_numbers(self, tiny: Recognizer) -> None:
        with pytest.raises(MediaError, match="not numbers"):
            tiny.transcribe(np.full(100, np.nan, np.float32))

    @pytest.mark.parametrize("content", [b"", b"This is a letter, not music.\n" * 50])
    def test_files_that_hold_no_sound(self, tiny: Recognizer, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "bad.mp3"
        path.write_bytes(content)
        with pytest.raises(MediaError, match=r"bad\.mp3"):
            tiny.transcribe(path)

    def test_damage_is_told_and_written_down(self, tiny: Recognizer, tmp_path: Path) -> None:
        whole = write_wav(tmp_path / "whole.wav", speech("library")).read_bytes()
        cut = tmp_path / "cut.wav"
        cut.write_bytes(whole[: len(whole) * 2 // 3])
        told: list[str] = []
        transcript = tiny.transcribe(cut, on_warning=told.append)
        assert transcript.text
        assert told
        assert list(transcript.warnings) == told

    def test_a_model_that_is_not_there(self) -> None:
        with pytest.raises(BundleError, match="no model “nowhere”"):
            Recognizer.load("nowhere")

    def test_a_device_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(DeviceError):
            Recognizer.load(talkative_bundle(tmp_path / "tiny"), device="cuda:99")

    def test_search_settings_of_the_bundle_that_do_not_fit(self, own_tiny: Recognizer) -> None:
        bad = dataclasses.replace(own_tiny.bundle, details={"decoding": {"beam": 0}})
        with pytest.raises(BundleError, match="search settings"):
            Recognizer(bad, "cpu")


def test_the_bundle_chooses_the_search_and_may_say_more_than_we_know(own_tiny: Recognizer) -> None:
    details = {"decoding": {"method": "rescore", "beam": 5, "something_new": 1}}
    search = Recognizer(dataclasses.replace(own_tiny.bundle, details=details), "cpu").default_search
    assert search == SearchOptions(method="rescore", beam=5)


class TestProgress:
    def test_it_rises_to_the_length_of_the_recording(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        reports: list[Progress] = []
        transcript = tiny.transcribe(three_utterances, on_progress=reports.append)
        done_s = [report.done_s for report in reports]
        assert done_s == sorted(done_s)
        assert done_s[-1] == transcript.duration_s == len(three_utterances) / 16_000
        assert {report.total_s for report in reports} == {len(three_utterances) / 16_000}
        assert reports[-1].text == transcript.segments[-1].text

    def test_nothing_counts_as_done_before_it_is_decoded(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        ends_s: list[float] = []
        reports: list[tuple[float, float]] = []
        tiny.transcribe(
            three_utterances,
            on_segment=lambda segment: ends_s.append(segment.end_s),
            on_progress=lambda report: reports.append((report.done_s, max(ends_s, default=0.0))),
        )
        assert all(done_s <= decoded_s for done_s, decoded_s in reports[:-1])

    def test_segments_are_handed_out_in_order_while_the_work_goes_on(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        segments: list[Segment] = []
        transcript = tiny.transcribe(three_utterances, on_segment=segments.append)
        assert tuple(segments) == transcript.segments


class TestCancellation:
    def test_before_the_start_nothing_is_done(self, tiny: Recognizer, three_utterances: Samples) -> None:
        transcript = tiny.transcribe(three_utterances, cancelled=lambda: True)
        assert not transcript.complete
        assert transcript.segments == ()
        assert transcript.duration_s == 0

    @pytest.mark.parametrize("wanted", [1, 2])
    def test_what_is_done_is_kept_without_a_gap(
        self, tiny: Recognizer, three_utterances: Samples, wanted: int
    ) -> None:
        done: list[Segment] = []
        transcript = tiny.transcribe(
            three_utterances, on_segment=done.append, cancelled=lambda: len(done) >= wanted
        )
        assert not transcript.complete
        assert transcript.segments == tiny.transcribe(three_utterances).segments[:wanted]
        assert transcript.duration_s == pytest.approx(transcript.segments[-1].end_s)

    def test_a_single_long_search_is_stopped_between_its_steps(self, tiny: Recognizer) -> None:
        noise = np.random.default_rng(0).normal(size=20 * 16_000).astype(np.float32) * 0.1
        search = SearchOptions(method="joint", beam=64)
        asked_s: list[float] = []

        def note() -> bool:
            asked_s.append(time.monotonic())
            return False

        tiny.decode_utterance(noise, 0.0, search, cancelled=note)
        steps = len(asked_s)
        assert steps > 10
        assert max(after - before for before, after in itertools.pairwise(asked_s)) < 1.0

        asked_s.clear()
        with pytest.raises(Cancelled):
            tiny.decode_utterance(noise, 0.0, search, cancelled=lambda: note() or len(asked_s) > steps // 2)
        assert len(asked_s) == steps // 2 + 1

    def test_one_thread_s_wish_leaves_another_s_work_alone(
        self, tiny: Recognizer, three_utterances: Samples
    ) -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as pool:
            stopped = pool.submit(tiny.transcribe, three_utterances, cancelled=lambda: True)
            finished = pool.submit(tiny.transcribe, three_utterances)
        assert not stopped.result().complete
        assert finished.result().complete


class TestInspection:
    def test_all_arrays_lie_on_one_time_axis(self, tiny: Recognizer) -> None:
        segment = tiny.transcribe(SAMPLES / "library.wav", inspect=True).segments[0]
        arrays = segment.inspection
        assert arrays is not None
        duration_s = segment.end_s - segment.start_s
        assert arrays.start_s == segment.start_s
        assert len(arrays.log_mel) * arrays.log_mel_frame_s == pytest.approx(duration_s, abs=0.03)
        assert len(arrays.ctc_posteriors) * arrays.ctc_frame_s == pytest.approx(duration_s, abs=0.1)
        assert arrays.log_mel.shape[1] == len(arrays.mel_centres_hz)
        assert arrays.ctc_posteriors.shape[1] == len(arrays.ctc_labels) == 31

    def test_posteriors_and_attention_are_probabilities(self, tiny: Recognizer) -> None:
        arrays = tiny.transcribe(SAMPLES / "library.wav", inspect=True).segments[0].inspection
        assert arrays is not None
        assert arrays.attention is not None
        np.testing.assert_allclose(arrays.ctc_posteriors.sum(axis=1), 1, atol=1e-4)
        np.testing.assert_allclose(arrays.attention.sum(axis=1), 1, atol=1e-4)
        assert arrays.attention.shape == (len(arrays.attention_labels), len(arrays.ctc_posteriors))

    def test_the_attention_is_that_of_the_words(self, tiny: Recognizer) -> None:
        segment = tiny.transcribe(SAMPLES / "library.wav", inspect=True).segments[0]
        assert segment.inspection is not None
        *pieces, end = segment.inspection.attention_labels
        assert "".join(pieces).replace("▁", " ").strip() == segment.text
        assert end == "end"

    def test_the_log_mel_is_not_normalised(self, tiny: Recognizer) -> None:
        samples = speech("library")
        arrays = tiny.decode_utterance(samples, inspect=True).inspection
        assert arrays is not None
        log_mel = tiny.bundle.network.features.log_mel(torch.from_numpy(samples)[None])[0]
        np.testing.assert_allclose(arrays.log_mel, log_mel.numpy(), atol=1e-4)

    def test_bands_rise_in_frequency(self, shipped: Recognizer) -> None:
        arrays = shipped.decode_utterance(speech("library"), inspect=True).inspection
        assert arrays is not None
        assert (np.diff(arrays.mel_centres_hz) > 0).all()
        assert 20 < arrays.mel_centres_hz[0] < 100
        assert 7000 < arrays.mel_centres_hz[-1] < 7600

    def test_nobody_pays_who_does_not_ask(self, tiny: Recognizer) -> None:
        assert tiny.transcribe(SAMPLES / "library.wav").segments[0].inspection is None


def break_device(recognizer: Recognizer, after_calls: int = 0) -> None:
    """Let the network fail from then on as one on a graphics card does that has run out of memory."""
    network = load_bundle(recognizer.bundle.directory).network
    calls = itertools.count()

    def fail(_module: torch.nn.Module, _inputs: object) -> None:
        if next(calls) >= after_calls:
            raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2.00 GiB")

    network.encoder.layers[0].register_forward_pre_hook(fail)
    recognizer.bundle = dataclasses.replace(recognizer.bundle, network=network)
    recognizer.device_name = "cuda:0"


class TestFailingDevice:
    @pytest.mark.parametrize("after_calls", [0, 1])
    def test_the_same_sound_is_done_on_the_processor_with_one_warning(
        self, own_tiny: Recognizer, three_utterances: Samples, after_calls: int
    ) -> None:
        expected = own_tiny.transcribe(three_utterances)
        break_device(own_tiny, after_calls)
        told: list[str] = []
        transcript = own_tiny.transcribe(three_utterances, on_warning=told.append)
        assert transcript.segments == expected.segments
        assert told == [
            "The graphics card failed (CUDA out of memory.). The work goes on with the processor."
        ]
        assert list(transcript.warnings) == told

    def test_it_is_remembered(self, own_tiny: Recognizer, three_utterances: Samples) -> None:
        break_device(own_tiny)
        own_tiny.transcribe(three_utterances)
        assert own_tiny.device_name == "cpu"
        assert "graphics card failed" in own_tiny.device_warning
        assert own_tiny.transcribe(three_utterances).warnings == ()

    def test_on_the_processor_a_fault_is_a_fault(self, own_tiny: Recognizer) -> None:
        def fail(_module: torch.nn.Module, _inputs: object) -> None:
            raise RuntimeError("a bug")

        own_tiny.bundle.network.encoder.layers[0].register_forward_pre_hook(fail)
        with pytest.raises(RuntimeError, match="a bug"):
            own_tiny.transcribe(SAMPLES / "library.wav")
