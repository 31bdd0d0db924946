from __future__ import annotations

import dataclasses
import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from asr_app.decoding.lexicon_search import (
    LexiconSearch,
    LexiconWeights,
    RescoringWeights,
    SearchPackageMissingError,
)
from asr_app.errors import BundleError
from tests.unit.decoding.brute_force import LogProbs, Tokens, collapse, random_ctc, silent_ctc, spoken_ctc

PHONES = ("N", "AY", "T", "S")
N, AY, T, S = range(4)
LEXICON = "night N AY T\nknight N AY T\nsigh S AY\nties T AY S\nice AY S\n"
SPELLINGS: dict[str, Tokens] = {
    "night": (N, AY, T),
    "knight": (N, AY, T),
    "sigh": (S, AY),
    "ties": (T, AY, S),
    "ice": (AY, S),
}

# Base-10 logarithms, as in every ARPA file. `sigh` is mostly followed by `knight`, all else by `night`.
UNIGRAMS = {
    "<unk>": -4.0,
    "</s>": -0.6,
    "night": -0.5,
    "knight": -1.5,
    "sigh": -0.9,
    "ties": -1.0,
    "ice": -1.1,
}
SIGH_KNIGHT, BACK_OFF_AFTER_SIGH = -0.2, -0.7
ARPA = (
    "\\data\\\nngram 1=8\nngram 2=1\n\n\\1-grams:\n-99\t<s>\t0\n"
    + "".join(
        f"{score}\t{word}\t{BACK_OFF_AFTER_SIGH if word == 'sigh' else 0}\n"
        for word, score in UNIGRAMS.items()
    )
    + f"\n\\2-grams:\n{SIGH_KNIGHT}\tsigh knight\n\n\\end\\\n"
)

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    path = tmp_path / "lexicon.txt"
    path.write_text(LEXICON, encoding="utf-8")
    return path


@pytest.fixture
def language_model(tmp_path: Path) -> Path:
    path = tmp_path / "language.arpa"
    path.write_text(ARPA, encoding="utf-8")
    return path


def wide(language_model: float = 1.0, word_score: float = 0.0) -> LexiconWeights:
    """Weights of a beam that drops nothing on tiny inputs."""
    return LexiconWeights(language_model, word_score, beam=5000, beam_phones=5, beam_threshold=1000.0)


@pytest.fixture
def search(lexicon: Path, language_model: Path) -> LexiconSearch:
    return LexiconSearch(lexicon, language_model, PHONES, wide())


def heard(search: LexiconSearch, log_probs: LogProbs) -> str:
    return search.search(log_probs)[0].text


def test_the_language_model_chooses_among_words_that_sound_the_same(search: LexiconSearch) -> None:
    assert heard(search, spoken_ctc((N, AY, T), 4)) == "night"
    assert heard(search, spoken_ctc((S, AY, N, AY, T), 4)) == "sigh knight"
    assert heard(search, spoken_ctc((AY, S, N, AY, T), 4)) == "ice night"


def test_words_have_their_frames_in_order_and_a_confidence(search: LexiconSearch) -> None:
    # Frames: blank S blank AY blank N blank AY blank T blank.
    (best,) = search.search(spoken_ctc((S, AY, N, AY, T), 4))
    assert [(word.start_frame, word.end_frame) for word in best.words] == [(1, 4), (5, 10)]
    assert [word.confidence for word in best.words] == pytest.approx([0.98**2, 0.98**3], rel=1e-4)


def test_silence_gives_no_words(search: LexiconSearch) -> None:
    for posteriors in (np.zeros((0, 5), np.float32), silent_ctc(1, 4), silent_ctc(200, 4)):
        (best,) = search.search(posteriors)
        assert best.words == ()


def test_sounds_too_few_for_a_word_give_none(search: LexiconSearch) -> None:
    assert heard(search, spoken_ctc((N,), 4, certainty=0.999)) == ""


def test_a_word_forced_on_sounds_that_spell_none_has_no_confidence(search: LexiconSearch) -> None:
    (best,) = search.search(spoken_ctc((T, T, N), 4, certainty=0.999))
    assert all(word.confidence < 1e-6 for word in best.words)


def test_each_string_of_words_comes_once_and_the_best_first(search: LexiconSearch) -> None:
    hypotheses = search.search(spoken_ctc((S, AY, N, AY, T), 4), n_best=10)
    texts = [hypothesis.text for hypothesis in hypotheses]
    assert texts[0] == "sigh knight"
    assert "sigh night" in texts
    assert len(set(texts)) == len(texts)
    scores = [hypothesis.score for hypothesis in hypotheses]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weights", [wide(), wide(0.3, 0.5), wide(2.0, -1.0)])
def test_nothing_scores_better_than_what_it_finds(
    lexicon: Path, language_model: Path, weights: LexiconWeights, seed: int
) -> None:
    """Against all alignments of all strings of words, but for a word's last phone, which lasts one frame."""
    log_probs = random_ctc(seed, frames=5, vocabulary=4)
    assert heard(LexiconSearch(lexicon, language_model, PHONES, weights), log_probs) == brute_force(
        log_probs, weights
    )


