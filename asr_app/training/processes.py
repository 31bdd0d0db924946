"""Data-parallel processes: one without `torchrun`, several under it (gloo on CPU, NCCL on GPU)."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import Tensor, distributed
from torch.nn import Parameter


class Processes:
    """This process among those of the run.

    Attributes:
        rank: Its number, from 0.
        count: How many there are.
        device: What it computes on.
    """

    def __init__(self, device: str = "auto") -> None:
        """Join the group `torchrun` describes in the environment, if any."""
        self.rank = int(os.environ.get("RANK", "0"))
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        local = int(os.environ.get("LOCAL_RANK", "0"))
        self.device = torch.device("cuda", local) if device == "cuda" else torch.device(device)
        if self.count > 1:
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def first(self) -> bool:
        """Whether this process writes files and reports."""
        return self.rank == 0

    def average(self, parameters: Iterable[Parameter], figures: Tensor) -> Tensor:
        """Average gradients over all processes, in place, and figures (n,) with them in the same message."""
        if self.count == 1:
            return figures
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients] + [figures])
        distributed.all_reduce(flat)
        flat /= self.count
        parts = flat.split([gradient.numel() for gradient in gradients] + [len(figures)])
        for gradient, part in zip(gradients, parts, strict=False):
            gradient.copy_(part.view_as(gradient))
        mean: Tensor = parts[-1]
        return mean

    def agree(self, choice: int) -> int:
        """The first process's choice, for all."""
        if self.count == 1:
            return choice
        shared = torch.tensor([choice], device=self.device)
        distributed.broadcast(shared, 0)
        return int(shared)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    def close(self) -> None:
        """Leave the group."""
        if self.count > 1:
            distributed.destroy_process_group()
