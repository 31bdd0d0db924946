"""Words and phrases of a person in the search for words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asr_app.decoding.lexicon_search import LexiconSearch, LexiconWeights, RescoringWeights
from asr_app.decoding.rescoring import rescore_words
from asr_app.decoding.user_words import USUAL_BOOST, UserPhrase
from tests.unit.decoding.brute_force import LogProbs, Tokens, collapse, random_ctc, spoken_ctc

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")

PHONES = ("N", "AY", "T", "S")
N, AY, T, S = range(4)
BLANK = 4
SPELLINGS: dict[str, Tokens] = {"night": (N, AY, T), "knight": (N, AY, T), "sigh": (S, AY), "ice": (AY, S)}
UNIGRAMS = {"<unk>": -9.0, "</s>": -0.6, "night": -0.5, "knight": -6.5, "sigh": -0.9, "ice": -1.1}
LEAST = -5.0  # What a word of the person's gets at least.

NICE = UserPhrase(("nice",), (((N, AY, S),),))
NICE_TIE = UserPhrase(("nice", "tie"), (((N, AY, S), (T, AY)),))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    lexicon, model = tmp_path / "lexicon.txt", tmp_path / "language.arpa"
    lines = (f"{word} {' '.join(PHONES[s] for s in way)}\n" for word, way in SPELLINGS.items())
    lexicon.write_text("".join(lines), encoding="utf-8")
    rows = "".join(f"{score}\t{word}\t0\n" for word, score in UNIGRAMS.items())
    model.write_text(
        f"\\data\\\nngram 1=7\nngram 2=1\n\n\\1-grams:\n-99\t<s>\t0\n{rows}\n\\2-grams:\n-0.9\tsigh sigh\n\n"
        "\\end\\\n",
        encoding="utf-8",
    )
    return lexicon, model


def wide(language_model: float = 1.0, word_score: float = 0.0) -> LexiconWeights:
    """Weights of a beam that drops nothing on tiny inputs."""
    return LexiconWeights(language_model, word_score, beam=5000, beam_phones=5, beam_threshold=1000.0)


def search_for(
    files: tuple[Path, Path], phrases: Sequence[UserPhrase], weights: LexiconWeights | None = None
) -> LexiconSearch:
    return LexiconSearch(*files, PHONES, weights or wide(), find_phrases=lambda dictionary: phrases)


def heard(search: LexiconSearch, log_probs: LogProbs) -> str:
    return search.search(log_probs)[0].text


def test_a_word_no_dictionary_has_is_heard(files: tuple[Path, Path]) -> None:
    said = spoken_ctc((S, AY, N, AY, S), 4)
    assert heard(search_for(files, []), said) != "sigh nice"
    assert heard(search_for(files, [NICE]), said) == "sigh nice"


def test_of_words_that_sound_the_same_the_person_s_is_taken(files: tuple[Path, Path]) -> None:
    said = spoken_ctc((N, AY, T), 4)
    assert heard(search_for(files, []), said) == "night"
    assert heard(search_for(files, [UserPhrase(("knight",), (((N, AY, T),),), boost=5.0)]), said) == "knight"


def test_a_phrase_comes_out_as_words_with_their_own_times(files: tuple[Path, Path]) -> None:
    (best, *_) = search_for(files, [NICE_TIE]).candidates(spoken_ctc((N, AY, S, T, AY), 4))
    assert (best.words, best.phones, best.ends) == (("nice", "tie"), (N, AY, S, T, AY), (3, 5))
    # Frames: blank N blank AY blank S blank T blank AY blank.
    (hypothesis,) = search_for(files, [NICE_TIE]).search(spoken_ctc((N, AY, S, T, AY), 4))
    assert [(word.start_frame, word.end_frame) for word in hypothesis.words] == [(1, 6), (7, 10)]


def test_a_word_of_a_phrase_is_heard_alone_where_its_phones_are_known(files: tuple[Path, Path]) -> None:
    said = spoken_ctc((T, AY), 4)
    assert heard(search_for(files, [NICE_TIE]), said) == "tie"
    joined = UserPhrase(("nice", "tie"), NICE_TIE.ways, apart=False)
    assert heard(search_for(files, [joined]), said) != "tie"


def test_scores_add_up(files: tuple[Path, Path]) -> None:
    search = search_for(files, [NICE, NICE_TIE], wide(2.0, -0.5))
    for candidate in search.candidates(random_ctc(2, frames=9, vocabulary=4), n_best=50):
        total = candidate.acoustic + 2.0 * candidate.language - 0.5 * len(candidate.words) + candidate.bonus
        assert candidate.score == pytest.approx(total, abs=1e-3)
        assert candidate.language == pytest.approx(language_score(candidate.words), abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weights", [wide(), wide(0.3, 0.5), wide(2.0, -1.0)])
def test_nothing_scores_better_than_what_it_finds(
    files: tuple[Path, Path], weights: LexiconWeights, seed: int
) -> None:
    log_probs = random_ctc(seed, frames=5, vocabulary=4)
    assert heard(search_for(files, [NICE], weights), log_probs) == brute_force(log_probs, weights)


def brute_force(log_probs: LogProbs, weights: LexiconWeights) -> str:
    """Words of the best alignment; the last phone of a word lasts one frame."""
    spellings = {**SPELLINGS, "nice": (N, AY, S)}
    strings = [s for n in range(3) for s in itertools.product(spellings, repeat=n)]
    spelled = [tuple(itertools.chain.from_iterable(spellings[w] for w in words)) for words in strings]
    best, best_score = "", -math.inf
    for path in itertools.product(range(5), repeat=len(log_probs)):
        acoustic = float(log_probs[np.arange(len(log_probs)), list(path)].sum())
        sounds = collapse(path, BLANK)
        runs = [len(list(group)) for token, group in itertools.groupby(path) if token != BLANK]
        for words, way in zip(strings, spelled, strict=True):
            if way != sounds:
                continue
            ends = np.cumsum([len(spellings[word]) for word in words]) - 1
            if any(runs[int(end)] > 1 for end in ends):
                continue
            score = acoustic + weights.language_model * language_score(words)
            score += weights.word_score * len(words) + USUAL_BOOST * words.count("nice")
            if score > best_score:
                best, best_score = " ".join(words), score
    return best


def language_score(words: Sequence[str]) -> float:
    """Base-10 logarithm, with the end of the sentence."""
    return sum(UNIGRAMS.get(word, LEAST) for word in words) + UNIGRAMS["</s>"]


def test_candidates_say_how_the_person_s_words_sound(files: tuple[Path, Path]) -> None:
    (best, *_) = search_for(files, [NICE_TIE]).candidates(spoken_ctc((S, AY, N, AY, S, T, AY), 4))
    assert (best.text, best.as_heard) == ("sigh nice tie", "sigh nis ti")
    (other, *_) = search_for(files, [NICE_TIE]).candidates(spoken_ctc((S, AY), 4))
    assert other.as_heard == ""


def test_rescoring_judges_a_name_by_its_sound_where_its_spelling_is_odd(files: tuple[Path, Path]) -> None:
    torch = pytest.importorskip("torch")
    said = spoken_ctc((N, AY, S), 4)
    search = search_for(files, [UserPhrase(("gneisse",), (((N, AY, S),),))])
    found = search.candidates(said, n_best=10)
    letters = "abcdefghijklmnopqrstuvwxyz "
    subwords = spoken_ctc(tuple(letters.index(letter) for letter in "nis"), len(letters))

    def spell(text: str) -> list[int]:
        return [letters.index(letter) for letter in text]

    weights = RescoringWeights(attention=0.0)
    again = rescore_words(found, weights, said, subwords, spell, None, torch.zeros(0, 1))
    assert again[0].text == "gneisse"
    # The bonus counts here too: without it the score is lower by as much.
    assert again[0].bonus == pytest.approx(USUAL_BOOST)
