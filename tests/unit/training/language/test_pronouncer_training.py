from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from asr_app.decoding.pronouncer import encode_pronouncer
from asr_app.errors import BundleError, RecipeError
from asr_app.model.bundle import load_bundle
from asr_app.training.checkpoint import LAST
from asr_app.training.language.pronouncer_bundle import PRONOUNCER_FILE, add_pronouncer
from asr_app.training.language.pronouncer_training import (
    PronouncerSettings,
    edit_distance,
    judge,
    split_words,
    train_pronouncer,
)
from asr_app.training.language.pronouncing import PronouncingDictionary
from tests.unit.transcription.builders import talkative_bundle

PHONES = ("AA", "B", "S", "T")
SOUNDS = {"a": "AA", "b": "B", "s": "S", "t": "T"}
WORDS = {
    word: [tuple(SOUNDS[letter] for letter in word)]
    for word in ("a", "b", "s", "t", "ab", "ba", "sa", "ta", "at", "as", "tab", "bat", "sat", "stab", "abba")
}
SETTINGS = PronouncerSettings(
    epochs=30, batch=8, learning_rate=1e-2, warm_up_steps=5, bfloat16=False, checkpoint_steps=40
)


def test_it_learns_how_letters_sound(tmp_path: Path) -> None:
    losses: list[float] = []
    pronouncer = train_pronouncer(
        tmp_path, WORDS, SETTINGS, PHONES, on_step=lambda step, steps, loss: losses.append(loss)
    )
    assert losses[-1] < losses[0] / 4
    said = {word: [pronouncer.guess(word)[0]] for word in WORDS}
    assert judge(said, WORDS).word_error_rate < 0.2


def test_a_run_that_was_cut_off_goes_on_to_the_same_network(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, epochs=3, checkpoint_steps=5, dropout=0.2)
    whole = train_pronouncer(tmp_path / "whole", WORDS, settings, PHONES)
    cut = tmp_path / "cut"

    class Killed(Exception):
        pass

    def kill(step: int, steps: int, loss: float) -> None:
        if step == 10:
            raise Killed

    with pytest.raises(Killed):
        train_pronouncer(cut, WORDS, settings, PHONES, on_step=kill)
    resumed = train_pronouncer(cut, WORDS, settings, PHONES, resume=True)
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, whole.network.state_dict()[name])


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no run to resume"):
        train_pronouncer(tmp_path, WORDS, SETTINGS, PHONES, resume=True)
    assert not (tmp_path / LAST).exists()


def test_words_are_parted_by_spelling_alone_and_genitives_left_out(tmp_path: Path) -> None:
    spelled = [f"{a}{b}{c}" for a in "abst" for b in "abst" for c in "abstlmnr"]
    lines = [f"{word} B AA T\n" for word in spelled]
    (tmp_path / "one.dict").write_text("".join([*lines, "bat's B AA T S\n"]), encoding="latin-1")
    (tmp_path / "two.dict").write_text("".join(reversed(lines)), encoding="latin-1")
    learned, held_out = split_words(PronouncingDictionary(tmp_path / "one.dict", PHONES))
    again, again_held_out = split_words(PronouncingDictionary(tmp_path / "two.dict", PHONES))
    assert 0 < len(held_out) < len(learned) / 10
    assert not set(learned) & set(held_out)
    assert set(learned) | set(held_out) == set(spelled)
    assert (set(again), set(again_held_out)) == (set(learned), set(held_out))


def test_of_several_listed_pronunciations_the_nearest_counts() -> None:
    listed: dict[str, list[tuple[str, ...]]] = {
        "data": [("D", "EY", "T", "AH"), ("D", "AE", "T", "AH")],
        "bat": [("B", "AE", "T")],
    }
    right: dict[str, list[tuple[str, ...]]] = {"data": [("D", "AE", "T", "AH")], "bat": [("B", "AE", "T")]}
    report = judge(right, listed)
    assert (report.words, report.phone_error_rate, report.word_error_rate) == (2, 0.0, 0.0)
    wrong: dict[str, list[tuple[str, ...]]] = {"data": [("D", "AA", "T"), ("D", "EY", "T", "AH")]}
    report = judge(wrong, listed)
    # Two wrong phones of four, and three that were not said.
    assert report.phone_error_rate == pytest.approx(5 / 7)
    assert report.word_error_rate == 1.0
    assert report.n_best_word_error_rate == 0.5


@pytest.mark.parametrize(("first", "second", "edits"), [("", "", 0), ("abc", "", 3), ("abc", "axcd", 2)])
def test_edits_are_counted(first: str, second: str, edits: int) -> None:
    assert edit_distance(first, second) == edits


def test_a_bundle_gets_one_in_phones_it_hears(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    phones = load_bundle(bundle).config.phones
    settings = dataclasses.replace(SETTINGS, epochs=1)
    words = {"ab": [tuple(phones[:2])]}
    for name, used in (("own", phones), ("foreign", (*phones, "QQ"))):
        pronouncer = train_pronouncer(tmp_path / "run", words, settings, used)
        (tmp_path / name).write_bytes(encode_pronouncer(pronouncer))
        shutil.rmtree(tmp_path / "run")
    add_pronouncer(bundle, tmp_path / "own")
    details = load_bundle(bundle).details
    assert details["pronouncer"] == PRONOUNCER_FILE
    assert PRONOUNCER_FILE in details["checksums"]
    before = (bundle / "config.json").read_bytes()
    with pytest.raises(BundleError, match="does not hear: QQ"):
        add_pronouncer(bundle, tmp_path / "foreign")
    with pytest.raises(BundleError, match="cannot be read"):
        add_pronouncer(bundle, tmp_path / "absent")
    assert (bundle / "config.json").read_bytes() == before
