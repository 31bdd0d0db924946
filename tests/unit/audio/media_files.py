"""Writes the media files that the tests of this folder read, through the encoders of PyAV's FFmpeg."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

LAYOUTS = {1: "mono", 2: "stereo", 7: "6.1"}


def tone(
    duration_s: float, rate_hz: int, frequency_hz: float = 440.0, level: float = 0.3
) -> NDArray[np.float32]:
    """A sine tone, float32 `(n,)`."""
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * frequency_hz * times_s)).astype(np.float32)


def write_media(
    path: Path,
    samples: NDArray[np.float32],
    rate_hz: int,
    *,
    codec: str,
    container: str,
    channels: int = 1,
) -> Path:
    """Encode mono samples, the same on every channel."""
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz, layout=LAYOUTS[channels])
        assert isinstance(stream, av.AudioStream)
        encoder = stream.codec_context
        if codec == "libopencore_amrnb":
            encoder.bit_rate = 12_200
        elif codec.startswith("wma"):
            encoder.bit_rate = 64_000
        encoder.open()
        converter = av.AudioResampler(
            format=encoder.format.name,
            layout=encoder.layout.name,
            rate=rate_hz,
            frame_size=encoder.frame_size or 1024,
        )
        frame = av.AudioFrame.from_ndarray(
            np.tile(samples, (channels, 1)), format="fltp", layout=LAYOUTS[channels]
        )
        frame.rate = rate_hz
        for converted in [*converter.resample(frame), *converter.resample(None)]:
            output.mux(stream.encode(converted))
        output.mux(stream.encode(None))
    return path


def write_video(
    path: Path, sound: NDArray[np.float32] | None, *, rate_hz: int = 48_000, duration_s: float = 2.0
) -> Path:
    """A video of a dark picture, with sound (mono, AAC) or without."""
    with av.open(str(path), "w", format="matroska" if path.suffix == ".mkv" else "mp4") as output:
        video = output.add_stream("mpeg4", rate=Fraction(10))
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = None if sound is None else output.add_stream("aac", rate=rate_hz, layout="mono")
        for number in range(round(duration_s * 10)):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), format="rgb24")
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        if audio is not None and sound is not None:
            frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            frame.rate = rate_hz
            output.mux(audio.encode(frame))
            output.mux(audio.encode(None))
    return path


def overwrite(path: Path, at: float, count: int, seed: int = 0) -> None:
    """Replace `count` bytes of a file by noise, beginning at the fraction `at` of its length."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * at)
    content[start : start + count] = np.random.default_rng(seed).bytes(count)
    path.write_bytes(bytes(content))


def cut_off(path: Path, at: float) -> None:
    """Keep the first part of a file only: the fraction `at` of its length."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * at)])


def strongest_hz(samples: NDArray[np.float32], rate_hz: int = 16_000) -> float:
    """The frequency with the most energy."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))
