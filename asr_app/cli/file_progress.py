"""Progress of files on standard error, with the texts on standard output between."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from asr_app.transcription.recognizer import Progress as AudioProgress


class _AudioTimeColumn(ProgressColumn):
    """Sound done, sound in all, how many times faster than life, and the time left."""

    def render(self, task: Task) -> Text:
        done_s = task.completed
        parts = [f"{clock(done_s)} of {clock(task.total)}" if task.total else clock(done_s)]
        elapsed_s = task.fields.get("elapsed_s", 0.0)
        if elapsed_s > 1 and done_s > 0:
            speed = done_s / elapsed_s
            parts.append(f"{speed:.1f}x")
            if task.total:
                parts.append(f"{clock(max(0.0, task.total - done_s) / speed)} left")
        return Text(", ".join(parts))


class FileProgress:
    """A bar for the file at work, on standard error when that is a terminal, else nothing but sentences."""

    def __init__(self, files: int) -> None:
        """Prepare for so many files."""
        self._files = files
        self._number = 0
        self._console = Console(stderr=True, highlight=False)
        self._on_one_screen = sys.stdout.isatty() and self._console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            _AudioTimeColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            # Standard output is for the texts alone; see `write`.
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        self._bar.stop()

    def begin(self, name: str) -> None:
        """Start with the next file."""
        self._number += 1
        count = f"{self._number}/{self._files} " if self._files > 1 else ""
        self._bar.reset(self._task, description=f"{count}{name}", total=None, visible=True, elapsed_s=0.0)

    def update(self, progress: AudioProgress) -> None:
        """Show how far it is."""
        self._bar.update(
            self._task, completed=progress.done_s, total=progress.total_s, elapsed_s=progress.elapsed_s
        )

    def end(self) -> None:
        """The file is done."""
        self._bar.update(self._task, visible=False)

    def write(self, text: str) -> None:
        """Write a line of the result to standard output, at once."""
        if self._on_one_screen:
            # The bar lies on the same screen; only its own console can write above it.
            self._console.print(text, markup=False, soft_wrap=True)
        else:
            print(text, flush=True)

    def say(self, sentence: str) -> None:
        """Write a sentence to standard error."""
        self._console.print(sentence, markup=False, soft_wrap=True)


def clock(duration_s: float) -> str:
    """Write seconds as m:ss or h:mm:ss."""
    minutes, seconds = divmod(int(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
