"""`asr-app doctor`: what works on this machine, in plain words."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from asr_app.cli.options import DeviceOption, ModelOption
from asr_app.errors import AsrAppError

_LISTEN_S = 1.0
_SCREEN_TIMEOUT_S = 30
# Qt lives in the window alone, so it is tried in a process of its own; it may also end that process.
_TRY_SCREEN = "from PySide6.QtWidgets import QApplication, QWidget; a = QApplication([]); QWidget().winId()"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes:
        works: Whether it does.
        says: A sentence or two.
    """

    works: bool
    says: str


def doctor_command(
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    microphone: Annotated[
        str | None, typer.Option("--microphone", "-m", help="Number or name of the microphone to try.")
    ] = None,
) -> None:
    """Check the microphone, the screen, the computing device and the model.

    The exit status is 0 when all of it works, and 1 when something does not.
    """
    import asr_app

    typer.echo(f"asr-app {asr_app.__version__}, Python {platform.python_version()}, {platform.platform()}")
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("Microphone", lambda: check_microphone(microphone)),
        ("Screen", check_screen),
        ("Computing device", lambda: check_device(model, device)),
        ("Model", lambda: check_model(model)),
    ]
    works = True
    for name, check in checks:
        try:
            finding = check()
        except AsrAppError as error:
            finding = Finding(False, str(error))
        works &= finding.works
        typer.echo(f"{'  works' if finding.works else 'MISSING'}  {name}: {finding.says}")
    raise typer.Exit(0 if works else 1)


def check_microphone(name: str | None = None) -> Finding:
    """Record for a second.

    Raises:
        MicrophoneError: There is none, or it cannot be opened.
    """
    import numpy as np

    from asr_app.audio.devices import find_input_device
    from asr_app.audio.microphone import Microphone
    from asr_app.session.meters import SILENCE_DB, level_db

    device = find_input_device(name)
    blocks = []
    with Microphone(device) as microphone:
        until_s = time.monotonic() + _LISTEN_S
        while time.monotonic() < until_s:
            block = microphone.read(_LISTEN_S)
            if block is not None:
                blocks.append(block)
    described = f"“{device.name}” ({device.host_api}, {device.sample_rate_hz} Hz)"
    if not blocks:
        return Finding(False, f"{described} opens but gives no sound. Check the sound settings.")
    _, peak_db = level_db(np.concatenate(blocks))
    if peak_db <= SILENCE_DB:
        return Finding(
            True,
            f"{described} records, but only perfect silence: perhaps it is muted, or nothing is connected.",
        )
    return Finding(True, f"{described} records; the loudest sound was {peak_db:.0f} dB below full scale.")


def check_screen() -> Finding:
    """Open and close an invisible window."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding(False, "There is none here, so the window cannot open. The other commands need none.")
    try:
        result = subprocess.run(
            [sys.executable, "-c", _TRY_SCREEN],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SCREEN_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return Finding(False, f"Opening a window took more than {_SCREEN_TIMEOUT_S} s.")
    if result.returncode == 0:
        return Finding(True, "A window can be opened.")
    reasons = [line for line in result.stderr.splitlines() if line.strip()]
    return Finding(False, f"A window cannot be opened: {reasons[0] if reasons else 'Qt gives no reason'}")


def check_device(model: str, device: str) -> Finding:
    """Compare the device that would be used with the processor, on the model itself.

    Raises:
        AsrAppError: There is no such device, it fails, or there is no such model.
    """
    import torch

    from asr_app.model.bundle import load_bundle
    from asr_app.transcription.devices import place_network

    placement = place_network(load_bundle(model).network, device)
    if placement.warning:
        return Finding(False, placement.warning)
    if placement.device_name == "cpu":
        return Finding(
            True, f"The processor, with {torch.get_num_threads()} threads. No graphics card is used."
        )
    name = torch.cuda.get_device_name(placement.device_name)
    return Finding(True, f"{placement.device_name} ({name}); its results agree with the processor's.")


def check_model(model: str) -> Finding:
    """Load the model, with its checksums, and let it transcribe the sample in the box, where there is one.

    Raises:
        AsrAppError: The model or the sample cannot be read.
    """
    from asr_app.cli.samples import sample_recordings
    from asr_app.transcription.recognizer import Recognizer

    recognizer = Recognizer.load(model, "cpu")
    bundle = recognizer.bundle
    precision = f"computing in {recognizer.precision} on the processor"
    described = f"“{bundle.name}” (language {bundle.language}, in {bundle.directory}, {precision})"
    sample = next(iter(sample_recordings()), None)
    if sample is None:
        return Finding(True, f"{described} can be loaded.")
    text = recognizer.transcribe(Path(sample)).text.replace("\n", " ")
    if not text:
        return Finding(False, f"{described} hears no words in {sample.name}.")
    return Finding(True, f"{described} hears in {sample.name}: “{text}”")
