"""A run learns, repeats itself from its seed, and survives being killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asr_app.errors import RecipeError
from asr_app.model.bundle import load_bundle
from asr_app.training.checkpoint import LAST
from asr_app.training.processes import Processes
from asr_app.training.recipe import read_recipe
from asr_app.training.trainer import Callbacks, Trainer

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
KILLS = 3
WriteRecipe = Callable[..., Path]
KEYS = ("loss", "ctc", "phones", "attention", "guided")


def losses(recipe: Path) -> list[tuple[float, ...]]:
    """Of every step, as the run's log has them."""
    lines = (recipe.parent / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["step"] for entry in entries] == list(range(1, len(entries) + 1))
    return [tuple(entry[key] for key in KEYS) for entry in entries]


def train(recipe: Path, resume: bool = False, max_minutes: float | None = None) -> None:
    Trainer(read_recipe(recipe), Processes("cpu"), resume).run(max_minutes)


def test_a_run_learns_and_gives_a_bundle(write_recipe: WriteRecipe) -> None:
    recipe = write_recipe(steps=100)
    rates: list[dict[str, float]] = []
    trainer = Trainer(
        read_recipe(recipe), Processes("cpu"), False, Callbacks(validated=lambda step, r: rates.append(r))
    )
    assert trainer.run()
    first, last = losses(recipe)[0], losses(recipe)[-1]
    assert last[1] < 0.5 * first[1], "subword CTC"
    assert last[2] < 0.5 * first[2], "phone CTC"
    assert set(rates[-1]) == {"dev", "dev phones"}
    bundle = load_bundle(trainer.export() or "")
    assert bundle.config.vocabulary_size == trainer.tokenizer.size


def test_the_same_seed_gives_the_same_losses(write_recipe: WriteRecipe) -> None:
    first, second = write_recipe("a"), write_recipe("b")
    train(first)
    train(second)
    assert losses(first) == losses(second)


def test_a_run_stopped_by_the_clock_goes_on_as_if_unbroken(write_recipe: WriteRecipe) -> None:
    whole, broken = write_recipe("a"), write_recipe("b")
    train(whole)
    train(broken, max_minutes=0.0)
    assert len(losses(broken)) == 1
    train(broken, resume=True)
    assert losses(broken) == losses(whole)


def test_a_learning_rate_changed_between_stop_and_resume_counts(write_recipe: WriteRecipe) -> None:
    recipe = write_recipe()
    train(recipe, max_minutes=0.0)
    rate = read_recipe(recipe).optimiser.learning_rate
    text = re.sub(
        r"^learning_rate = .*$", f"learning_rate = {rate / 10}", recipe.read_text("utf-8"), flags=re.M
    )
    recipe.write_text(text, encoding="utf-8")
    assert read_recipe(recipe).optimiser.learning_rate == rate / 10
    train(recipe, resume=True)
    lines = (recipe.parent / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert max(json.loads(line)["learning_rate"] for line in lines[1:]) <= rate / 10


def start_command(recipe: Path) -> list[str]:
    """Start or resume: killed before its first checkpoint, a run has lost nothing by starting again."""
    folder = recipe.parent / "run"
    command = [sys.executable, "-m", "asr_app", "train", str(recipe), "--device", "cpu"]
    if (folder / LAST).exists():
        return [*command, "--resume"]
    shutil.rmtree(folder, ignore_errors=True)
    return command


def kill_while_training(recipe: Path, after_s: float) -> None:
    """Run until the log grows, wait a moment longer, then SIGKILL."""
    command = start_command(recipe)
    log = recipe.parent / "run" / "log.jsonl"
    before = log.stat().st_size if log.exists() else 0
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    # Trimming at the start may shorten the log first; any change is a sign of life.
    while run.poll() is None and (not log.exists() or log.stat().st_size == before):
        time.sleep(0.01)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(after_s)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL, "the run was over before it could be killed"


@pytest.mark.timeout(300)
def test_sigkill_at_random_moments_then_resume_gives_the_unbroken_losses(write_recipe: WriteRecipe) -> None:
    whole, broken = write_recipe("a", 60), write_recipe("b", 60)
    train(whole)
    moments = random.Random(11)
    for _ in range(KILLS):
        kill_while_training(broken, moments.uniform(0.0, 0.5))
    command = start_command(broken)
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    assert losses(broken) == losses(whole)


def test_a_folder_with_a_run_is_not_overwritten(write_recipe: WriteRecipe) -> None:
    recipe = write_recipe()
    train(recipe, max_minutes=0.0)
    with pytest.raises(RecipeError, match="--resume"):
        train(recipe)


def test_nothing_to_resume_is_said(write_recipe: WriteRecipe) -> None:
    with pytest.raises(RecipeError, match="no run to resume"):
        train(write_recipe(), resume=True)


def test_a_damaged_checkpoint_is_said(write_recipe: WriteRecipe) -> None:
    recipe = write_recipe()
    train(recipe, max_minutes=0.0)
    path = recipe.parent / "run" / LAST
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RecipeError, match="damaged"):
        train(recipe, resume=True)


@pytest.mark.timeout(180)
def test_two_processes_train_together(write_recipe: WriteRecipe) -> None:
    recipe = write_recipe(steps=8)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    command += ["-m", "asr_app", "train", str(recipe), "--device", "cpu"]
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    assert len(losses(recipe)) == 8
    assert (recipe.parent / "run" / "bundle" / "config.json").exists()
