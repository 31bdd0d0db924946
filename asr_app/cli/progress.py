"""Progress of long commands on the terminal's error stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_app.training.trainer import Callbacks


@contextmanager
def training_progress(steps: int, enabled: bool) -> Iterator[Callbacks | None]:
    """A bar with losses, speed and time left; nothing for processes that do not report."""
    if not enabled:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from asr_app.training.trainer import Callbacks, StepReport

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        decoding = progress.add_task("Reading recordings", total=None, visible=False)
        transcribing = progress.add_task("Transcribing recordings", total=None, visible=False)
        training = progress.add_task("Training", total=steps, start=False)

        def prepare(done: int, total: int) -> None:
            progress.update(decoding, completed=done, total=total, visible=done < total)

        def transcribe(done: int, total: int) -> None:
            progress.update(transcribing, completed=done, total=total, visible=done < total)

        def step(report: StepReport) -> None:
            progress.start_task(training)
            figures = report.figures
            losses = ", ".join(f"{name} {figures[name]:.3f}" for name in ("ctc", "phones", "attention"))
            text = f"Pass {report.passes + 1}, {losses}, {report.audio_per_s:.0f} s/s"
            progress.update(training, completed=report.step, description=text)
            if not console.is_terminal and report.step % 20 == 0:
                console.print(f"{report.step}/{report.steps} {text}")

        def validated(number: int, rates: dict[str, float]) -> None:
            console.print(
                f"Step {number}, greedy error rates: "
                + ", ".join(f"{n} {100 * r:.1f} %" for n, r in rates.items())
            )

        yield Callbacks(prepare, step, validated, console.print, transcribe)
