"""Checkpoints that a kill at any moment cannot harm, and snapshots for averaging."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from asr_app.errors import RecipeError

LAST = "last.pt"
LOG = "log.jsonl"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write `last.pt` beside the old one and replace it in one move."""
    partial = folder / f"{LAST}.partial"
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / LAST)


def load_checkpoint(folder: Path) -> dict[str, Any]:
    """Read `last.pt`; tensors and plain values only, no pickled code.

    Raises:
        RecipeError: There is none, or it is damaged.
    """
    try:
        state: dict[str, Any] = torch.load(folder / LAST, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise RecipeError("There is no run to resume.", "Start it without --resume.") from error
    except Exception as error:  # torch.load raises whatever unpickling meets in a damaged file
        raise RecipeError("The checkpoint is damaged.", "Delete its folder and start again.") from error
    return state


def trim_log(folder: Path, steps: int) -> None:
    """Drop log lines of steps that a resumed run will repeat, and a line that a kill cut short."""
    path = folder / LOG
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["step"] <= steps:
                kept.append(line)
        except (ValueError, KeyError):
            break
    path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def save_snapshot(folder: Path, step: int, weights: dict[str, Tensor], keep: int) -> None:
    """Keep the weights of a step for averaging, and only the last `keep` of them."""
    from safetensors.torch import save_file

    snapshots = folder / "snapshots"
    snapshots.mkdir(exist_ok=True)
    partial = snapshots / "snapshot.partial"
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}, partial)
    partial.replace(snapshots / f"step-{step:07d}.safetensors")
    for old in sorted(snapshots.glob("step-*.safetensors"))[:-keep]:
        old.unlink()


def average_snapshots(folder: Path, count: int) -> dict[str, Tensor]:
    """Mean of the last `count` snapshots (Polyak and Juditsky 1992).

    Raises:
        RecipeError: There are none yet.
    """
    from safetensors.torch import load_file

    paths = sorted((folder / "snapshots").glob("step-*.safetensors"))[-count:]
    if not paths:
        raise RecipeError("The run has no snapshots yet.", "Train at least snapshot_every_steps steps.")
    total = {name: tensor.double() for name, tensor in load_file(paths[0]).items()}
    for path in paths[1:]:
        for name, tensor in load_file(path).items():
            total[name] += tensor
    return {name: (tensor / len(paths)).float() for name, tensor in total.items()}
