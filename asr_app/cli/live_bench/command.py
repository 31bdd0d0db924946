"""`asr-app bench --live`: prepares, runs and prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from asr_app.cli.live_bench.running import LiveRun, make_timeline, run_live
from asr_app.cli.samples import sample_recordings
from asr_app.errors import MediaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.streaming import Partials

MEANING = {
    "partial_latency_ms": "from the end of a word until a word stands in its place on the screen",
    "right_word_latency_ms": "the same, until the right word does",
    "final_latency_ms": "from the end of the last word of a recording until its final text",
    "cpu_percent_of_one_core": "processor time of this process while it listens",
    "partial_wer": "errors of the last partial text, as a share of the words spoken",
    "final_wer": "errors of the final text",
    "changed_word_rate": "words shown in partial text that later partial text changed or took back",
    "corrected_word_rate": "words of the last partial text that the final text changed",
    "largest_lag_s": "most sound that ever waited for the recogniser",
}

_ROW = re.compile(r"\| `(?P<name>[^`]+\.wav)` \|[^|]*\| (?P<text>[^|]+) \|")


def measure_live(
    recognizer: Recognizer,
    manifest: Path | None,
    every: int,
    partials: Partials,
    sink: str | None,
    microphone: str | None,
) -> LiveRun:
    """Run the benchmark; takes as long as the recordings last.

    Args:
        recognizer: Loaded.
        manifest: Recordings with what is said in them; None: the samples in the box.
        every: Use each n-th recording only.
        partials: What partial text is made of.
        sink: See `run_live`.
        microphone: Likewise.
    """
    recordings = _samples()[::every] if manifest is None else _from_manifest(manifest, every)
    timeline = make_timeline(recognizer, recordings)
    for name in timeline.left_out:
        typer.echo(f"asr-app: {name} is left out, as its text does not fit it.", err=True)
    length_s = len(timeline.samples) / 16_000
    typer.echo(f"Listening to {len(timeline.pieces)} recordings for {length_s:.0f} s …", err=True)
    return run_live(recognizer, timeline, partials, sink, microphone)


def print_figures(figures: dict[str, Any]) -> None:
    """Write the figures for people."""
    for name, meaning in MEANING.items():
        value = figures[name]
        if isinstance(value, dict):
            value = f"{value['median']} (95 %: {value['p95']})"
        typer.echo(f"{name:24} {'-' if value is None else value!s:>20}  {meaning}")


def _samples() -> list[tuple[str, NDArray[np.float32], str]]:
    """The samples in the box, with the texts that their README tells."""
    from asr_app.audio.media import load_samples

    found = sample_recordings()
    if not found:
        raise MediaError("The sample recordings are not installed.", "Name others with --manifest.")
    texts = _texts((found[0].parent / "README.md").read_text(encoding="utf-8"))
    return [(path.name, load_samples(path), texts[path.name]) for path in found if path.name in texts]


def _texts(readme: str) -> dict[str, str]:
    return {row["name"]: row["text"].strip() for row in _ROW.finditer(readme)}


def _from_manifest(manifest: Path, every: int) -> Sequence[tuple[str, NDArray[np.float32], str]]:
    from asr_app.training.manifest import read_audio, read_manifest

    recordings = [recording for recording in read_manifest(manifest) if recording.text]
    return [
        (recording.audio, samples, recording.text) for recording, samples in read_audio(recordings[::every])
    ]
