"""Plans of short runs that differ in one thing each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from asr_app.errors import RecipeError
from asr_app.training.comparison import Outcome, merge, read_outcome, read_plan, run, table

WriteRecipe = Callable[..., Path]

VARIANTS = """
[[variant]]
name = "usual"

[[variant]]
name = "wide"
change = { start = { model = { encoder_units = 24 } }, augmentation = "remove" }
"""


def test_tables_merge_and_values_are_replaced_or_removed() -> None:
    values = {"a": {"b": 1, "c": 2}, "d": [1], "e": 5}
    merged = merge(values, {"a": {"c": 3}, "d": [2], "e": "remove", "f": {"g": 6}})
    assert merged == {"a": {"b": 1, "c": 3}, "d": [2], "f": {"g": 6}}
    assert values == {"a": {"b": 1, "c": 2}, "d": [1], "e": 5}, "the original stays"


def test_each_variant_is_the_recipe_with_its_change_in_a_folder_of_its_own(
    write_recipe: WriteRecipe,
) -> None:
    plan = write_recipe()
    plan.write_text(plan.read_text(encoding="utf-8") + VARIANTS, encoding="utf-8")
    recipes = read_plan(plan)
    usual, wide = recipes["usual"], recipes["wide"]
    assert usual["start"]["model"]["encoder_units"] == 16
    assert wide["start"]["model"]["encoder_units"] == 24
    assert wide["start"]["model"]["phone_layer"] == 1
    assert [Path(recipe["output"]["folder"]).name for recipe in (usual, wide)] == ["usual", "wide"]


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("", "no variants"),
        ('[[variant]]\nname = "x"\nchange = { optimiser = { stepz = 1 } }', "optimiser.stepz"),
        ("[[variant]", "cannot be read"),
    ],
)
def test_a_wrong_plan_is_named(write_recipe: WriteRecipe, addition: str, message: str) -> None:
    plan = write_recipe()
    plan.write_text(plan.read_text(encoding="utf-8") + "\n" + addition, encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        read_plan(plan)


def test_an_outcome_is_the_speed_of_all_steps_and_the_loss_of_the_last(tmp_path: Path) -> None:
    steps = [{"audio_s": 30.0, "step_s": 2.0, "ctc": 20.0 - n, "phones": 1.0} for n in range(20)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(s) + "\n" for s in steps), encoding="utf-8")
    rates = [{"step": 10, "development": {"dev": 0.9}}, {"step": 20, "development": {"dev": 0.5}}]
    (tmp_path / "development.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rates), "utf-8")
    assert read_outcome("x", tmp_path) == Outcome("x", 15.0, (1.5, 1.0), {"dev": 0.5})


def test_the_table_has_a_row_for_each_variant_and_a_dash_for_what_it_lacks() -> None:
    outcomes = [
        Outcome("a", 100.4, (1.234, 0.0), {"dev": 0.5}),
        Outcome("b", 90.0, (1.0, 0.5), {"dev": 0.25, "dev phones": 0.125}),
    ]
    assert table(outcomes).splitlines()[2:] == [
        "| a | 100 | 1.23 | - | 50.0 | - |",
        "| b | 90 | 1.00 | 0.50 | 25.0 | 12.5 |",
    ]


def test_the_committed_plan_is_valid() -> None:
    plan = Path(__file__).parents[3] / "docs" / "recipes" / "comparison.toml"
    assert len(read_plan(plan)) == len(tomllib.loads(plan.read_text(encoding="utf-8"))["variant"])


@pytest.mark.slow
def test_a_plan_runs_and_does_not_repeat_what_is_finished(write_recipe: WriteRecipe) -> None:
    plan = write_recipe(steps=2)
    plan.write_text(plan.read_text(encoding="utf-8") + VARIANTS, encoding="utf-8")
    first = run(plan, processes=1)
    assert [outcome.name for outcome in first] == ["usual", "wide"]
    assert run(plan, processes=1) == first
    assert not list(plan.parent.glob(".*.json"))
