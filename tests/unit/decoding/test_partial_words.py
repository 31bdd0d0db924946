"""Words of a person in partial text."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.decoding.live_search import HeardWord
from asr_app.decoding.partial_words import PartialNames
from asr_app.decoding.user_words import UserPhrase, UserWords
from asr_app.decoding.word_model import WordModel
from tests.unit.decoding.brute_force import spoken_ctc
from tests.unit.decoding.test_lexicon_search import ARPA, AY, LEXICON, PHONES, N, S, T

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")

# Frames: blank T blank | S blank N blank AY blank N blank T | blank AY blank S blank, then silence.
SAID = spoken_ctc((T, S, N, AY, N, T, AY, S), 4)
SILENCE = spoken_ctc((), 4, 6)
HEARD = (HeardWord("tea", 2), HeardWord("sigh", 8), HeardWord("knight", 12), HeardWord("ice", 16))


@pytest.fixture
def model(tmp_path: Path) -> WordModel:
    (tmp_path / "language.arpa").write_text(ARPA, encoding="utf-8")
    return WordModel(tmp_path / "language.arpa", [line.split()[0] for line in LEXICON.splitlines()])


def names(model: WordModel, *phrases: UserPhrase) -> PartialNames:
    return PartialNames(UserWords(phrases, PHONES, model.words, model))


SAINT = UserPhrase(("saint",), (((S, N, AY, N, T),),))


def test_what_was_heard_instead_of_a_name_is_replaced(model: WordModel) -> None:
    partial = names(model, SAINT)
    partial.push(SAID)
    partial.push(SILENCE)
    assert [word.text for word in partial.correct(HEARD)] == ["tea", "saint", "ice"]


def test_a_name_waits_until_its_last_sound_is_past(model: WordModel) -> None:
    partial = names(model, SAINT)
    shown = []
    for frame in [*SAID, *SILENCE]:
        partial.push(frame[None])
        shown.append("saint" in [word.text for word in partial.correct(HEARD)])
    assert shown == [False] * 15 + [True] * (len(shown) - 15)


def test_a_phrase_comes_as_words_in_their_order(model: WordModel) -> None:
    partial = names(model, UserPhrase(("sny", "nt"), (((S, N, AY), (N, T)),)))
    partial.push(SAID)
    partial.push(SILENCE)
    corrected = partial.correct(HEARD)
    assert [word.text for word in corrected] == ["tea", "sny", "nt", "ice"]
    assert [word.end_frame for word in corrected] == sorted(word.end_frame for word in corrected)


@pytest.mark.parametrize(
    "phrase",
    [
        UserPhrase(("nai",), (((N, AY, N),),)),
        UserPhrase(("saint",), SAINT.ways, boost=0.0),
        UserPhrase(("tant",), (((T, AY, T, N, T),),)),
    ],
    ids=["short", "of no weight", "something else"],
)
def test_other_words_leave_the_text_as_it_is(model: WordModel, phrase: UserPhrase) -> None:
    partial = names(model, phrase)
    partial.push(SAID)
    partial.push(SILENCE)
    assert tuple(partial.correct(HEARD)) == HEARD
