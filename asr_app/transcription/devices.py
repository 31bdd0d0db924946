"""Which device computes, and the proof that it computes rightly."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch import Tensor

from asr_app.errors import DeviceError
from asr_app.model.network import AcousticModel
from asr_app.model.quantisation import int8_is_faster, quantise

Precision = Literal["float32", "int8"]
"""Of the recurrent layers' weights."""

_TOLERANCE = 0.1
"""Largest difference of log-probabilities from the processor's; graphics cards round differently."""

_USE_CPU = "Use the processor instead (device “cpu”)."


@dataclass(frozen=True)
class Placement:
    """Where a network runs.

    Attributes:
        network: On the device.
        device_name: `cpu`, or `cuda` with its number.
        warning: A sentence saying why it is not the device one would expect; empty otherwise.
        precision: In which it computes.
    """

    network: AcousticModel
    device_name: str
    warning: str = ""
    precision: Precision = "float32"


def place_network(network: AcousticModel, wanted: str = "auto", precision: str = "auto") -> Placement:
    """Put a network on a device that has passed a self-test with this very network.

    Args:
        network: On the processor, in evaluation mode; it stays as it is.
        wanted: `auto` (a graphics card when there is one that works, else the processor), `cpu`, `cuda` or
            `cuda:1` and so on.
        precision: `float32`; `int8`, which processors alone compute, so that `auto` is the processor then;
            or `auto`: int8 on a processor on which it has been measured to be clearly faster, for the number
            of threads torch has now, else float32.

    Raises:
        DeviceError: The device asked for by name does not exist or fails the self-test, or it does not
            compute in the precision asked for.
    """
    if precision not in ("auto", *get_args(Precision)):
        raise DeviceError(f"There is no precision “{precision}”.", "Known are auto, float32 and int8.")
    if precision == "int8" and wanted == "auto":
        wanted = "cpu"
    placement = _on_device(network, wanted)
    if placement.device_name == "cpu":
        return _with_precision(placement, precision)
    if precision == "int8":
        raise DeviceError("Graphics cards do not compute in int8 here.", "Use precision “auto” with them.")
    return placement


def _with_precision(placement: Placement, precision: str) -> Placement:
    network = placement.network
    if precision == "float32" or (precision == "auto" and not int8_is_faster(network)):
        return placement
    try:
        return replace(placement, network=quantise(network), precision="int8")
    except RuntimeError as error:
        raise DeviceError("This processor does not compute in int8.", "Use precision “float32”.") from error


def _on_device(network: AcousticModel, wanted: str) -> Placement:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", wanted):
        raise DeviceError(f"There is no device “{wanted}”.", "Known are auto, cpu, cuda, cuda:0, cuda:1 …")
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return Placement(network, "cpu")
    device = torch.device("cuda:0" if wanted in ("auto", "cuda") else wanted)
    if not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"There is no graphics card “{wanted}” that PyTorch can use.", _USE_CPU)
    try:
        return Placement(_tested_copy(network, device), str(device))
    except DeviceError as error:
        if wanted != "auto":
            raise
        return Placement(network, "cpu", f"{error.message} The processor is used instead.")


def self_test(network: AcousticModel, device: torch.device) -> None:
    """Run a network on noise on the processor and on a device, and compare.

    Raises:
        DeviceError: The device fails or gives other results.
    """
    _tested_copy(network, device)


def _tested_copy(network: AcousticModel, device: torch.device) -> AcousticModel:
    expected = _outputs(network, torch.device("cpu"))
    try:
        moved = copy.deepcopy(network).to(device)
        found = [output.cpu() for output in _outputs(moved, device)]
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[0]
        raise DeviceError(f"The device {device} does not work ({reason}).", _USE_CPU) from error
    for output, right in zip(found, expected, strict=True):
        if not torch.allclose(output, right, rtol=0, atol=_TOLERANCE):
            raise DeviceError(f"The device {device} computes wrong results.", _USE_CPU)
    return moved


@torch.inference_mode()
def _outputs(network: AcousticModel, device: torch.device) -> list[Tensor]:
    """Log-probabilities of both heads on a second of noise: features, encoder, CTC and attention decoder."""
    rate_hz = network.config.features.sample_rate_hz
    noise = torch.randn(1, rate_hz, generator=torch.Generator().manual_seed(0)) * 0.1
    features = network.features(noise.to(device))
    encoded = network(features, torch.tensor([features.shape[1]], device=device))
    outputs = [network.ctc_log_probs(encoded)]
    if network.decoder is not None:
        target = torch.zeros(1, 2, dtype=torch.long, device=device)
        logits, _ = network.decoder(encoded.frames, encoded.lengths, target)
        outputs.append(logits.log_softmax(-1))
    return outputs
