"""Confidence from a bundle's calibration, and in int8."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest

from asr_app.decoding.options import SearchOptions
from asr_app.errors import BundleError, Cancelled
from asr_app.transcription.defaults import read_calibrations
from asr_app.transcription.events import FinalResult, PartialResult
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from tests.unit.transcription.builders import Samples

GREEDY = SearchOptions("greedy")
Make = Callable[..., Recognizer]


@pytest.fixture
def with_details(own_tiny: Recognizer) -> Make:
    """Makes the small recogniser with other details in its bundle."""
    # Loaded again from the disk: a network in use has hooks.
    from asr_app.model.bundle import load_bundle

    def make(precision: str = "float32", **details: Any) -> Recognizer:
        bundle = load_bundle(own_tiny.bundle.directory)
        return Recognizer(dataclasses.replace(bundle, details=details), "cpu", precision=precision)

    return make


class TestCalibrated:
    def test_without_a_calibration_confidence_is_raw(
        self, with_details: Make, three_utterances: Samples
    ) -> None:
        recognizer = with_details()
        assert recognizer.calibrations == {}
        segment = recognizer.decode_utterance(three_utterances, search=GREEDY)
        evidence = recognizer.evidence(three_utterances, GREEDY)
        assert [word.confidence for word in segment.words] == [span.confidence for span, _ in evidence]

    def test_with_one_it_is_made_of_the_evidence(self, with_details: Make, three_utterances: Samples) -> None:
        weights = {"doubt": -0.5, "pieces": 0.1}
        recognizer = with_details(confidence={"greedy": {"weights": weights, "bias": 0.3, "measured": {}}})
        segment = recognizer.decode_utterance(three_utterances, search=GREEDY)
        found = recognizer.evidence(three_utterances, GREEDY)
        assert len(segment.words) == len(found) > 0
        for word, (span, evidence) in zip(segment.words, found, strict=True):
            odds = 0.3 - 0.5 * evidence["doubt"] + 0.1 * evidence["pieces"]
            assert word.text == span.text
            assert word.confidence == pytest.approx(1 / (1 + math.exp(-odds)))

    def test_it_holds_for_its_search_alone(self, with_details: Make, three_utterances: Samples) -> None:
        recognizer = with_details(confidence={"greedy": {"weights": {}, "bias": 0.0}})
        greedy = recognizer.decode_utterance(three_utterances, search=GREEDY)
        assert {word.confidence for word in greedy.words} == {0.5}
        beam = recognizer.decode_utterance(three_utterances, search=SearchOptions("beam"))
        assert {word.confidence for word in beam.words} != {0.5}

    def test_lexicon_search_without_a_language_model_is_joint_search(self, with_details: Make) -> None:
        recognizer = with_details()
        assert recognizer.method(SearchOptions("lexicon")) == "joint"
        assert recognizer.method(GREEDY) == "greedy"


class TestReading:
    def test_evidence_a_newer_program_takes_leaves_the_map_aside(self) -> None:
        known = {"weights": {"doubt": -1}, "bias": 2}
        newer = {"weights": {"doubt": -1, "mood": 3}, "bias": 2}
        assert list(read_calibrations({"confidence": {"greedy": known, "joint": newer}})) == ["greedy"]
        assert read_calibrations({}) == {}

    @pytest.mark.parametrize(
        "entry",
        [
            [],
            {"greedy": 3},
            {"greedy": {"weights": {"doubt": "much"}, "bias": 0}},
            {"greedy": {"weights": {"doubt": 1}}},
            {"greedy": {"weights": {"doubt": math.nan}, "bias": 0}},
        ],
    )
    def test_what_is_no_map_is_an_error_of_the_bundle(self, entry: Any) -> None:
        with pytest.raises(BundleError, match="calibration of confidence"):
            read_calibrations({"confidence": entry})


class TestInt8:
    def test_the_recogniser_says_in_which_precision_it_computes(self, with_details: Make) -> None:
        assert with_details("int8").precision == "int8"
        assert with_details("float32").precision == "float32"
        assert with_details("auto").precision == "float32"  # too small to gain from int8

    def test_live_and_whole_agree(self, with_details: Make, three_utterances: Samples) -> None:
        recognizer = with_details("int8")
        live = StreamingRecognizer(recognizer, search=GREEDY)
        events = live.push(three_utterances) + live.finish()
        finals = [event.segment.text for event in events if isinstance(event, FinalResult)]
        whole = recognizer.transcribe(three_utterances, search=GREEDY).segments
        assert finals == [segment.text for segment in whole]
        assert any(isinstance(event, PartialResult) for event in events)

    def test_a_search_with_the_decoder_can_be_stopped(
        self, with_details: Make, three_utterances: Samples
    ) -> None:
        recognizer = with_details("int8")
        asked = itertools.count()
        with pytest.raises(Cancelled):
            recognizer.decode_utterance(
                three_utterances, search=SearchOptions("joint"), cancelled=lambda: next(asked) >= 10
            )
        assert next(asked) == 11
