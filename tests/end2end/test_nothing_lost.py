"""Slow proofs that nothing said is lost. They take minutes: `./dev test -m slow tests/end2end`.

The kills and the long dictation can be run alone, with other numbers, as the docstrings of
`tests/helpers/killed_dictations.py` and `tests/helpers/long_dictation.py` say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr_app.audio.media import load_samples
from asr_app.session.folder import Status, audio_file
from asr_app.session.journal import SessionJournal
from asr_app.session.store import JournalStore

ROOT = Path(__file__).resolve().parents[2]
KILLS = 100
HOURS = 2.0
BLOCK = 512

pytestmark = pytest.mark.slow


def run(module: str, *arguments: object) -> dict[str, Any]:
    """Run one of the helpers in a process of its own; gives its figures."""
    result = subprocess.run(
        [sys.executable, "-m", f"tests.helpers.{module}", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stderr
    figures: dict[str, Any] = json.loads(result.stdout)
    return figures


@pytest.mark.timeout(1800)
def test_a_kill_takes_three_tenths_of_a_second_at_most_and_the_rest_becomes_text(tmp_path: Path) -> None:
    figures = run("killed_dictations", tmp_path, "--kills", KILLS)
    assert len(figures["lost_s"]) == KILLS
    assert max(figures["lost_s"]) <= 0.3
    assert figures["transcribed"] == 10


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("pace", [[], ["--paced"]], ids=["all waits on the disk", "as it is spoken"])
def test_two_hours_of_speech_lose_no_sample_and_no_memory(tmp_path: Path, pace: list[str]) -> None:
    figures = run("long_dictation", tmp_path, "--hours", HOURS, *pace)
    assert (figures["state"], figures["status"]) == ("idle", "finished")
    assert figures["written_samples"] == figures["given_samples"] >= HOURS * 3600 * 16_000
    assert figures["speech_s"] > 0.9 * HOURS * 3600
    assert figures["growth_mb"] <= 20
    assert figures["lag_s"] <= 1
    if pace:
        assert figures["partials"] > figures["finals"]


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of its own that is soon full."""
    place.mkdir()
    options = f"size={size},mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_loses_nothing_once_there_is_room_again(tmp_path: Path) -> None:
    said: list[str | None] = []
    well_again = threading.Event()

    def on_trouble(sentence: str | None) -> None:
        said.append(sentence)
        if sentence is None:
            well_again.set()

    pcm = np.random.default_rng(0).integers(-9_000, 9_000, 300 * BLOCK, dtype=np.int16)
    with small_disk(tmp_path / "disk", "256k") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(100_000))
        journal: SessionJournal = JournalStore(disk / "sessions").create(on_trouble)
        for start in range(0, len(pcm), BLOCK):
            journal.append(pcm[start : start + BLOCK])
        assert said == ["The disk is full, so the recording is kept in memory only."]
        written = journal.written_samples
        assert 0 < written < len(pcm)
        ballast.write_bytes(b"")
        subprocess.run(["mount", "-o", "remount,size=2m", str(disk)], check=True)
        while not well_again.wait(0.1):
            journal.tend()
        assert journal.is_whole
        journal.settle(Status.FINISHED)
        found = np.round(load_samples(audio_file(journal.folder)) * 32768).astype(np.int16)
    np.testing.assert_array_equal(found, pcm)
    assert said[1:] == [None]
