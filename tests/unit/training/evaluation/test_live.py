"""The live path is measured as it is used: voice activity, chunks, and quiet after the last word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from asr_app.model.config import Chunking
from asr_app.training.evaluation.live import GREEDY, evaluate_live, live_texts, with_pause
from asr_app.training.manifest import normalise
from asr_app.transcription.events import FinalResult, PartialResult
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import LIVE_CHUNKING, StreamingRecognizer
from tests.unit.transcription.builders import silence, speech, talkative_bundle, write_wav


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("m") / "tiny", decoder=False), "cpu")


def test_the_text_is_the_last_partial_one_of_each_utterance(recognizer: Recognizer) -> None:
    samples = speech("library", "library")
    partial, final = live_texts(recognizer, samples, LIVE_CHUNKING)
    stream = StreamingRecognizer(recognizer, LIVE_CHUNKING, search=GREEDY)
    last: dict[int, str] = {}
    finals = []
    for start in range(0, len(samples), 4000):
        for event in stream.push(samples[start : start + 4000]):
            if isinstance(event, PartialResult):
                last[event.utterance] = event.text
            elif isinstance(event, FinalResult):
                finals.append(event.segment.text)
    assert len(finals) >= 2
    assert partial == " ".join(last.values()) != ""
    assert final == " ".join(finals)
    assert partial != final, "the live pass hears less of the future"


def test_an_utterance_that_ends_with_the_recording_is_still_heard_to_its_end(recognizer: Recognizer) -> None:
    samples = np.trim_zeros(speech("library"))[:34_000]  # in the middle of a word
    stream = StreamingRecognizer(recognizer, LIVE_CHUNKING, search=GREEDY)
    cut_short = [e.text for e in [*stream.push(samples), *stream.finish()] if isinstance(e, PartialResult)]
    partial, _ = live_texts(recognizer, samples, LIVE_CHUNKING)
    assert partial.startswith(cut_short[-1])
    assert len(partial) > len(cut_short[-1])


def test_the_pause_is_the_quietest_part_of_the_recording() -> None:
    loud, quiet = np.full(8000, 0.5, np.float32), np.linspace(0.01, 0.02, 1600, dtype=np.float32)
    samples = np.concatenate([loud, quiet, loud])
    lengthened = with_pause(samples, 0.5)
    np.testing.assert_array_equal(lengthened[: len(samples)], samples)
    pause = lengthened[len(samples) :]
    assert len(pause) == 8000
    np.testing.assert_array_equal(pause[:3200], np.concatenate([quiet, quiet[::-1]]))
    assert np.abs(np.diff(pause)).max() < 1e-4, "without a click"


def test_a_recording_shorter_than_a_pause_is_followed_by_silence() -> None:
    assert with_pause(np.ones(100, np.float32), 0.1).tolist() == [1.0] * 100 + [0.0] * 1600


def test_live_and_full_context_are_reported_side_by_side(recognizer: Recognizer, tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech("library"))
    write_wav(tmp_path / "b.wav", silence(1.0))
    samples = speech("library").clip(-1, 1)
    # What it hears with full context is taken for the truth but for a word, so that its errors are few.
    reference = normalise(recognizer.decode_utterance(samples, 0.0, GREEDY).text) + " indeed"
    lines = [{"audio_filepath": "a.wav", "text": reference}, {"audio_filepath": "b.wav", "text": "nothing"}]
    manifest = tmp_path / "dev.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    told: list[tuple[int, int]] = []
    report = evaluate_live(
        manifest, recognizer, Chunking.from_ms(320, 320), on_progress=lambda *at: told.append(at)
    )
    assert told == [(1, 2), (2, 2)]
    assert (report.chunk_ms, report.lookahead_ms) == (320, 320)
    assert 0 < report.whole.wer < report.partial.wer
    assert report.difference == pytest.approx(report.partial.wer / report.whole.wer - 1)
    entry = json.loads(json.dumps(report.to_dict()))
    assert entry["partial"]["wer"] == report.partial.wer
    assert {"final", "whole", "relative_difference", "chunk_ms", "lookahead_ms", "corpus"} <= set(entry)
