from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from asr_app.decoding.lexicon_search import LexiconSearch
from asr_app.decoding.live_search import LiveHypothesis, LiveSearch
from tests.unit.decoding.brute_force import LogProbs, random_ctc, silent_ctc, spoken_ctc
from tests.unit.decoding.test_lexicon_search import ARPA, AY, LEXICON, PHONES, N, S, T, wide

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")


@pytest.fixture
def search(tmp_path: Path) -> LexiconSearch:
    (tmp_path / "lexicon.txt").write_text(LEXICON, encoding="utf-8")
    (tmp_path / "language.arpa").write_text(ARPA, encoding="utf-8")
    return LexiconSearch(tmp_path / "lexicon.txt", tmp_path / "language.arpa", PHONES, wide())


def listen(search: LexiconSearch, log_probs: LogProbs, *cuts: int) -> list[LiveHypothesis]:
    live = LiveSearch(search)
    for start, end in itertools.pairwise([0, *cuts, len(log_probs)]):
        live.push(log_probs[start:end])
    assert live.frames == len(log_probs)
    return list(live.hypotheses())


def words(hypothesis: LiveHypothesis) -> list[str]:
    return [word.text for word in hypothesis.words]


def test_it_finds_what_the_whole_search_finds(search: LexiconSearch) -> None:
    log_probs = spoken_ctc((S, AY, N, AY, T), 4)
    assert words(listen(search, log_probs)[0]) == search.search(log_probs)[0].text.split()


@pytest.mark.parametrize("cuts", [(1,), (3, 4, 8), tuple(range(1, 12))])
def test_however_the_frames_come_it_finds_the_same(search: LexiconSearch, cuts: tuple[int, ...]) -> None:
    log_probs = random_ctc(0, 12, len(PHONES))
    whole, parts = listen(search, log_probs), listen(search, log_probs, *cuts)
    assert [one.score for one in parts] == pytest.approx([one.score for one in whole])
    assert words(parts[0]) == words(whole[0])


def test_the_best_comes_first(search: LexiconSearch) -> None:
    scores = [one.score for one in listen(search, random_ctc(1, 12, len(PHONES)))]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)


def test_a_word_is_there_from_its_last_sound_on(search: LexiconSearch) -> None:
    # Frames: blank S blank AY blank N blank AY blank T blank.
    log_probs = spoken_ctc((S, AY, N, AY, T), 4)
    live = LiveSearch(search)
    found = []
    for frame in range(len(log_probs)):
        live.push(log_probs[frame : frame + 1])
        best = next(live.hypotheses(), None)
        found.append([] if best is None else words(best))
    assert found[2] == []
    assert found[4] == ["sigh"]
    assert found[-1] == ["sigh", "knight"]
    ends = [word.end_frame for word in next(live.hypotheses()).words]
    assert ends == [4, 10]


def test_nothing_is_found_in_silence(search: LexiconSearch) -> None:
    assert listen(search, silent_ctc(20, len(PHONES))) == []


def test_two_utterances_at_once_do_not_disturb_each_other(search: LexiconSearch) -> None:
    one, other = LiveSearch(search), LiveSearch(search)
    first, second = spoken_ctc((S, AY), 4), spoken_ctc((AY, S), 4)
    for frame in range(min(len(first), len(second))):
        one.push(first[frame : frame + 1])
        other.push(second[frame : frame + 1])
    assert words(next(one.hypotheses())) == ["sigh"]
    assert words(next(other.hypotheses())) == ["ice"]
    assert search.search(spoken_ctc((T, AY, S), 4))[0].text == "ties"


def test_the_whole_search_is_the_same_in_steps(search: LexiconSearch) -> None:
    log_probs = random_ctc(2, 60, len(PHONES))
    scores = search.scores(log_probs)
    at_once = search.make_decoder().decode(scores.ctypes.data, *scores.shape)
    found = search.candidates(log_probs, 5)
    assert found[0].score == pytest.approx(at_once[0].score)
    assert found[0].text == " ".join(text for text, _ in search.spelled(at_once[0]))
