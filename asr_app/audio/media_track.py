"""The audio track of a media file, decoded in short blocks on the recording's own clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from asr_app.audio import media_diagnosis
from asr_app.audio.resampling import SAMPLE_RATE_HZ
from asr_app.errors import MediaError

if TYPE_CHECKING:
    import av
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

Samples = NDArray[np.float32]

_MICROSECONDS = 1_000_000
_GAP_S = 0.1  # smaller jumps of the time stamps are rounding
_BELIEVED_GAP_S = 60.0  # a longer one must lie within the file's stated duration
_FILL_S = 1.0
_MISSING_END_S = 0.5
_MISSING_END_AFTER_DAMAGE_S = 2.0
_MAX_WARNINGS = 20
_REPORT_EVERY_S = 1.0
_MAX_READ_ERRORS = 100
_SEEK_FROM_S = 10.0  # decoding a shorter beginning costs next to nothing
_SEEK_LEAD_S = 1.0  # decoders and the resampler's filter settle in this time
_PLAYLISTS = ("hls", "concat", "dash", "imf")
_SEEKABLE = ("mov", "matroska", "flac")
_SEEKABLE_PCM = ("wav", "w64", "aiff", "caf")


@dataclass(frozen=True, eq=False)
class SourceBlock:
    """Samples as the file has them: float32 `(n, channels)` in -1 to 1, at `rate_hz`."""

    samples: Samples
    rate_hz: int


@dataclass(frozen=True, eq=False)
class Track:
    """An open media file and the audio stream of it that is heard.

    Attributes:
        path: The file.
        container: PyAV's open container.
        stream: Its audio stream.
        origin_s: The time stamp at which the recording begins, for a player as for us.
    """

    path: Path
    container: InputContainer
    stream: AudioStream
    origin_s: float

    @property
    def duration_s(self) -> float | None:
        """What the file says, or FFmpeg estimates, about how long the track is."""
        stream, container = self.stream, self.container
        if stream.duration is not None and stream.time_base is not None:
            late_s = (
                0.0
                if stream.start_time is None
                else float(stream.start_time * stream.time_base) - self.origin_s
            )
            return float(stream.duration * stream.time_base) + max(0.0, late_s)
        if stream.metadata.get("DURATION"):
            return _parse_clock(stream.metadata["DURATION"])
        return None if container.duration is None else container.duration / _MICROSECONDS

    @property
    def stated_duration_s(self) -> float | None:
        """The same, where it is a statement about this track that a complete file fulfils; otherwise None."""
        container, kind = self.container, self.container.format.name
        if kind == "mp3" and not media_diagnosis.counts_its_frames(self.path):
            return None
        if kind in ("aac", "amr", "ac3", "eac3", "mpegts", "asf", "ogg"):
            return None
        known = self.stream.duration is not None or "DURATION" in self.stream.metadata
        return self.duration_s if known or not container.streams.video else None


@contextmanager
def open_track(path: Path) -> Iterator[Track]:
    """Open a media file at its beginning.

    Raises:
        MediaError: It is not a file with an audio track that can be decoded.
    """
    import av

    media_diagnosis.check_is_readable_file(path)
    options = {"protocol_whitelist": "file"}
    if media_diagnosis.has_large_index(path):
        # FFmpeg otherwise builds it twice, to follow edit lists of several parts: 60 MB more for ten hours.
        options["advanced_editlist"] = "0"
    try:
        # "file:" and the whitelist: neither a name such as "12:30.wav" nor a playlist may lead anywhere else.
        container = av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise media_diagnosis.undecodable(path) from error
    with container:
        yield _find_track(path, container)


def _find_track(path: Path, container: InputContainer) -> Track:
    kind = container.format.name
    if kind in _PLAYLISTS:
        raise media_diagnosis.playlist(path)
    best = container.streams.best("audio")
    stream = next(
        (audio for audio in container.streams.audio if best is not None and audio.index == best.index), None
    )
    if stream is None:
        raise media_diagnosis.without_sound(path, kind, bool(container.streams.video))
    codec: AudioCodecContext | None = stream.codec_context
    # PyAV's types do not say so, but None is how it marks a missing decoder.
    if codec is None:
        raise MediaError(
            f"The sound of “{path.name}” is coded in a way that cannot be decoded here.",
            "Convert it to WAV, FLAC or MP3.",
        )
    if not codec.sample_rate or not codec.layout.nb_channels:
        raise media_diagnosis.undecodable(path)
    start_us: int | None = container.start_time  # None where the format has no time stamps
    origin_s = 0.0 if start_us is None else start_us / _MICROSECONDS
    return Track(path, container, stream, origin_s)


class TrackDecoder:
    """Decodes a track from its beginning, or from shortly before a given time.

    Damaged packets are skipped. The clock stays the recording's own: where sound is missing in the middle,
    because it was damaged or left out by who made the file, silence of the same length stands in its place.

    Attributes:
        start_sample: Where on the recording's clock the first block begins, in 16 kHz samples; exact, or as
            exact as the container's time stamps (a millisecond in Matroska). Known once the first block is
            there.
    """

    def __init__(self, track: Track, warn: Callable[[str], None]) -> None:
        self.start_sample = 0
        self._track = track
        self._warn = warn
        self._warnings = 0
        self._clock_s: float | None = None  # end of what has been decoded
        self._shift_s = -track.origin_s  # from time stamps to the recording's clock
        self._reported_s: float | None = None  # where damage was reported last
        self._damage_s: float | None = None  # where damage began that has not been reported
        self._seek_to_s: float | None = None  # set until the first frame after a seek has arrived
        self._drop = 0  # source samples to leave out, so that the first one kept falls on a 16 kHz sample

    def seek(self, start_s: float) -> bool:
        """Go to shortly before `start_s`, where the file's index and time stamps can be relied upon.

        Returns:
            Whether it was done. If not, decoding begins at the beginning of the file.

        Raises:
            SeekError: The file's index does not work; open it again.
        """
        import av

        stream = self._track.stream
        kind, codec = self._track.container.format.name, stream.codec_context.name
        safe = kind.startswith(_SEEKABLE) or (kind in _SEEKABLE_PCM and codec.startswith("pcm_"))
        if start_s < _SEEK_FROM_S or not safe or stream.time_base is None:
            return False
        if (
            _alignment_samples(stream.codec_context.sample_rate)
            > _SEEK_LEAD_S / 4 * stream.codec_context.sample_rate
        ):
            return False
        target_s = start_s - _SEEK_LEAD_S - self._shift_s
        try:
            self._track.container.seek(int(target_s / stream.time_base), stream=stream)
        except av.FFmpegError as error:
            raise SeekError from error
        self._seek_to_s = start_s
        return True

    def blocks(self) -> Iterator[SourceBlock]:
        """Decode to the end of the track.

        Raises:
            SeekError: The seek led somewhere else; begin again without it.
        """
        for frame in self._frames():
            samples = _to_float(frame)
            if frame.time is None and self._seek_to_s is not None:
                raise SeekError
            if frame.time is not None:
                yield from self._follow_time_stamp(
                    frame.time + self._shift_s, frame.sample_rate, samples.shape[1]
                )
            self._clock_s = (self._clock_s or 0.0) + len(samples) / frame.sample_rate
            dropped = min(self._drop, len(samples))
            self._drop -= dropped
            if dropped < len(samples):
                yield SourceBlock(samples[dropped:], frame.sample_rate)
        self._report_end()

    def _frames(self) -> Iterator[AudioFrame]:
        """Decode packet by packet and remember where damage begins."""
        import av

        for packet in self._packets():
            if packet.is_corrupt and packet.size:
                self._note_damage(packet)
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._note_damage(packet)
                continue
            for frame in frames:
                if frame.samples and frame.sample_rate:
                    yield frame
            if frames and self._damage_s is not None and not packet.is_corrupt and packet.size:
                self._report_damage(self._damage_s, "Damaged audio at {} was skipped.")
                self._damage_s = None

    def _packets(self) -> Iterator[av.Packet[AudioStream]]:
        """Read packet by packet, past places that cannot be read."""
        import av

        container, stream = self._track.container, self._track.stream
        packets, errors = container.demux(stream), 0
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                errors += 1
                if not isinstance(error, av.InvalidDataError) or errors > _MAX_READ_ERRORS:
                    self._report(f"The file cannot be read beyond {format_clock(self._clock_s or 0.0)}.")
                    return
                packets = container.demux(stream)
            else:
                yield packet

    def _note_damage(self, packet: av.Packet[AudioStream]) -> None:
        if self._damage_s is not None:
            return
        self._damage_s = self._clock_s or 0.0
        if packet.pts is not None:
            self._damage_s = max(0.0, float(packet.pts * packet.time_base) + self._shift_s)

    def _follow_time_stamp(self, time_s: float, rate_hz: int, channels: int) -> Iterator[SourceBlock]:
        """Compare a frame's time stamp with the clock: fill a gap, or follow time stamps that start anew."""
        if self._seek_to_s is not None:
            self._arrive(time_s, rate_hz)
        clock_s = self._clock_s or 0.0
        gap_s = time_s - clock_s
        if abs(gap_s) < _GAP_S:
            return
        duration_s = self._track.duration_s
        if gap_s < 0 or (gap_s > _BELIEVED_GAP_S and (duration_s is None or time_s > duration_s)):
            self._shift_s -= gap_s
            return
        if self._clock_s is not None and self._damage_s is None:
            self._report_damage(
                clock_s, f"There is no sound at {{}} for {gap_s:.1f} s: it was damaged or left out."
            )
        self._clock_s = time_s
        missing = round(gap_s * rate_hz)
        for start in range(0, missing, int(_FILL_S * rate_hz)):
            length = min(int(_FILL_S * rate_hz), missing - start)
            yield SourceBlock(np.zeros((length, channels), np.float32), rate_hz)

    def _arrive(self, time_s: float, rate_hz: int) -> None:
        wanted_s, self._seek_to_s = self._seek_to_s or 0.0, None
        unit = _alignment_samples(rate_hz)
        position = round(time_s * rate_hz)
        self._drop = -position % unit
        self.start_sample = (position + self._drop) * SAMPLE_RATE_HZ // rate_hz
        if position < 0 or self.start_sample > wanted_s * SAMPLE_RATE_HZ:
            raise SeekError
        self._clock_s = time_s

    def _report_end(self) -> None:
        clock_s, stated_s = self._clock_s or 0.0, self._track.stated_duration_s
        allowed_s = _MISSING_END_AFTER_DAMAGE_S if self._warnings else _MISSING_END_S
        if stated_s is not None and clock_s and stated_s - clock_s > allowed_s:
            self._report(
                f"The recording is cut off: it ends at {format_clock(clock_s)}, but should last "
                f"{format_clock(stated_s)}."
            )
        elif self._ends_early():
            self._report(f"The recording is cut off at {format_clock(clock_s)}.")

    def _ends_early(self) -> bool:
        path, kind = self._track.path, self._track.container.format.name
        if self._damage_s is not None:
            return not media_diagnosis.states_no_length(path)
        return kind == "ogg" and media_diagnosis.ends_inside_ogg_page(path)

    def _report_damage(self, time_s: float, warning: str) -> None:
        """Report damage unless it belongs to what has been reported: it seldom comes alone."""
        if self._reported_s is None or time_s - self._reported_s >= _REPORT_EVERY_S:
            self._reported_s = time_s
            self._report(warning.format(format_clock(time_s)))

    def _report(self, warning: str) -> None:
        self._warnings += 1
        if self._warnings <= _MAX_WARNINGS:
            self._warn(warning)
        elif self._warnings == _MAX_WARNINGS + 1:
            self._warn("There is more damage, which is not listed.")


