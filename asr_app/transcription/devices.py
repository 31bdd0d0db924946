"""Which device computes, and the proof that it computes rightly."""

from __future__ import annotations

import copy
import math
import re
import time
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch import Tensor

from asr_app.errors import DeviceError
from asr_app.model.network import AcousticModel
from asr_app.model.quantisation import int8_is_faster, quantise
from asr_app.transcription.device_memory import DeviceMemory

Precision = Literal["float32", "int8"]
"""Of the recurrent layers' weights."""

_TOLERANCE = 0.1
"""Largest difference of log-probabilities from the processor's; graphics cards round differently."""

_MEASURED_S = 8.0
"""Of sound: a long sentence, as the final pass of live dictation gets it."""

_MEASURED_RUNS = 3

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


def place_network(
    network: AcousticModel, wanted: str = "auto", precision: str = "auto", memory: DeviceMemory | None = None
) -> Placement:
    """Put a network on a device that has passed a self-test with this very network.

    Args:
        network: On the processor, in evaluation mode; it stays as it is.
        wanted: `auto` (a graphics card when there is one that works, is faster than the processor at a
            sentence and has not failed lately, else the processor), `cpu`, `cuda` or `cuda:1` and so on.
        precision: `float32`; `int8`, which processors alone compute, so that `auto` is the processor then;
            or `auto`: int8 on a processor on which it has been measured to be clearly faster, for the number
            of threads torch has now, else float32.
        memory: What is known of cards that failed; None: the person's own.

    Raises:
        DeviceError: The device asked for by name does not exist or fails the self-test, or it does not
            compute in the precision asked for.
    """
    if precision not in ("auto", *get_args(Precision)):
        raise DeviceError(f"There is no precision “{precision}”.", "Known are auto, float32 and int8.")
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", wanted):
        raise DeviceError(f"There is no device “{wanted}”.", "Known are auto, cpu, cuda, cuda:0, cuda:1 …")
    has_card = wanted != "cpu" and torch.cuda.is_available()
    if wanted == "cpu" or (wanted == "auto" and (precision == "int8" or not has_card)):
        return _with_precision(Placement(network, "cpu"), precision)
    memory = memory or DeviceMemory()
    if wanted == "auto":
        return _quickest(network, torch.device("cuda:0"), precision, memory)
    if precision == "int8":
        raise DeviceError("Graphics cards do not compute in int8 here.", "Use precision “auto” with them.")
    device = torch.device("cuda:0" if wanted == "cuda" else wanted)
    if not has_card or (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"There is no graphics card “{wanted}” that PyTorch can use.", _USE_CPU)
    placement = Placement(_tested_copy(network, device), str(device))
    memory.forget(str(device))
    return placement


def _quickest(network: AcousticModel, card: torch.device, precision: str, memory: DeviceMemory) -> Placement:
    """The card if it works, is faster and has not failed lately; else the processor, with the reason."""
    processor = _with_precision(Placement(network, "cpu"), precision)
    failure = memory.failure(str(card))
    if failure is not None:
        sentence = f"The graphics card failed lately ({failure}), so the processor is used."
        return replace(processor, warning=f"{sentence} To try it again, choose the device “cuda”.")
    try:
        moved = _tested_copy(network, card)
        card_s = _sentence_s(moved, card)
    except DeviceError as error:
        return replace(processor, warning=f"{error.message} The processor is used instead.")
    processor_s = _sentence_s(processor.network, torch.device("cpu"))
    if card_s >= processor_s:
        times = f"{1000 * card_s:.0f} ms for a sentence, the processor {1000 * processor_s:.0f} ms"
        return replace(processor, warning=f"The graphics card needs {times}, so the processor is used.")
    return Placement(moved, str(card))


def _with_precision(placement: Placement, precision: str) -> Placement:
    network = placement.network
    if precision == "float32" or (precision == "auto" and not int8_is_faster(network)):
        return placement
    try:
        return replace(placement, network=quantise(network), precision="int8")
    except RuntimeError as error:
        raise DeviceError("This processor does not compute in int8.", "Use precision “float32”.") from error


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
        raise _broken(device, error) from error
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


@torch.inference_mode()
def _sentence_s(network: AcousticModel, device: torch.device) -> float:
    """Seconds of work for a sentence: the best of some runs, after one to warm up.

    Raises:
        DeviceError: It cannot be done, for want of memory, say.
    """
    samples = torch.zeros(1, round(_MEASURED_S * network.config.features.sample_rate_hz))
    best_s = math.inf
    try:
        for run in range(_MEASURED_RUNS + 1):
            begun_s = time.perf_counter()
            features = network.features(samples.to(device))
            output = network(features, torch.tensor([features.shape[1]], device=device))
            network.ctc_log_probs(output).cpu()  # waits until the device is done
            if run:
                best_s = min(best_s, time.perf_counter() - begun_s)
    except RuntimeError as error:
        raise _broken(device, error) from error
    return best_s


def _broken(device: torch.device, error: RuntimeError) -> DeviceError:
    reason = str(error).strip().partition("\n")[0]
    return DeviceError(f"The device {device} does not work ({reason}).", _USE_CPU)
