from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from asr_app.errors import RecipeError
from asr_app.punctuation.network import TaggerSizes
from asr_app.punctuation.tagger import Capitals, Tagger
from asr_app.training.checkpoint import LAST
from asr_app.training.punctuation.train import TaggerSettings, train_tagger
from asr_app.training.punctuation.windows import WindowSettings
from tests.unit.training.punctuation.builders import PIECES, small_data, spell

SETTINGS = TaggerSettings(
    sizes=TaggerSizes(pieces=PIECES, embedding=8, word=8, context=12, layers=2),
    windows=WindowSettings(shares=(("books", 1.0),), cut_start=0.0, cut_end=0.0, noisy=0.0),
    words=24_000,
    batch_words=512,
    learning_rate=2e-2,
    warm_up_steps=5,
    dropout=0.0,
    bfloat16=False,
    checkpoint_steps=20,
)


def test_it_learns_marks_and_capitals(tmp_path: Path) -> None:
    losses: list[float] = []
    network = train_tagger(
        tmp_path, small_data(), SETTINGS, on_step=lambda step, share, marks, capitals: losses.append(marks)
    )
    assert losses[-1] < losses[0] / 4
    tags = Tagger(network, spell).tag(["so", "anna", "came", "do", "you", "come", "then", "you", "came"])
    assert [tag.mark for tag in tags] == ["", "", ".", "", "", "?", "", "", "."]
    assert [tag.capitals for tag in tags].index(Capitals.CAPITAL) == 1


def test_a_run_that_was_cut_off_goes_on_to_the_same_network(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, words=6_000, checkpoint_steps=5, dropout=0.2)
    data = small_data()
    whole = train_tagger(tmp_path / "whole", data, settings)

    class Killed(Exception):
        pass

    def kill(step: int, share: float, marks: float, capitals: float) -> None:
        if step == 10:
            raise Killed

    with pytest.raises(Killed):
        train_tagger(tmp_path / "cut", data, settings, on_step=kill)
    resumed = train_tagger(tmp_path / "cut", data, settings, resume=True)
    for name, tensor in resumed.state_dict().items():
        assert torch.equal(tensor, whole.state_dict()[name])


def test_it_ends_when_its_time_is_over(tmp_path: Path) -> None:
    shares: list[float] = []
    settings = dataclasses.replace(SETTINGS, words=10**9, checkpoint_steps=10**9)
    train_tagger(
        tmp_path,
        small_data(),
        settings,
        max_minutes=0.5 / 60,
        on_step=lambda step, share, marks, capitals: shares.append(share),
    )
    assert shares == [1.0]
    assert (tmp_path / LAST).exists()


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no run to resume"):
        train_tagger(tmp_path, small_data(), SETTINGS, resume=True)
