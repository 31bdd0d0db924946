"""Recordings as streams of 16 kHz mono samples: whatever FFmpeg opens, audio or video.

Nothing here holds more than a block of a recording, so that ten hours cost as much memory as ten seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_app.audio import media_diagnosis
from asr_app.audio.media_track import SeekError, SourceBlock, TrackDecoder, open_track
from asr_app.audio.resampling import SAMPLE_RATE_HZ, StreamingResampler

__all__ = [
    "MEDIA_SUFFIXES",
    "SAMPLE_RATE_HZ",
    "MediaInfo",
    "is_media_file",
    "load_samples",
    "probe",
    "stream_samples",
]

Samples = NDArray[np.float32]

_SUFFIXES = """
    .3g2 .3gp .aac .ac3 .aif .aifc .aiff .alac .amr .ape .asf .au .avi .awb .caf .dts .eac3 .f4v .flac
    .flv .m2ts .m4a .m4b .m4v .mka .mkv .mov .mp2 .mp3 .mp4 .mpa .mpeg .mpg .mts .oga .ogg .ogv .opus
    .qt .ra .rm .snd .spx .ts .tta .voc .vob .w64 .wav .wave .weba .webm .wma .wmv .wv
"""

MEDIA_SUFFIXES = frozenset(_SUFFIXES.split())
"""File name endings, in lower case with the dot, by which recordings are found in folders."""


@dataclass(frozen=True)
class MediaInfo:
    """What a file says about its audio track.

    Attributes:
        path: The file.
        container: FFmpeg's name of the file format, such as `wav` or `matroska,webm`.
        codec: FFmpeg's name of the audio coding, such as `pcm_s16le`.
        sample_rate_hz: Samples per second as stored.
        channels: Channels as stored.
        duration_s: Length, where it is stated or can be estimated without decoding.
    """

    path: Path
    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    duration_s: float | None


def is_media_file(path: Path | str) -> bool:
    """Whether the name ends like that of an audio or video file."""
    return Path(path).suffix.lower() in MEDIA_SUFFIXES


def probe(path: Path | str) -> MediaInfo:
    """Read what a file says about its audio track, without decoding it.

    Raises:
        MediaError: It is not a file with an audio track that can be decoded; the message says what it is.
    """
    with open_track(Path(path)) as track:
        codec = track.stream.codec_context
        return MediaInfo(
            path=track.path,
            container=track.container.format.name,
            codec=codec.name,
            sample_rate_hz=codec.sample_rate,
            channels=codec.layout.nb_channels,
            duration_s=track.duration_s,
        )


def stream_samples(
    path: Path | str,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    block_s: float = 0.5,
    on_warning: Callable[[str], None] | None = None,
) -> Iterator[Samples]:
    """Decode a recording, or a stretch of it, block by block.

    Args:
        path: An audio file, or a video with sound.
        start_s: Where to begin on the recording's clock.
        end_s: Where to end; None or a time beyond the end means to the end.
        block_s: Length of the blocks; only the last one may be shorter.
        on_warning: Is told, in a sentence with the time, of damage that was skipped and of a missing end.

    Yields:
        float32 `(n,)`, 16 kHz mono (the mean of the channels), n > 0. Sample i is heard at `start_s + i /
        16000`. Nothing is yielded when the recording ends before `start_s`.

    Raises:
        MediaError: At the first block: the file has no sound that can be decoded; the message says what it
            is.
    """
    warn = on_warning or _ignore
    start, end = round(start_s * SAMPLE_RATE_HZ), None if end_s is None else round(end_s * SAMPLE_RATE_HZ)
    block_samples = max(1, round(block_s * SAMPLE_RATE_HZ))
    try:
        yield from _equal_blocks(_stretch(Path(path), start, end, warn, seek=True), block_samples)
    except SeekError:  # comes before any block
        yield from _equal_blocks(_stretch(Path(path), start, end, warn, seek=False), block_samples)


def load_samples(
    path: Path | str,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    block_s: float = 0.5,
    on_warning: Callable[[str], None] | None = None,
) -> Samples:
    """Decode a recording, or a stretch of it, into one array; arguments and errors as of `stream_samples`.

    Returns:
        float32 `(n,)`, 16 kHz mono; empty when the recording ends before `start_s`.
    """
    blocks = stream_samples(path, start_s=start_s, end_s=end_s, block_s=block_s, on_warning=on_warning)
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def _stretch(
    path: Path, start: int, end: int | None, warn: Callable[[str], None], *, seek: bool
) -> Iterator[Samples]:
    """Give the 16 kHz samples from `start` up to and without `end`, in blocks as they come."""
    with open_track(path) as track:
        decoder = TrackDecoder(track, warn)
        sought = seek and decoder.seek(start / SAMPLE_RATE_HZ)
        decoded = False
        position = 0
        with closing(_resampled(decoder.blocks())) as blocks:
            for block in blocks:
                if not decoded:
                    decoded, position = True, decoder.start_sample
                wanted = block[max(0, start - position) : None if end is None else max(0, end - position)]
                position += len(block)
                if len(wanted):
                    yield wanted
                if end is not None and position >= end:
                    return
        if not decoded:
            if sought:
                raise SeekError
            raise media_diagnosis.undecodable(path)


def _resampled(blocks: Iterator[SourceBlock]) -> Generator[Samples]:
    """Bring blocks to 16 kHz mono, also when the rate or the number of channels changes between them."""
    resampler: StreamingResampler | None = None
    for block in blocks:
        channels = block.samples.shape[1]
        if resampler is None or (resampler.source_rate_hz, resampler.channels) != (block.rate_hz, channels):
            if resampler is not None:
                yield resampler.finish()
            resampler = StreamingResampler(block.rate_hz, channels)
        yield resampler.push(block.samples)
    if resampler is not None:
        yield resampler.finish()


def _equal_blocks(blocks: Iterator[Samples], block_samples: int) -> Iterator[Samples]:
    """Regroup a stream into blocks of one length; the last one holds the rest."""
    waiting: list[Samples] = []
    waiting_samples = 0
    for block in blocks:
        waiting.append(block)
        waiting_samples += len(block)
        if waiting_samples < block_samples:
            continue
        joined = np.concatenate(waiting)
        full = waiting_samples - waiting_samples % block_samples
        yield from (joined[start : start + block_samples].copy() for start in range(0, full, block_samples))
        waiting, waiting_samples = [joined[full:]], waiting_samples - full
    if waiting_samples:
        yield np.concatenate(waiting)


def _ignore(_warning: str) -> None:
    """Do nothing with a warning that nobody asked for."""
