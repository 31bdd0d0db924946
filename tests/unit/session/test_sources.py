from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from asr_app.audio.media import load_samples
from asr_app.errors import MediaError
from asr_app.session.sources import FileSource, Samples, SourceEnded
from tests.unit.transcription.builders import SAMPLES

LIBRARY = SAMPLES / "library.wav"


def read_all(source: FileSource) -> Samples:
    blocks = []
    try:
        while True:
            block = source.read(timeout_s=1.0)
            assert block is not None
            blocks.append(block)
    except SourceEnded:
        return np.concatenate(blocks)


def test_it_gives_the_recording_and_then_ends() -> None:
    source = FileSource(LIBRARY, speed=50)
    source.start()
    np.testing.assert_array_equal(read_all(source), load_samples(LIBRARY))
    with pytest.raises(SourceEnded):
        source.read(0.0)
    source.stop()
    assert source.read(0.0) is None


def test_it_takes_as_long_as_speaking() -> None:
    source = FileSource(LIBRARY, speed=4)
    source.start()
    begun_s = time.monotonic()
    duration_s = len(read_all(source)) / 16_000
    assert time.monotonic() - begun_s >= (duration_s - 0.05) / 4


def test_nothing_is_given_before_it_would_have_been_spoken() -> None:
    source = FileSource(LIBRARY, speed=0.01)  # the first block is due after three seconds
    source.start()
    begun_s = time.monotonic()
    assert source.read(timeout_s=0.05) is None
    assert 0.05 <= time.monotonic() - begun_s < 1.0
    source.stop()


def test_after_stop_what_was_spoken_by_then_is_still_given_and_no_more() -> None:
    source = FileSource(LIBRARY, speed=10)
    source.start()
    begun_s = time.monotonic()
    threading.Event().wait(0.1)  # a second is spoken, and nobody reads
    source.stop()
    spoken_s = (time.monotonic() - begun_s) * 10
    blocks = []
    while (block := source.read(0.0)) is not None:
        blocks.append(block)
    given_s = sum(len(block) for block in blocks) / 16_000
    # One block of doubt, and the moments between the looks at the clock.
    assert spoken_s - 0.5 < given_s <= spoken_s + 0.032


def test_a_file_that_is_no_recording_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear reader\n" * 30)
    source = FileSource(tmp_path / "letter.wav")
    with pytest.raises(MediaError, match=r"letter\.wav"):
        source.start()


def test_it_is_used_once_and_in_order() -> None:
    source = FileSource(LIBRARY)
    with pytest.raises(RuntimeError, match="not been started"):
        source.read(0.0)
    source.start()
    with pytest.raises(RuntimeError, match="once"):
        source.start()
    source.stop()