def brute_force(log_probs: LogProbs, weights: LexiconWeights) -> str:
    """Words of the best alignment."""
    frames = len(log_probs)
    strings = [s for n in range(3) for s in itertools.product(SPELLINGS, repeat=n)]
    best, best_score = "", -math.inf
    for path in itertools.product(range(5), repeat=frames):
        acoustic = float(log_probs[np.arange(frames), list(path)].sum())
        spelled = collapse(path, 4)
        for words in strings:
            if tuple(itertools.chain.from_iterable(SPELLINGS[word] for word in words)) != spelled:
                continue
            if not _ends_are_short(path, words):
                continue
            score = (
                acoustic + weights.language_model * language_score(words) + weights.word_score * len(words)
            )
            if score > best_score:
                best, best_score = " ".join(words), score
    return best


def _ends_are_short(path: Tokens, words: tuple[str, ...]) -> bool:
    runs = [len(list(group)) for token, group in itertools.groupby(path) if token != 4]
    ends = np.cumsum([len(SPELLINGS[word]) for word in words]) - 1
    return all(runs[end] == 1 for end in ends)


def language_score(words: tuple[str, ...]) -> float:
    """Base-10 logarithm, with the end of the sentence."""
    total, before = 0.0, ""
    for word in (*words, "</s>"):
        if (before, word) == ("sigh", "knight"):
            total += SIGH_KNIGHT
        else:
            total += UNIGRAMS[word] + (BACK_OFF_AFTER_SIGH if before == "sigh" else 0.0)
        before = word
    return total


def test_a_negative_word_score_makes_words_fewer(lexicon: Path, language_model: Path) -> None:
    log_probs = random_ctc(1, frames=30, vocabulary=4, sharpness=1.0)
    few = LexiconSearch(lexicon, language_model, PHONES, wide(0.1, -5.0)).search(log_probs)[0]
    many = LexiconSearch(lexicon, language_model, PHONES, wide(0.1, 5.0)).search(log_probs)[0]
    assert len(few.words) < len(many.words)


def test_posteriors_of_another_phone_set_are_refused(search: LexiconSearch) -> None:
    with pytest.raises(ValueError, match="4 phones"):
        search.search(silent_ctc(5, 3))


def test_a_damaged_language_model_is_said(lexicon: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(b"no model at all")
    with pytest.raises(BundleError, match=r"damaged\.bin"):
        LexiconSearch(lexicon, damaged, PHONES)


def test_a_missing_package_is_told_apart_from_a_damaged_model(
    lexicon: Path, language_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flashlight.lib.text.decoder", None)
    with pytest.raises(SearchPackageMissingError):
        LexiconSearch(lexicon, language_model, PHONES)


@pytest.mark.parametrize(
    "values",
    [
        {"language_model": math.nan},
        {"beam": 0},
        {"beam": 2.5},
        {"beam_threshold": math.inf},
        {"word_score": "1"},
    ],
)
def test_weights_no_search_can_work_with_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        LexiconWeights(**values)  # type: ignore[arg-type]


def test_candidates_tell_sound_and_language_apart(search: LexiconSearch) -> None:
    (best, *_) = search.candidates(spoken_ctc((S, AY, N, AY, T), 4), n_best=3)
    assert (best.text, best.phones, best.ends) == ("sigh knight", (S, AY, N, AY, T), (2, 5))
    assert best.language == pytest.approx(language_score(("sigh", "knight")), abs=1e-4)
    assert best.score == pytest.approx(best.acoustic + best.language, abs=1e-4)


def test_other_weights_make_another_search_of_the_same_words(search: LexiconSearch) -> None:
    log_probs = random_ctc(1, frames=30, vocabulary=4, sharpness=1.0)
    few = search.reweighted(wide(0.1, -5.0))
    assert few.words is search.words
    assert len(few.search(log_probs)[0].words) < len(search.search(log_probs)[0].words)


def test_a_penalty_of_the_blank_finds_words_said_faintly(search: LexiconSearch) -> None:
    """The network hears both sounds, but thinks a blank a little likelier."""
    faint = spoken_ctc((S, AY), 4)
    for frame, phone in ((1, S), (3, AY)):
        faint[frame, [phone, 4]] = np.log([0.45, 0.5])
    assert heard(search, faint) == ""
    penalised = search.reweighted(dataclasses.replace(wide(), blank_penalty=1.0))
    assert heard(penalised, faint) == "sigh"
    assert heard(search, faint) == "", "the other search stays as it was"
    assert penalised.weighed(faint) - faint == pytest.approx(np.array([[0, 0, 0, 0, -1.0]] * 5), abs=1e-6)
    assert (search.weighed(faint) == faint).all()


def test_the_prior_prefers_phones_that_the_network_seldom_says(lexicon: Path, language_model: Path) -> None:
    """`night` is a little likelier than `ties`, whose S the network hardly ever says."""
    unsure = spoken_ctc((N, AY, T), 4)
    unsure[1, [N, T]] = np.log([0.5, 0.45])
    unsure[5, [T, S]] = np.log([0.5, 0.45])
    weights = dataclasses.replace(wide(0.1), prior=1.0)
    shares = (0.3, 0.1, 0.3, 0.01, 0.29)
    assert heard(LexiconSearch(lexicon, language_model, PHONES, wide(0.1)), unsure) == "night"
    with_prior = LexiconSearch(lexicon, language_model, PHONES, weights, shares=shares)
    assert heard(with_prior, unsure) == "ties"
    assert with_prior.shares == shares
    assert heard(with_prior.reweighted(weights, ()), unsure) == "night", "without shares there is no prior"


@pytest.mark.parametrize("values", [{"candidates": 0}, {"subwords": math.nan}, {"attention": "1"}])
def test_rescoring_weights_nothing_can_work_with_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RescoringWeights(**values)  # type: ignore[arg-type]
