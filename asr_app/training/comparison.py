"""Several short runs that differ in one thing each: `python -m asr_app.training.comparison PLAN.toml`.

The plan is a recipe with `[[variant]]` tables, each a `name` and a `change`: recipe keys to be different.
Every variant is a run in a folder of its own; a plan that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr_app.errors import RecipeError
from asr_app.training.checkpoint import LOG
from asr_app.training.recipe import check_recipe


@dataclass(frozen=True)
class Outcome:
    """What a variant came to.

    Attributes:
        name: The variant's.
        audio_per_s: Seconds of audio trained per second of its steps but the first, all processes together.
        losses: Subword and phone CTC, averaged over the last tenth of the steps.
        rates: Development error rates at the end, as `validate` names them.
    """

    name: str
    audio_per_s: float
    losses: tuple[float, float]
    rates: dict[str, float]


def read_plan(path: Path) -> dict[str, dict[str, Any]]:
    """Read a plan: recipe values by variant.

    Raises:
        RecipeError: The plan or one of its variants is not valid.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"The plan cannot be read ({error}).", "Check path and syntax.") from error
    recipes = {}
    for variant in values.pop("variant", []):
        recipe = merge(values, variant.get("change", {}))
        folder = Path(recipe["output"]["folder"]) / variant["name"]
        recipe = merge(recipe, {"output": {"folder": str(folder)}})
        check_recipe(recipe, path)
        recipes[variant["name"]] = recipe
    if not recipes:
        raise RecipeError("The plan has no variants.", "Add [[variant]] tables with name and change.")
    return recipes


def merge(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Values with changes; tables are merged, everything else is replaced, and "remove" takes a key out."""
    merged = dict(values)
    for key, change in changes.items():
        if change == "remove":
            merged.pop(key, None)
        elif isinstance(change, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], change)
        else:
            merged[key] = change
    return merged


def run(plan: Path, processes: int) -> list[Outcome]:
    """Train every variant that is not finished, then read what all came to."""
    outcomes = []
    for name, values in read_plan(plan).items():
        folder = (plan.parent / values["output"]["folder"]).resolve()
        if not (folder / "bundle").is_dir():
            _train(plan, name, values, folder, processes)
        outcomes.append(read_outcome(name, folder))
    return outcomes


def read_outcome(name: str, folder: Path) -> Outcome:
    """Read what a finished run's folder says."""
    steps = [json.loads(line) for line in (folder / LOG).read_text(encoding="utf-8").splitlines()]
    last = steps[-max(1, len(steps) // 10) :]
    rates = (folder / "development.jsonl").read_text(encoding="utf-8").splitlines()
    # The first steps wait for memory and kernels.
    timed = steps[len(steps) // 5 :]
    return Outcome(
        name,
        sum(step["audio_s"] for step in timed) / sum(step["step_s"] for step in timed),
        (sum(step["ctc"] for step in last) / len(last), sum(step["phones"] for step in last) / len(last)),
        json.loads(rates[-1])["development"],
    )


def table(outcomes: list[Outcome]) -> str:
    """A Markdown table, a row for each variant."""
    names = sorted({name for outcome in outcomes for name in outcome.rates})
    rows = [
        ["variant", "audio-s per s", "CTC, nats per piece", "per phone", *(f"{name}, %" for name in names)]
    ]
    rows.append(["---"] * len(rows[0]))
    for outcome in outcomes:
        rates = [f"{100 * outcome.rates[name]:.1f}" if name in outcome.rates else "-" for name in names]
        ctc, phones = (f"{loss:.2f}" if loss else "-" for loss in outcome.losses)
        rows.append([outcome.name, f"{outcome.audio_per_s:.0f}", ctc, phones, *rates])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _train(plan: Path, name: str, values: dict[str, Any], folder: Path, processes: int) -> None:
    # Beside the plan, because a recipe's paths are relative to it.
    recipe = plan.with_name(f".{plan.stem}-{name}.json")
    recipe.write_text(json.dumps(values), encoding="utf-8")
    several = [] if processes == 1 else ["torch.distributed.run", "--standalone"]
    launch = [*several, f"--nproc-per-node={processes}", "-m"] if several else []
    command = [sys.executable, "-m", *launch, "asr_app", "train", str(recipe)]
    if (folder / "last.pt").exists():
        command.append("--resume")
    try:
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    except subprocess.CalledProcessError as error:
        raise RecipeError(f"The variant “{name}” failed.", "Its own message is above.") from error
    finally:
        recipe.unlink()


def main() -> None:
    """Run a plan and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--processes", type=int, default=2, help="of each run; on one GPU 1")
    arguments = parser.parse_args()
    print(table(run(arguments.plan.resolve(), arguments.processes)))


if __name__ == "__main__":
    main()
