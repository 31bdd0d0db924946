from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from asr_app.errors import ManifestError
from asr_app.model.bundle import load_bundle
from asr_app.training.evaluation.vocabulary import (
    VocabularyCase,
    VocabularySentence,
    evaluate_vocabulary,
    read_sentences,
    recorded,
    speak,
    vocabulary_of,
)
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.vocabulary import VocabularyEntry, parse_vocabulary
from tests.unit.transcription.builders import speech, talkative_bundle, write_wav
from tests.unit.transcription.wordy import wordy_bundle


def test_the_sentences_have_a_name_each_or_none() -> None:
    sentences = read_sentences()
    named = [sentence for sentence in sentences if sentence.entry is not None]
    assert len(named) >= 60
    assert len(sentences) - len(named) >= 20
    assert len({sentence.text for sentence in sentences}) == len(sentences)
    for sentence in named:
        assert sentence.entry is not None
        assert sentence.text.count(sentence.entry.phrase) == 1
    vocabulary = vocabulary_of(sentences, boost=2.0)
    assert len(vocabulary) == len(named)
    assert {entry.boost for entry in vocabulary.entries} == {2.0}


def test_a_synthesiser_is_given_the_sound_where_the_spelling_does_not_tell() -> None:
    entry = VocabularyEntry("Siobhan", "shiv on")
    assert VocabularySentence("call Siobhan now", entry).spoken == "call shiv on now"
    assert VocabularySentence("call Ann now", VocabularyEntry("Ann")).spoken == "call Ann now"


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_sentences_are_spoken() -> None:
    sentences = [
        VocabularySentence("call Siobhan now", VocabularyEntry("Siobhan", "shiv on")),
        VocabularySentence("it is late", None),
    ]
    named, plain = speak(sentences)
    assert (named.text, named.names, named.group) == ("call siobhan now", ("siobhan",), "with sounds like")
    assert plain.names == ()
    assert all(len(case.samples) > 8_000 and abs(case.samples).max() > 0.05 for case in (named, plain))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="flashlight-text is not published")
@pytest.mark.parametrize("live", [False, True])
def test_names_found_and_names_nobody_said_are_counted(tmp_path: Path, live: bool) -> None:
    recognizer = Recognizer.load(wordy_bundle(tmp_path), device="cpu")
    samples = speech("library", pause_s=0.3)
    # What random weights believe to hear, so that they hear the name too.
    believed = " ".join(word.text for word in recognizer.decode_utterance(samples).words[1:9])
    cases = [VocabularyCase("cab", ("cab",), samples, "first"), VocabularyCase("ah", (), samples, "first")]
    told: list[int] = []
    before, after = evaluate_vocabulary(
        recognizer, cases, lambda names: parse_vocabulary(f"{names[0]} = {believed} : 5"), told.append, live
    )
    assert told == [1, 2]
    assert (before.found, before.recall, before.false) == ({"first": (0, 1)}, 0.0, 0)
    # Random weights hear the name in both.
    assert (after.found, after.recall, after.false) == ({"first": (1, 1)}, 1.0, 1)
    assert before.wer_plain is not None and before.wer_named is not None
    assert [name for name, _ in before.missed] == ["cab"]
    assert after.to_dict()["recall"] == 1.0


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="flashlight-text is not published")
def test_rare_words_of_recordings_are_their_names(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech("library", pause_s=0.1))
    line = {"audio_filepath": "a.wav", "text": "Bee kabak o'kabak key"}
    (tmp_path / "dev.jsonl").write_text(json.dumps(line), encoding="utf-8")
    (case,) = recorded(tmp_path / "dev.jsonl", load_bundle(wordy_bundle(tmp_path)), every=1)
    assert (case.text, case.names, case.group) == ("bee kabak o'kabak key", ("kabak",), "dev")


def test_a_model_without_dictionary_is_refused(tmp_path: Path) -> None:
    recognizer = Recognizer.load(talkative_bundle(tmp_path / "tiny", decoder=False), device="cpu")
    with pytest.raises(ManifestError, match="no dictionary"):
        evaluate_vocabulary(recognizer, [], lambda names: parse_vocabulary(""))
