from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from asr_app.decoding.options import SearchOptions
from asr_app.errors import ManifestError
from asr_app.training.evaluation.calibration import (
    JudgedWord,
    fit,
    judge_words,
    right_words,
    write_calibration,
)
from asr_app.transcription.recognizer import Recognizer
from tests.unit.transcription.builders import speech, talkative_bundle, write_wav


def sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def words_of(count: int, seed: int = 0, groups: int = 20, sign: float = -1.0) -> list[JudgedWord]:
    """Words that are right with a probability known: odds of 2 minus (or plus) the doubt."""
    random = np.random.default_rng(seed)
    words = []
    for number in range(count):
        doubt, pieces = float(random.uniform(0, 4)), float(random.integers(1, 5))
        right = bool(random.random() < sigmoid(2 + sign * doubt))
        evidence = {"doubt": doubt, "utterance_doubt": 1.0 + 0.1 * pieces, "pieces": pieces}
        words.append(JudgedWord(evidence, 0.99, right, f"speaker {number % groups}", "dev"))
    return words


class TestFit:
    def test_it_finds_the_map_that_the_words_were_made_by(self) -> None:
        calibration = fit(words_of(6000)).calibration
        for doubt in (0.0, 1.0, 2.0, 4.0):
            found = calibration.probability({"doubt": doubt, "utterance_doubt": 1.2, "pieces": 2.0})
            assert found == pytest.approx(sigmoid(2 - doubt), abs=0.04)

    def test_what_was_dishonest_becomes_honest_on_words_not_fitted_on(self) -> None:
        fitted = fit(words_of(3000))
        assert fitted.before["all"].ece > 0.4
        assert fitted.after["all"].ece < 0.05
        assert fitted.after["all"].auc > 0.7
        assert fitted.after["all"].words == fitted.before["dev"].words == 3000

    def test_words_are_judged_by_a_map_that_has_not_seen_their_speaker(self) -> None:
        """Each of two speakers teaches the opposite of the other: held-out figures must say so."""
        random = np.random.default_rng(0)
        words = []
        for number in range(400):
            right, speaker = bool(random.random() < 0.5), number % 2
            pieces = 1.0 if right == bool(speaker) else 5.0
            evidence = {"doubt": 1.0, "utterance_doubt": 1.0, "pieces": pieces}
            words.append(JudgedWord(evidence, 0.5, right, str(speaker), "dev"))
        assert fit(words).after["all"].auc < 0.05

    def test_doubt_never_makes_a_word_surer(self) -> None:
        fitted = fit(words_of(2000, sign=+1.0))
        assert "doubt" not in fitted.calibration.weights
        assert "pieces" in fitted.calibration.weights

    def test_evidence_that_only_some_words_have_is_not_used(self) -> None:
        words = words_of(200)
        more = JudgedWord({**words[0].evidence, "support": 1.0}, 0.5, True, "speaker 0", "dev")
        assert "support" not in fit([*words, more]).calibration.weights

    @pytest.mark.parametrize(
        "words",
        [
            [],
            words_of(20),
            [word for word in words_of(500) if word.right],
            words_of(500, groups=1),
        ],
        ids=["none", "few", "all right", "one speaker"],
    )
    def test_too_little_to_learn_from_is_an_error(self, words: list[JudgedWord]) -> None:
        with pytest.raises(ManifestError, match="not enough to calibrate"):
            fit(words)


class TestRightWords:
    @pytest.mark.parametrize(
        ("words", "rights"),
        [
            (["the", "cat", "sat"], [True, True, True]),
            (["The", "bat", "sat."], [True, False, True]),
            (["the", "cat", "cat", "sat"], [True, True, False, True]),
            (["sat"], [True]),
            ([], []),
            (["the", "—", "cat"], [True, None, True]),
            (["the cat", "sat"], [True, True]),
            (["the bat", "sat"], [False, True]),
        ],
    )
    def test_a_word_is_right_where_it_was_said(self, words: list[str], rights: list[bool | None]) -> None:
        found = right_words("the cat sat", words)
        if words == ["the", "cat", "cat", "sat"]:
            assert sorted(map(bool, found)) == [False, True, True, True]
        else:
            assert found == rights


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return Recognizer.load(talkative_bundle(tmp_path_factory.mktemp("models") / "tiny"), device="cpu")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    entries = []
    for name in ("library", "train"):
        write_wav(tmp_path / f"{name}.wav", speech(name, pause_s=0.2))
        entries.append(
            {"audio_filepath": f"{name}.wav", "text": f"something about a {name}", "speaker": name}
        )
    entries.append({"audio_filepath": "absent.wav", "text": ""})
    path = tmp_path / "dev.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def test_words_are_judged_with_their_evidence(tiny: Recognizer, manifest: Path) -> None:
    told: list[tuple[int, int]] = []
    words = judge_words(
        tiny, manifest, SearchOptions("greedy"), on_progress=lambda *progress: told.append(progress)
    )
    assert told == [(1, 2), (2, 2)]
    assert {word.group for word in words} == {"library", "train"}
    assert {word.manifest for word in words} == {"dev"}
    assert all(set(word.evidence) == {"doubt", "utterance_doubt", "pieces"} for word in words)


def test_writing_changes_the_description_alone_and_keeps_other_searches(tmp_path: Path) -> None:
    folder = talkative_bundle(tmp_path / "tiny")
    before = tmp_path / "before"
    shutil.copytree(folder, before)
    fitted = fit(words_of(300))
    write_calibration(Recognizer.load(folder, "cpu"), "joint", fitted)
    write_calibration(Recognizer.load(folder, "cpu"), "greedy", fitted)

    changed = {
        path.name for path in folder.iterdir() if path.read_bytes() != (before / path.name).read_bytes()
    }
    assert changed == {"config.json"}
    old, new = (json.loads((place / "config.json").read_text("utf-8")) for place in (before, folder))
    assert set(new["confidence"]) == {"joint", "greedy"}
    assert {name: value for name, value in new.items() if name != "confidence"} == old
    loaded = Recognizer.load(folder, "cpu").calibrations["greedy"]
    evidence = {"doubt": 1.0, "utterance_doubt": 1.0, "pieces": 2.0}
    assert loaded.probability(evidence) == pytest.approx(fitted.calibration.probability(evidence), abs=1e-3)
