"""`asr-app bench`: how fast this machine does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asr_app.cli.options import (
    DeviceOption,
    ModelOption,
    PartialsChoice,
    PartialsOption,
    PrecisionOption,
    load_recognizer,
)
from asr_app.errors import AsrAppError, MediaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asr_app.cli.live_bench.running import LiveRun
    from asr_app.transcription.recognizer import Recognizer

_LENGTH_S = 60.0
_PAUSE_S = 1.0
_WINDOW_TIMEOUT_S = 120
_MOST_DRAWN = 3
_MEANING = {
    "real_time_factor": "seconds of work per second of sound, whole recording, model loaded",
    "first_result_s": "seconds from the start of the work to the first final words, model loaded",
    "peak_memory_mb": "largest memory of this process, in millions of bytes",
    "window_visible_s": "seconds from the start of the program to its window on the screen",
    "ready_to_dictate_s": "seconds from the start of the program until it can dictate",
}


def bench_command(
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A recording to measure with; otherwise a minute of the samples.")
    ] = None,
    model: ModelOption = "default",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    live: Annotated[
        bool, typer.Option("--live", help="Measure live dictation instead, in real time (under a minute).")
    ] = False,
    manifest: Annotated[
        Path | None, typer.Option(help="With --live: recordings and their texts; otherwise the samples.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="With --live: use each n-th recording only.")] = 1,
    partials: PartialsOption = PartialsChoice.WORDS,
    picture: Annotated[
        Path | None, typer.Option(help="With --live: draw words over time into this SVG file.")
    ] = None,
    through: Annotated[
        str | None,
        typer.Option(help="With --live: play into this output of the sound server and use a microphone."),
    ] = None,
    microphone: Annotated[
        str | None, typer.Option("--microphone", "-m", help="With --through: the microphone that hears it.")
    ] = None,
) -> None:
    """Measure speed, memory and the time to start, and describe the machine they hold for.

    The window figures are missing where there is no screen. With --live: how soon words are on the screen
    while one speaks, and how right they are.
    """
    from asr_app.cli.machine import peak_memory_mb

    if live:
        recognizer = load_recognizer(model, device, precision)
        run = _live(recognizer, manifest, every, partials, through, microphone)
        heard = "samples" if through is None else f"microphone, played into {through}"
        about = {"partials": partials.value, "heard_through": heard, "peak_memory_mb": peak_memory_mb()}
        _write(run.figures | about | _conditions(recognizer), json_file)
        _draw(run, picture)
        return
    # First, while this process holds nothing that could be in the way.
    window = measure_window()
    recognizer = load_recognizer(model, device, precision)
    figures: dict[str, Any] = measure_recognition(recognizer, _sound(file))
    figures["peak_memory_mb"] = peak_memory_mb()
    figures |= window
    figures |= _conditions(recognizer)
    _print(figures)
    _write(figures, json_file)


def _live(
    recognizer: Recognizer,
    manifest: Path | None,
    every: int,
    partials: PartialsChoice,
    through: str | None,
    microphone: str | None,
) -> LiveRun:
    from asr_app.cli.live_bench.command import measure_live, print_figures

    run = measure_live(recognizer, manifest, every, partials.value, through, microphone)
    print_figures(run.figures)
    return run


def _draw(run: LiveRun, picture: Path | None) -> None:
    if picture is not None:
        from asr_app.cli.live_bench.picture import draw

        draw(run.passages[:_MOST_DRAWN], picture)


def _conditions(recognizer: Recognizer) -> dict[str, Any]:
    from asr_app.cli.machine import describe_machine

    return {
        "model": recognizer.bundle.name,
        "device": recognizer.device_name,
        "precision": recognizer.precision,
        "machine": describe_machine(recognizer.device_name),
    }


def _write(figures: dict[str, Any], json_file: Path | None) -> None:
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise AsrAppError(f"The file “{json_file}” cannot be written ({error.strerror}).") from error


def measure_recognition(recognizer: Recognizer, samples: NDArray[np.float32]) -> dict[str, Any]:
    """Transcribe samples (n,) twice, the first time to warm up, and give the figures of the second.

    Raises:
        MediaError: No words were found, so that there is no first result to speak of.
    """
    from asr_app.transcription.types import Segment

    recognizer.transcribe(samples[: 5 * 16_000])
    first_s: list[float] = []
    begun_s = time.perf_counter()

    def note(segment: Segment) -> None:
        if segment.words:
            first_s.append(time.perf_counter() - begun_s)

    transcript = recognizer.transcribe(samples, on_segment=note)
    work_s = time.perf_counter() - begun_s
    if not first_s:
        raise MediaError("No words were found in the recording.", "Measure with a recording of speech.")
    return {
        "real_time_factor": round(work_s / transcript.duration_s, 4),
        "first_result_s": round(first_s[0], 3),
        "audio_s": round(transcript.duration_s, 1),
    }


def measure_window() -> dict[str, float | None]:
    """Start the program in a process of its own and let it say when it could be seen and used."""
    missing: dict[str, float | None] = {"window_visible_s": None, "ready_to_dictate_s": None}
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return missing
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "start.json"
        command = [sys.executable, "-m", "asr_app", "window", "--measure-start", str(report)]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WINDOW_TIMEOUT_S)
            said = json.loads(report.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            typer.echo("The window could not be measured; asr-app doctor says whether it opens.", err=True)
            return missing
    return {name: said.get(name) for name in missing}


def _sound(file: Path | None) -> NDArray[np.float32]:
    """The recording to measure with, or the samples in the box one after the other for a minute."""
    import numpy as np

    from asr_app.audio.media import SAMPLE_RATE_HZ, load_samples
    from asr_app.cli.samples import sample_recordings

    if file is not None:
        return load_samples(file)
    recordings = sample_recordings()
    if not recordings:
        raise MediaError("The sample recordings are not installed.", "Name a recording with --file.")
    pause = np.zeros(round(_PAUSE_S * SAMPLE_RATE_HZ), np.float32)
    once = np.concatenate([part for path in recordings for part in (load_samples(path), pause)])
    return np.tile(once, int(_LENGTH_S * SAMPLE_RATE_HZ / len(once)) + 1)


def _print(figures: dict[str, Any]) -> None:
    for name, meaning in _MEANING.items():
        value = figures[name]
        typer.echo(f"{name:20} {'-' if value is None else value:>8}  {meaning}")
    used = f"model {figures['model']}, device {figures['device']}, precision {figures['precision']}"
    typer.echo(f"{figures['audio_s']} s of sound, {used}")
    typer.echo(", ".join(f"{name} {value}" for name, value in figures["machine"].items()))
