"""Words and phrases of a person: what they are worth, and where they may have been said."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.decoding.user_words import MOST_BOOST, UserPhrase, UserWords, usual_bonus
from asr_app.decoding.word_model import WordModel
from tests.unit.decoding.brute_force import spoken_ctc
from tests.unit.decoding.test_lexicon_search import ARPA, AY, LEXICON, PHONES, UNIGRAMS, N, S, T

SINITE = UserPhrase(("sinite",), (((S, AY, N, AY, T),),))
NICE_TIE = UserPhrase(("nice", "tie"), (((N, AY, S), (T, AY)),))
LEAST = -5.0  # What a word of the person's gets at least.


@pytest.fixture
def model(tmp_path: Path) -> WordModel:
    (tmp_path / "language.arpa").write_text(ARPA, encoding="utf-8")
    words = dict.fromkeys(line.split()[0] for line in LEXICON.splitlines())
    return WordModel(tmp_path / "language.arpa", tuple(words))


def user_words(model: WordModel, *phrases: UserPhrase) -> UserWords:
    return UserWords(phrases, PHONES, model.words, model)


def test_the_longer_a_word_sounds_the_more_it_is_preferred_up_to_a_bound() -> None:
    worth = [usual_bonus(phones) for phones in range(1, 30)]
    assert worth == sorted(worth)
    assert (worth[0], worth[-1]) == (0.0, MOST_BOOST)


def test_a_weight_is_a_factor(model: WordModel) -> None:
    usual, heavy = (
        user_words(model, UserPhrase(SINITE.words, SINITE.ways, weight)).entries[0] for weight in (1.0, 3.0)
    )
    assert heavy.bonus == pytest.approx(3 * usual.bonus)


def test_an_entry_says_how_it_would_be_spelled_by_ear(model: WordModel) -> None:
    (entry, *_) = user_words(model, NICE_TIE).entries
    assert (entry.as_heard, entry.sounds, entry.lengths) == (("nis", "ti"), (N, AY, S, T, AY), (3, 2))


def test_words_of_a_phrase_that_nothing_else_knows_are_heard_alone_for_half(model: WordModel) -> None:
    phrase = UserPhrase(("nice", "night"), (((N, AY, S), (N, AY, T)),))
    entries = {entry.words: entry.bonus for entry in user_words(model, phrase).entries}
    assert set(entries) == {("nice", "night"), ("nice",)}
    assert entries["nice",] == pytest.approx(0.5 * usual_bonus(3))
    joined = UserPhrase(phrase.words, phrase.ways, apart=False)
    assert [entry.words for entry in user_words(model, joined).entries] == [("nice", "night")]


def test_of_the_same_word_said_the_same_way_the_stronger_entry_counts(model: WordModel) -> None:
    weak = UserPhrase(SINITE.words, SINITE.ways, 0.5)
    (entry,) = user_words(model, weak, SINITE, weak).entries
    assert entry.bonus == usual_bonus(5)


def test_a_place_is_given_once_and_the_fullest_explanation_first(model: WordModel) -> None:
    user = user_words(model, SINITE, UserPhrase(("tice",), (((T, AY, S),),)))
    # Frames: blank S blank AY blank N blank AY blank T blank AY blank S blank.
    first, second = user.spots(spoken_ctc((S, AY, N, AY, T, AY, S), 4))
    assert (first.entry.words, first.start_frame, first.end_frame) == (("sinite",), 1, 10)
    assert (second.entry.words, second.start_frame, second.end_frame) == (("tice",), 9, 14)
    assert first.overlaps(second)


def test_where_nothing_sounds_like_them_there_is_no_place(model: WordModel) -> None:
    assert user_words(model, SINITE).spots(spoken_ctc((T, T, T, T, T, T), 4)) == []
    assert user_words(model).spots(spoken_ctc((S, AY, N, AY, T), 4)) == []


def test_the_language_model_does_not_hold_them_for_rarer_than_the_least(model: WordModel) -> None:
    unknown = UNIGRAMS["<unk>"]
    assert unknown > LEAST  # In this model an unknown word is not that rare, and stays as it is.
    score = user_words(model, SINITE).language(["ice", "sinite"])
    assert score == pytest.approx(UNIGRAMS["ice"] + unknown + UNIGRAMS["</s>"], abs=1e-4)
