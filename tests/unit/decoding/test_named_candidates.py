"""Words of a person in competition with what the search found."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from asr_app.decoding.ctc_score import ctc_log_prob
from asr_app.decoding.lexicon_search import Candidate, LexiconSearch, place
from asr_app.decoding.named_candidates import Insert, replaced, with_names
from asr_app.decoding.user_words import UserPhrase, UserWords
from tests.unit.decoding.brute_force import LogProbs, spoken_ctc
from tests.unit.decoding.test_lexicon_search import ARPA, AY, LEXICON, PHONES, N, S, T, wide

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")

SAINT = UserPhrase(("saint",), (((S, N, AY, N, T),),))
TISN = UserPhrase(("tisn", "tay"), (((T, AY, S, N), (T, AY)),))


@pytest.fixture
def search(tmp_path: Path) -> LexiconSearch:
    (tmp_path / "lexicon.txt").write_text(LEXICON, encoding="utf-8")
    (tmp_path / "language.arpa").write_text(ARPA, encoding="utf-8")
    return LexiconSearch(tmp_path / "lexicon.txt", tmp_path / "language.arpa", PHONES, wide())


def user_words(search: LexiconSearch, *phrases: UserPhrase) -> UserWords:
    return UserWords(phrases, PHONES, search.words, search.language)


def heard(search: LexiconSearch, user: UserWords, log_probs: LogProbs) -> list[Candidate]:
    def score(candidates: Sequence[Candidate]) -> list[Candidate]:
        scored = [
            dataclasses.replace(
                one, score=ctc_log_prob(log_probs, one.phones) + one.language - len(one.words) + one.bonus
            )
            for one in candidates
        ]
        return sorted(scored, key=lambda candidate: -candidate.score)

    return with_names(score(search.candidates(log_probs, 5)), user, search, log_probs, score)


def test_a_word_no_dictionary_has_is_heard_between_others(search: LexiconSearch) -> None:
    log_probs = spoken_ctc((N, AY, T, S, N, AY, N, T, AY, S), 4)
    assert "saint" not in heard(search, user_words(search), log_probs)[0].words
    best, *others = heard(search, user_words(search, SAINT), log_probs)
    assert best.words == ("night", "saint", "ice")
    assert best.phones == (N, AY, T, S, N, AY, N, T, AY, S)
    assert best.as_heard.split()[1] == "snint"
    assert all(best.score >= other.score for other in others)
    # Frames: blank N blank AY blank T blank S …
    assert place(log_probs, best).words[1].start_frame == 7


def test_two_words_are_heard_in_one_sentence(search: LexiconSearch) -> None:
    log_probs = spoken_ctc((S, N, AY, N, T, N, AY, T, T, AY, S, N, T, AY), 4)
    best = heard(search, user_words(search, SAINT, TISN), log_probs)[0]
    assert best.words == ("saint", "night", "tisn", "tay")
    assert best.ends == (5, 8, 12, 14)


def test_what_was_not_said_is_not_heard(search: LexiconSearch) -> None:
    log_probs = spoken_ctc((N, AY, T, S, AY), 4)
    without = heard(search, user_words(search), log_probs)
    assert heard(search, user_words(search, SAINT, TISN), log_probs)[0] == without[0]


def test_silence_stays_silent(search: LexiconSearch) -> None:
    assert heard(search, user_words(search, SAINT), spoken_ctc((), 4, 30))[0].words == ()


def test_words_are_replaced_with_their_phones_and_bonus(search: LexiconSearch) -> None:
    base = Candidate(("sigh", "night"), (S, AY, N, AY, T), (2, 5), 0.0, 0.0, -1.0, bonus=2.0)
    insert = Insert(0, 0, ("tice",), (3,), (T, AY, S), ("tis",), 1.0)
    made = replaced(base, 1, 2, insert, lambda words: -float(len(words)))
    assert (made.words, made.phones, made.ends) == (("sigh", "tice"), (S, AY, T, AY, S), (2, 5))
    assert (made.language, made.bonus, made.as_heard) == (-2.0, 3.0, "sigh tis")