class SeekError(Exception):
    """A seek arrived at an unexpected place."""


def format_clock(seconds: float) -> str:
    """Write a time as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _parse_clock(text: str) -> float | None:
    """Read Matroska's `00:00:06.014000000`."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _alignment_samples(rate_hz: int) -> int:
    """After how many source samples source and 16 kHz samples coincide again."""
    return rate_hz // math.gcd(rate_hz, SAMPLE_RATE_HZ)


def _to_float(frame: AudioFrame) -> Samples:
    """Give a frame's samples as float32 `(n, channels)` in -1 to 1."""
    import av

    if frame.format.name in ("s64", "s64p"):  # PyAV gives no array for these
        frame = av.AudioResampler(format="dblp").resample(frame)[0]
    values = frame.to_ndarray()
    channels = frame.layout.nb_channels
    values = values.T if frame.format.is_planar else values.reshape(-1, channels)
    if values.dtype == np.uint8:
        return (values.astype(np.float32) - np.float32(128)) / np.float32(128)
    if values.dtype.kind == "i":
        return values.astype(np.float32) / np.float32(2.0 ** (8 * values.dtype.itemsize - 1))
    floats = values.astype(np.float32)
    if not math.isfinite(float(floats.sum())):  # far cheaper than to look at every sample of every frame
        np.nan_to_num(floats, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return floats
