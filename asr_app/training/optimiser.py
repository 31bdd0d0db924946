"""AdamW with a schedule that depends on the step alone, and the choice of precision."""

from __future__ import annotations

import math
import time

import torch
from torch import nn

from asr_app.training.recipe import OptimiserSection

PRECISIONS = ("float32", "bfloat16")


def make_optimiser(network: nn.Module, section: OptimiserSection) -> torch.optim.AdamW:
    """AdamW over matrices (decayed) and vectors (not), the decoder's with their own peak rate."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        groups.setdefault((parameter.dim() > 1, name.startswith("decoder.")), []).append(parameter)
    decoder_rate = section.decoder_learning_rate or section.learning_rate
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "weight_decay": section.weight_decay if decayed else 0.0,
                "peak": decoder_rate if in_decoder else section.learning_rate,
            }
            for (decayed, in_decoder), parameters in groups.items()
        ],
        lr=section.learning_rate,
        betas=(0.9, section.beta2),
        # One multi-tensor update instead of a loop; on the CPU this is also the faster one.
        foreach=True,
    )


def rate_factor(section: OptimiserSection, step: int) -> float:
    """Share of the peak learning rate: linear warm-up, then half a cosine down to `final_share`."""
    warmup = max(1, round(section.warmup_share * section.steps))
    if step < warmup:
        return (step + 1) / warmup
    position = min(1.0, (step - warmup) / max(1, section.steps - warmup))
    return section.final_share + (1 - section.final_share) * 0.5 * (1 + math.cos(math.pi * position))


def set_rate(optimiser: torch.optim.Optimizer, section: OptimiserSection, step: int) -> float:
    """Set every group's learning rate for a step; returns the first group's."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * rate_factor(section, step)
    return float(optimiser.param_groups[0]["lr"])


def choose_precision(wanted: str, device: torch.device) -> str:
    """One of `PRECISIONS`: as wanted, or what a recurrent layer trains faster in on this machine."""
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return min(PRECISIONS, key=_layer_step_s)


def _layer_step_s(precision: str) -> float:
    layer = nn.LSTM(640, 320, batch_first=True)
    x = torch.randn(16, 50, 640)
    best = math.inf
    for _ in range(3):
        started = time.perf_counter()
        try:
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
                layer(x)[0].float().square().mean().backward()
        except RuntimeError:
            # Processors without bfloat16 have no recurrent kernel for it at all.
            return math.inf
        best = min(best, time.perf_counter() - started)
    return best
