from __future__ import annotations

import dataclasses
import json
import math
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from asr_app.decoding.neural_language import NeuralSizes, encode_neural_language
from asr_app.errors import BundleError, RecipeError
from asr_app.model.bundle import extend_bundle, load_bundle
from asr_app.training.language.build import LanguageSettings
from asr_app.training.language.neural_bundle import NEURAL_LANGUAGE_FILE, add_neural_language
from asr_app.training.language.neural_text import PieceText, joined, read_pieces, spell_lines
from asr_app.training.language.neural_train import NeuralSettings, batches, train_neural_language
from asr_app.training.language.pronouncing import PronouncingDictionary
from asr_app.training.language.text import find_sources
from tests.unit.model.builders import small_tokenizer
from tests.unit.transcription.builders import talkative_bundle

PIECES = 6
SETTINGS = NeuralSettings(
    NeuralSizes(8, 16),
    passes=4,
    batch_pieces=64,
    longest=12,
    learning_rate=2e-2,
    warm_up_steps=3,
    bfloat16=False,
)


def counting_text(strings: int = 30) -> PieceText:
    """Strings in which each piece is the one before and one more."""
    chance = random.Random(0)
    parts = [
        np.array([(first + place) % PIECES for place in range(chance.randint(1, 20))], np.uint16)
        for first in (chance.randrange(PIECES) for _ in range(strings))
    ]
    ends = np.cumsum([len(part) for part in parts])
    return PieceText(np.concatenate(parts), ends, words=strings)


def test_it_learns_what_follows_what(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, passes=10)
    language = train_neural_language(tmp_path, counting_text(), PIECES, "abc", settings)
    counted, mixed = language.log_probs([(2, 3, 4, 5, 0), (2, 5, 4, 0, 3)])
    assert counted > mixed + 5
    assert not language.network.training


def test_a_run_that_was_cut_off_goes_on_to_the_same_model(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, checkpoint_s=0.0, dropout=0.2)
    whole = train_neural_language(tmp_path / "whole", counting_text(), PIECES, "abc", settings)

    class Killed(Exception):
        pass

    def kill(step: int, share: float, loss: float) -> None:
        if step == 10:
            raise Killed

    with pytest.raises(Killed):
        train_neural_language(tmp_path / "cut", counting_text(), PIECES, "abc", settings, on_step=kill)
    resumed = train_neural_language(tmp_path / "cut", counting_text(), PIECES, "abc", settings, resume=True)
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, whole.network.state_dict()[name])


def test_time_that_runs_out_ends_a_run_with_a_model(tmp_path: Path) -> None:
    told: list[float] = []
    settings = dataclasses.replace(SETTINGS, passes=200, most_minutes=0.01)
    language = train_neural_language(
        tmp_path,
        counting_text(),
        PIECES,
        "abc",
        settings,
        on_step=lambda step, share, loss: told.append(share),
    )
    assert told[-1] == 1.0
    assert all(math.isfinite(score) for score in language.log_probs([(1, 2), ()]))


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no run to resume"):
        train_neural_language(tmp_path, counting_text(), PIECES, "abc", SETTINGS, resume=True)


def test_each_pass_reads_every_piece_once_in_another_order() -> None:
    text = counting_text()
    first, second = batches(text, SETTINGS, 0), batches(text, SETTINGS, 1)
    for found in (first, second):
        places = np.concatenate([np.arange(*each) for batch in found for each in batch])
        assert sorted(places) == list(range(len(text.pieces)))
        for batch in found:
            lengths = batch[:, 1] - batch[:, 0]
            assert lengths.max() <= SETTINGS.longest
            assert len(batch) == 1 or len(batch) * (lengths.max() + 1) <= SETTINGS.batch_pieces
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_text_is_spelled_saved_and_read_again(tmp_path: Path) -> None:
    tokenizer = small_tokenizer()
    lines = ["the quick fox", "she sells sea shells"]
    text = spell_lines(lines, tokenizer)
    text.save(tmp_path / "pieces.npz")
    again = PieceText.load(tmp_path / "pieces.npz")
    assert [tokenizer.decode(again.string(number).tolist()) for number in range(len(again))] == lines
    assert again.words == 7


def test_sentences_are_joined_by_chance_and_never_too_long() -> None:
    lines = ["a b c"] * 400
    found = list(joined(lines, 0.5, random.Random(0)))
    assert " ".join(found).split() == " ".join(lines).split()
    assert 150 < len(found) < 250
    assert max(len(line.split()) for line in joined(lines, 1.0, random.Random(0))) <= 40
    assert list(joined(lines, 0.0, random.Random(0))) == lines


def test_a_bundle_gets_one_that_spells_as_it_does(tmp_path: Path) -> None:
    bundle = talkative_bundle(tmp_path / "tiny", decoder=False)
    loaded = load_bundle(bundle)
    own = loaded.details["checksums"]["tokenizer.model"]
    settings = dataclasses.replace(SETTINGS, passes=1)
    for name, tokenizer in (("own", own), ("foreign", "0" * 64)):
        size = loaded.tokenizer.size
        trained = train_neural_language(tmp_path / "run", counting_text(), size, tokenizer, settings)
        (tmp_path / name).write_bytes(encode_neural_language(trained))
        shutil.rmtree(tmp_path / "run")
    with pytest.raises(BundleError, match="no dictionary"):
        add_neural_language(bundle, tmp_path / "own")
    extend_bundle(bundle, {}, {"lexicon": {"weights": {}}})
    add_neural_language(bundle, tmp_path / "own")
    details = load_bundle(bundle).details
    assert details["lexicon"] == {"weights": {}, "neural": NEURAL_LANGUAGE_FILE}
    assert NEURAL_LANGUAGE_FILE in details["checksums"]
    with pytest.raises(BundleError, match="spells words otherwise"):
        add_neural_language(bundle, tmp_path / "foreign")
    with pytest.raises(BundleError, match="cannot be read"):
        add_neural_language(bundle, tmp_path / "absent")
    assert load_bundle(bundle).details == details


def test_text_is_that_of_the_ngram_model_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "words.dict").write_text("sea S IY\nshore SH AO R\n", encoding="latin-1")
    (tmp_path / "book.txt").write_text("The sea! The shore.\nNever this.\nFine day.\n", encoding="utf-8")
    entry = {"audio_filepath": "a", "text": "she sells", "corpus": "calls"}
    (tmp_path / "said.jsonl").write_text(f"{json.dumps(entry)}\n", encoding="utf-8")
    tokenizer = small_tokenizer()
    settings = LanguageSettings(weights={"calls": 2}, spelled=3, dictated=0.0, every=2)
    dictionary = PronouncingDictionary(tmp_path / "words.dict", ["AO", "IY", "R", "S", "SH"])
    text = read_pieces(find_sources([tmp_path]), tokenizer, dictionary, settings, join=1.0)
    lines = [tokenizer.decode(text.string(number).tolist()) for number in range(len(text))]
    assert lines[:3] == ["the sea the shore fine day", "she sells", "she sells"]
    assert len(lines) == 6, "and three that are made up"
