"""Recognisers whose bundle brings a dictionary and a language model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from asr_app.decoding.lexicon_search import LexiconWeights, RescoringWeights
from asr_app.decoding.search import SearchOptions
from asr_app.errors import BundleError
from asr_app.model.bundle import load_bundle
from asr_app.training.language.bundle import (
    LANGUAGE_MODEL_FILE,
    PRONUNCIATIONS_FILE,
    add_language,
    set_weights,
)
from asr_app.transcription.events import FinalResult
from asr_app.transcription.language import load_language
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from tests.unit.transcription.builders import Samples, silence
from tests.unit.transcription.wordy import add_words, phone_bundle

needs_package = pytest.mark.skipif(sys.version_info >= (3, 13), reason="flashlight-text is not published")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A bundle that hears phones in all speech and has no language model."""
    return phone_bundle(tmp_path / "plain", {"decoding": {"beam": 3}})


@pytest.fixture
def wordy(plain: Path, tmp_path: Path) -> Path:
    """The same bundle with one."""
    weights = LexiconWeights(language_model=0.1, word_score=0.0, beam=20, beam_phones=4)
    add_words(plain, weights, notice="Made for a test.")
    return plain


def test_a_bundle_without_one_asks_for_none(plain: Path) -> None:
    found = load_language(load_bundle(plain))
    assert (found.search, found.warning) == (None, "")


def test_adding_a_language_keeps_the_bundle_and_makes_lexicon_search_its_default(wordy: Path) -> None:
    bundle = load_bundle(wordy)
    assert {PRONUNCIATIONS_FILE, LANGUAGE_MODEL_FILE} <= set(bundle.details["checksums"])
    assert bundle.details["decoding"] == {"beam": 3, "method": "lexicon"}
    assert bundle.details["lexicon"]["weights"]["language_model"] == 0.1


def test_a_lexicon_in_other_phones_is_refused_and_the_bundle_left_alone(plain: Path, tmp_path: Path) -> None:
    before = (plain / "config.json").read_bytes()
    (tmp_path / "foreign.txt").write_text("word X Y\n", encoding="utf-8")
    with pytest.raises(BundleError, match="does not fit"):
        add_language(plain, tmp_path / "foreign.txt", tmp_path / "any.bin")
    assert (plain / "config.json").read_bytes() == before


@needs_package
def test_words_come_from_the_lexicon_with_times_and_arrays(wordy: Path, three_utterances: Samples) -> None:
    recognizer = Recognizer.load(wordy, device="cpu")
    assert recognizer.default_search.method == "lexicon"
    transcript = recognizer.transcribe(three_utterances, inspect=True)
    assert len(transcript.segments) == 3
    for segment in transcript.segments:
        assert segment.words
        assert segment.inspection is not None
        assert {word.text for word in segment.words} <= {"ah", "bee", "key", "kabak"}
        edges = [edge for word in segment.words for edge in (word.start_s, word.end_s)]
        assert edges == sorted(edges)
        assert segment.start_s <= edges[0] and edges[-1] <= segment.end_s
        assert all(0 <= word.confidence <= 1 for word in segment.words)


@needs_package
def test_the_final_pass_of_live_speech_is_the_same_search(wordy: Path, three_utterances: Samples) -> None:
    recognizer = Recognizer.load(wordy, device="cpu")
    live = StreamingRecognizer(recognizer)
    events = live.push(three_utterances) + live.finish()
    finals = [event.segment for event in events if isinstance(event, FinalResult)]
    whole = recognizer.transcribe(three_utterances).segments
    assert [segment.text for segment in finals] == [segment.text for segment in whole]
    for live_segment, segment in zip(finals, whole, strict=True):
        for heard, word in zip(live_segment.words, segment.words, strict=True):
            assert (heard.start_s, heard.end_s) == (word.start_s, word.end_s)
            # Other utterances in the batch change the last bits.
            assert heard.confidence == pytest.approx(word.confidence, rel=1e-4)


@needs_package
def test_another_search_can_be_chosen(wordy: Path, three_utterances: Samples) -> None:
    recognizer = Recognizer.load(wordy, device="cpu")
    utterance = three_utterances[16_000:64_000]
    greedy = recognizer.decode_utterance(utterance, search=SearchOptions("greedy"))
    assert not {word.text for word in greedy.words} & {"ah", "bee", "key", "kabak"}


@needs_package
def test_samples_too_few_for_a_frame_give_no_words(wordy: Path) -> None:
    recognizer = Recognizer.load(wordy, device="cpu")
    assert recognizer.decode_utterance(np.zeros(10, np.float32)).words == ()
    assert recognizer.transcribe(silence(3.0)).text == ""


def test_without_the_package_the_other_search_works_and_one_sentence_says_so(
    wordy: Path, three_utterances: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flashlight.lib.text.decoder", None)
    recognizer = Recognizer.load(wordy, device="cpu")
    transcript = recognizer.transcribe(three_utterances)
    (warning,) = transcript.warnings
    assert "flashlight-text is missing" in warning
    assert recognizer.notice == warning
    assert (
        transcript.segments == recognizer.transcribe(three_utterances, search=SearchOptions(beam=3)).segments
    )


@pytest.mark.parametrize(
    "change",
    [
        {"pronunciations": "../other.txt"},
        {"pronunciations": "absent.txt"},
        {"language_model": 3},
        {"weights": {"beam": 0}},
        {"weights": []},
        {"rescoring": {"subwords": "much"}},
        {"rescoring": 1},
    ],
)
def test_a_description_that_is_not_valid_is_refused(wordy: Path, change: dict[str, object]) -> None:
    config = json.loads((wordy / "config.json").read_text(encoding="utf-8"))
    config["lexicon"].update(change)
    (wordy / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BundleError):
        Recognizer.load(wordy, device="cpu")


@needs_package
def test_candidates_are_scored_again_where_the_bundle_says_so(wordy: Path, three_utterances: Samples) -> None:
    utterance = three_utterances[16_000:64_000]
    first = Recognizer.load(wordy, device="cpu").decode_utterance(utterance)
    weights = LexiconWeights(language_model=0.1, word_score=0.0, beam=20, beam_phones=4)
    few = RescoringWeights(phones=0.1, subwords=0.1, attention=0.1, language_model=0.1, word_score=-50.0)
    set_weights(wordy, weights, few)
    again = Recognizer.load(wordy, device="cpu").decode_utterance(utterance)
    assert 0 < len(again.words) < len(first.words)
    set_weights(wordy, weights, None)
    assert Recognizer.load(wordy, device="cpu").decode_utterance(utterance).words == first.words


def test_a_new_language_keeps_the_weights_a_bundle_has(wordy: Path, tmp_path: Path) -> None:
    rescoring = RescoringWeights(subwords=0.4)
    set_weights(wordy, LexiconWeights(language_model=0.9), rescoring)
    add_language(wordy, tmp_path / "lexicon.txt", tmp_path / "language.arpa")
    entry = load_bundle(wordy).details["lexicon"]
    assert entry["weights"]["language_model"] == 0.9
    assert entry["rescoring"]["subwords"] == 0.4


def test_weights_go_only_where_a_language_is(plain: Path) -> None:
    with pytest.raises(BundleError, match="no language model"):
        set_weights(plain, LexiconWeights(), None)
