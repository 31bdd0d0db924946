"""A recording of any length costs a few blocks of memory."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.unit.audio.media_files import tone, write_media

RATE_HZ = 8_000

MEASURE = """
import resource, sys
from asr_app.audio.media import stream_samples
def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
list(stream_samples(sys.argv[1], end_s=10.0))
idle_mb = peak_mb()
start_s = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
samples = sum(len(block) for block in stream_samples(sys.argv[2], start_s=start_s))
print(samples, peak_mb() - idle_mb)
"""


def write_flac(path: Path, duration_min: int) -> Path:
    """A tone of that many minutes, minute by minute."""
    times_s = np.arange(RATE_HZ * 60) / RATE_HZ
    minute = (8_000 * np.sin(2 * np.pi * 440 * times_s)).astype(np.int16)[None]
    with av.open(str(path), "w", format="flac") as output:
        stream = output.add_stream("flac", rate=RATE_HZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.open()
        cutter = av.AudioResampler(
            format="s16", layout="mono", rate=RATE_HZ, frame_size=stream.codec_context.frame_size or 4_096
        )
        for _ in range(duration_min):
            frame = av.AudioFrame.from_ndarray(minute, format="s16", layout="mono")
            frame.rate = RATE_HZ
            for part in cutter.resample(frame):
                output.mux(stream.encode(part))
        for part in cutter.resample(None):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return path


def write_m4a(path: Path, duration_h: int) -> Path:
    """A second of coded sound over and over: quicker than coding hours, and the index is as large."""
    second = write_media(
        path.with_name("second.m4a"), tone(2.0, 48_000), 48_000, codec="aac", container="ipod"
    )
    with av.open(str(second)) as source, av.open(str(path), "w", format="ipod") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        coded = [bytes(packet) for packet in source.demux(source.streams.audio[0]) if packet.size]
        for number in range(duration_h * 3_600 * 48_000 // 1_024):
            packet = av.Packet(coded[number % len(coded)])
            packet.stream, packet.time_base = stream, Fraction(1, 48_000)
            packet.pts = packet.dts = number * 1_024
            packet.duration = 1_024
            output.mux(packet)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is of POSIX systems")
def test_the_index_of_a_ten_hour_m4a_costs_less_than_100_mb(tmp_path: Path) -> None:
    """FFmpeg reads all of the index when it opens the file, so that the last minute shows the whole cost."""
    short, long = write_flac(tmp_path / "short.flac", 1), write_m4a(tmp_path / "long.m4a", 10)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, str(short), str(long), "35940"],
        capture_output=True,
        text=True,
        check=True,
    )
    samples, grown_mb = result.stdout.split()
    assert int(samples) == pytest.approx(60 * 16_000, abs=1_000)
    assert float(grown_mb) < 100


def check(folder: Path, duration_min: int) -> None:
    short, long = write_flac(folder / "short.flac", 1), write_flac(folder / "long.flac", duration_min)
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, str(short), str(long)], capture_output=True, text=True, check=True
    )
    samples, grown_mb = result.stdout.split()
    assert int(samples) == duration_min * 60 * 16_000
    assert float(grown_mb) < 100


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is of POSIX systems")
def test_an_hour_costs_less_than_100_mb(tmp_path: Path) -> None:
    check(tmp_path, 60)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is of POSIX systems")
def test_ten_hours_cost_less_than_100_mb(tmp_path: Path) -> None:
    check(tmp_path, 600)
