"""Recognisers that prefer the words and phrases of a person."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch

from asr_app.decoding.lexicon_search import RescoringWeights
from asr_app.decoding.pronouncer import Pronouncer, encode_pronouncer
from asr_app.decoding.pronouncer_network import PronouncerNetwork
from asr_app.errors import BundleError
from asr_app.model.bundle import load_bundle
from asr_app.training.language.bundle import set_weights
from asr_app.training.language.pronouncer_bundle import add_pronouncer
from asr_app.transcription.events import FinalResult
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.streaming import StreamingRecognizer
from asr_app.transcription.vocabulary import Vocabulary, parse_vocabulary
from tests.helpers import speech
from tests.unit.transcription.builders import Samples, talkative_bundle
from tests.unit.transcription.wordy import WEIGHTS, wordy_bundle

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 13), reason="flashlight-text is not published")

CAB = parse_vocabulary("Cab = key ah bee : 5")


def said_in(recognizer: Recognizer, samples: Samples) -> Vocabulary:
    """A name that sounds like what a network of random weights believes to hear."""
    words = [word.text for word in recognizer.decode_utterance(samples).words]
    return parse_vocabulary(f"Cab = {' '.join(words[1:7])} : 5")


@pytest.fixture
def wordy(tmp_path: Path) -> Path:
    """A bundle with a dictionary of three words."""
    return wordy_bundle(tmp_path)


def words_in(recognizer: Recognizer, samples: Samples) -> set[str]:
    return {word.text for word in recognizer.decode_utterance(samples).words}


def test_words_are_preferred_from_the_next_utterance_on(wordy: Path, three_utterances: Samples) -> None:
    utterance = three_utterances[16_000:64_000]
    recognizer = Recognizer.load(wordy, device="cpu")
    before = recognizer.decode_utterance(utterance)
    assert "cab" not in {word.text for word in before.words}
    cab = said_in(recognizer, utterance)
    assert recognizer.set_vocabulary(cab) == ()
    assert "cab" in words_in(recognizer, utterance)
    assert "cab" in words_in(Recognizer.load(wordy, device="cpu", vocabulary=cab), utterance)
    recognizer.set_vocabulary(Vocabulary())
    assert recognizer.decode_utterance(utterance) == before


def test_candidates_that_are_scored_again_keep_their_bonus(wordy: Path, three_utterances: Samples) -> None:
    set_weights(
        wordy, WEIGHTS, RescoringWeights(phones=1.0, subwords=0.1, language_model=0.1, word_score=0.0)
    )
    utterance = three_utterances[16_000:64_000]
    recognizer = Recognizer.load(wordy, device="cpu")
    assert "cab" not in words_in(recognizer, utterance)
    recognizer.set_vocabulary(said_in(recognizer, utterance))
    assert "cab" in words_in(recognizer, utterance)


def test_the_final_pass_of_live_speech_prefers_them_too(wordy: Path, three_utterances: Samples) -> None:
    recognizer = Recognizer.load(wordy, device="cpu")
    first = recognizer.transcribe(three_utterances).segments[0]
    recognizer.set_vocabulary(parse_vocabulary(f"Cab = {' '.join(w.text for w in first.words[1:7])} : 5"))
    live = StreamingRecognizer(recognizer)
    events = live.push(three_utterances) + live.finish()
    finals = [event.segment for event in events if isinstance(event, FinalResult)]
    assert "cab" in {word.text for segment in finals for word in segment.words}


def test_a_word_nobody_can_say_is_left_out_and_said(wordy: Path) -> None:
    recognizer = Recognizer.load(wordy, device="cpu", vocabulary=parse_vocabulary("Kabak\nah\n"))
    (problem,) = recognizer.language.problems
    assert problem.startswith("Line 1 of the vocabulary: How “Kabak” sounds")


def test_a_bundle_with_a_pronouncer_can_say_all_words(wordy: Path, tmp_path: Path) -> None:
    phones = load_bundle(wordy).config.phones
    torch.manual_seed(1)
    pronouncer = Pronouncer(PronouncerNetwork(len(phones)).eval(), phones)
    (tmp_path / "file").write_bytes(encode_pronouncer(pronouncer))
    add_pronouncer(wordy, tmp_path / "file")
    recognizer = Recognizer.load(wordy, device="cpu", vocabulary=parse_vocabulary("Kabak"))
    assert recognizer.language.problems == ()
    assert recognizer.language.search is not None
    assert recognizer.language.search.user is not None
    assert {entry.words for entry in recognizer.language.search.user.entries} == {("kabak",)}


def test_a_bundle_that_names_another_file_as_its_pronouncer_is_refused(wordy: Path) -> None:
    config = json.loads((wordy / "config.json").read_text(encoding="utf-8"))
    (wordy / "config.json").write_text(json.dumps({**config, "pronouncer": "../x"}), encoding="utf-8")
    with pytest.raises(BundleError, match="no checked file as its pronouncer"):
        Recognizer.load(wordy, device="cpu")


def test_without_a_dictionary_a_vocabulary_has_no_effect_and_one_sentence_says_so(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    assert Recognizer.load(bundle, device="cpu").language.problems == ()
    (problem,) = Recognizer.load(bundle, device="cpu", vocabulary=CAB).language.problems
    assert "no dictionary" in problem


@pytest.mark.slow
def test_the_model_in_the_box_hears_a_name_it_did_not_know(shipped: Recognizer, tmp_path: Path) -> None:
    from asr_app.audio.media import load_samples

    if speech.find_synthesiser() is None:
        pytest.skip("no synthesiser: install flite or espeak-ng")
    samples = load_samples(speech.synthesise("i will meet shiv on at the station", tmp_path / "a.wav"))
    own = Recognizer.load(
        shipped.bundle.directory, device="cpu", vocabulary=parse_vocabulary("Siobhan = shiv on")
    )
    assert "siobhan" not in words_in(shipped, samples)
    assert "siobhan" in words_in(own, samples)
