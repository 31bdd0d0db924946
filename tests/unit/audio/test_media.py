"""Media files as streams of 16 kHz mono samples."""

from __future__ import annotations

import os
import re
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from asr_app.audio.media import is_media_file, load_samples, probe, stream_samples
from asr_app.errors import MediaError
from tests.unit.audio.media_files import cut_off, overwrite, strongest_hz, tone, write_media, write_video

# suffix: (encoder, container, rate in Hz, channels)
FORMATS = {
    "wav": ("pcm_s16le", "wav", 44_100, 2),
    "flac": ("flac", "flac", 44_100, 2),
    "mp3": ("libmp3lame", "mp3", 44_100, 2),
    "m4a": ("aac", "ipod", 44_100, 2),
    "aac": ("aac", "adts", 44_100, 2),
    "ogg": ("libvorbis", "ogg", 44_100, 2),
    "opus": ("libopus", "ogg", 48_000, 1),
    "webm": ("libopus", "webm", 48_000, 2),
    "mp4": ("aac", "mp4", 48_000, 1),
    "mkv": ("ac3", "matroska", 48_000, 1),
    "mov": ("alac", "mov", 44_100, 2),
    "avi": ("pcm_s16le", "avi", 44_100, 2),
    "wma": ("wmav2", "asf", 44_100, 2),
    "aiff": ("pcm_s16be", "aiff", 44_100, 2),
    "amr": ("libopencore_amrnb", "amr", 8_000, 1),
    "caf": ("pcm_s24le", "caf", 44_100, 2),
    "ts": ("mp2", "mpegts", 44_100, 2),
    "wv": ("wavpack", "wv", 44_100, 2),
}


def write_format(folder: Path, suffix: str, duration_s: float = 2.0) -> Path:
    rate_hz = FORMATS[suffix][2]
    return write_sound(folder / f"tone.{suffix}", tone(duration_s, rate_hz))


def write_sound(path: Path, sound: NDArray[np.float32]) -> Path:
    """Write mono samples, at the rate of the file's format, in that format."""
    codec, container, rate_hz, channels = FORMATS[path.suffix[1:]]
    if codec == "libvorbis":  # PyAV's FFmpeg has an experimental encoder only
        sf.write(path, np.stack([sound] * channels, axis=1), rate_hz, format="OGG", subtype="VORBIS")
        return path
    return write_media(path, sound, rate_hz, codec=codec, container=container, channels=channels)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_its_sound_at_16_khz(tmp_path: Path, suffix: str) -> None:
    warnings: list[str] = []
    path = write_format(tmp_path, suffix)
    samples = load_samples(path, on_warning=warnings.append)
    assert samples.dtype == np.float32
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.1)
    middle = samples[4_000:28_000]
    assert strongest_hz(middle) == pytest.approx(440, abs=2)
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.3, rel=0.25 if suffix == "amr" else 0.1)
    assert warnings == []
    assert is_media_file(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_probe_says_what_is_in_the_file(tmp_path: Path, suffix: str) -> None:
    info = probe(write_format(tmp_path, suffix))
    _, _, rate_hz, channels = FORMATS[suffix]
    assert (info.sample_rate_hz, info.channels) == (rate_hz, channels)
    assert info.duration_s == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_every_sample_rate_keeps_pitch_and_length(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "tone.wav"
    sf.write(path, tone(2.0, rate_hz), rate_hz)
    samples = load_samples(path)
    assert abs(len(samples) - 32_000) <= 1
    error = samples - tone(2.0, 16_000)[: len(samples)]
    assert np.abs(error[800:-800]).max() < 1e-3


@pytest.mark.parametrize("channels", [1, 2, 7])
def test_channels_are_averaged(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "tone.wav"
    sound = np.zeros((16_000, channels), np.float32)
    sound[:, -1] = tone(1.0, 16_000)
    sf.write(path, sound, 16_000, subtype="FLOAT")
    np.testing.assert_allclose(load_samples(path), tone(1.0, 16_000) / channels, atol=1e-6)


@pytest.mark.parametrize(
    ("codec", "step"),
    [
        ("pcm_u8", 2.0**-7),
        ("pcm_s16le", 2.0**-15),
        ("pcm_s24le", 2.0**-23),
        ("pcm_s32le", 2.0**-24),
        ("pcm_f32le", 2.0**-24),
        ("pcm_f64le", 2.0**-24),
        ("pcm_s64le", 2.0**-24),
        ("pcm_mulaw", 2.0**-5),
    ],
)
def test_every_sample_format_gives_the_same_values(tmp_path: Path, codec: str, step: float) -> None:
    sound = tone(1.0, 16_000)
    path = tmp_path / "tone.wav"
    write_media(path, sound, 16_000, codec=codec, container="wav")
    np.testing.assert_allclose(load_samples(path), sound, atol=2 * step)


def test_a_video_with_sound_gives_its_audio_track(tmp_path: Path) -> None:
    for name in ("film.mp4", "film.mkv"):
        samples = load_samples(write_video(tmp_path / name, tone(2.0, 48_000)))
        assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.1)
        assert strongest_hz(samples[8_000:24_000]) == pytest.approx(440, abs=2)


def test_blocks_have_the_asked_length_and_join_to_the_whole(tmp_path: Path) -> None:
    path = write_format(tmp_path, "flac")
    whole = load_samples(path)
    blocks = list(stream_samples(path, block_s=0.3))
    assert {len(block) for block in blocks[:-1]} == {4_800}
    assert 0 < len(blocks[-1]) <= 4_800
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


# -- stretches ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix", ["wav", "flac", "mp3", "m4a", "opus", "webm", "mkv", "mov", "aiff", "caf", "wma"]
)
@pytest.mark.parametrize("start_s", [0.7, 17.3])
def test_a_stretch_equals_the_same_stretch_of_the_whole(tmp_path: Path, suffix: str, start_s: float) -> None:
    rate_hz = FORMATS[suffix][2]
    noise = np.random.default_rng(1).normal(0, 0.1, 20 * rate_hz).astype(np.float32)
    smooth = np.convolve(noise, np.ones(40) / 40, mode="same").astype(np.float32)  # no two places are alike
    path = write_sound(tmp_path / f"noise.{suffix}", smooth)
    whole = load_samples(path)
    stretch = load_samples(path, start_s=start_s, end_s=start_s + 1)
    expected = whole[round(start_s * 16_000) :][:16_000]
    assert len(stretch) == 16_000
    if suffix in ("webm", "mkv"):  # their clock counts milliseconds
        lags = [
            np.sum(stretch[32:-32] * expected[32 + lag : len(expected) - 32 + lag]) for lag in range(-32, 33)
        ]
        assert abs(int(np.argmax(lags)) - 32) <= 16
    else:
        assert np.abs(stretch - expected).max() < 2e-3


def test_a_stretch_beyond_the_end_is_empty(tmp_path: Path) -> None:
    for suffix in ("wav", "mp3", "m4a"):
        path = write_format(tmp_path, suffix, duration_s=12.0)
        assert len(load_samples(path, start_s=60.0)) == 0
        assert len(load_samples(path, start_s=11.0, end_s=60.0)) == pytest.approx(16_000, abs=1_600)


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = write_format(tmp_path, "wav")
    blocks = stream_samples(path, block_s=0.1)
    next(blocks)
    opened = Path("/proc/self/fd")
    if not opened.is_dir():
        pytest.skip("open files can be listed on Linux only")
    assert any(entry.resolve() == path.resolve() for entry in opened.iterdir())
    blocks.close()  # type: ignore[attr-defined]
    assert not any(entry.resolve() == path.resolve() for entry in opened.iterdir())


# -- the recording's clock ----------------------------------------------------------------------------


def test_sound_that_was_left_out_becomes_silence_of_the_same_length(tmp_path: Path) -> None:
    with_gap = tmp_path / "gap.mkv"
    _write_with_gap(with_gap, gap_s=3.0)
    warnings: list[str] = []
    samples = load_samples(with_gap, on_warning=warnings.append)
    assert len(samples) == pytest.approx(5.0 * 16_000, abs=160)
    assert np.abs(samples[int(1.2 * 16_000) : int(3.8 * 16_000)]).max() < 1e-3
    assert warnings == ["There is no sound at 0:00:01 for 3.0 s: it was damaged or left out."]


def _write_with_gap(path: Path, gap_s: float) -> None:
    """Two seconds of tone, with a jump of the time stamps after the first."""
    import av

    with av.open(str(path), "w", format="matroska") as output:
        stream = output.add_stream("pcm_s16le", rate=48_000, layout="mono")
        sound = (tone(2.0, 48_000) * 32767).astype(np.int16)
        for number, part in enumerate(np.split(sound, 100)):
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.rate, frame.pts = 48_000, number * 960 + (round(gap_s * 48_000) if number >= 50 else 0)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def test_a_change_of_rate_in_the_middle_is_followed(tmp_path: Path) -> None:
    first = write_media(tmp_path / "a.mp3", tone(2.0, 44_100), 44_100, codec="libmp3lame", container="mp3")
    second = write_media(
        tmp_path / "b.mp3", tone(2.0, 48_000), 48_000, codec="libmp3lame", container="mp3", channels=2
    )
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    samples = load_samples(joined)
    assert len(samples) / 16_000 == pytest.approx(4.0, abs=0.3)
    assert strongest_hz(samples[4_000:28_000]) == pytest.approx(440, abs=2)
    assert strongest_hz(samples[40_000:60_000]) == pytest.approx(440, abs=2)


# -- damage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["flac", "mp3", "m4a", "aac", "ogg", "opus", "webm", "mkv", "ts"])
def test_damage_in_the_middle_is_skipped_and_its_time_named(tmp_path: Path, suffix: str) -> None:
    path = write_format(tmp_path, suffix, duration_s=20.0)
    overwrite(path, 0.5, path.stat().st_size // 20)
    warnings: list[str] = []
    samples = load_samples(path, on_warning=warnings.append)
    assert len(samples) / 16_000 > 17
    assert strongest_hz(samples[16_000:80_000]) == pytest.approx(440, abs=2)
    assert strongest_hz(samples[-80_000:-16_000]) == pytest.approx(440, abs=2)
    assert warnings
    found = re.search(r"(\d+):(\d\d):(\d\d)", warnings[0])
    assert found is not None
    assert 8 <= int(found[3]) <= 12


@pytest.mark.parametrize("suffix", ["flac", "m4a", "opus", "webm", "mkv"])
def test_after_damage_the_clock_is_right_again(tmp_path: Path, suffix: str) -> None:
    """Half a second of another pitch at 16 s is found at 16 s, although sound before it was lost."""
    rate_hz = FORMATS[suffix][2]
    sound = tone(20.0, rate_hz)
    marker = slice(16 * rate_hz, 16 * rate_hz + rate_hz // 2)
    sound[marker] = tone(20.0, rate_hz, 2_000)[marker]
    path = write_sound(tmp_path / f"a.{suffix}", sound)
    overwrite(path, 0.4, path.stat().st_size // 20)
    samples = load_samples(path)
    pitches = [strongest_hz(samples[at * 160 : at * 160 + 800]) for at in range(1_500, 1_800)]
    found_s = 15.0 + next(index for index, pitch in enumerate(pitches) if pitch > 1_500) / 100
    assert found_s == pytest.approx(16.0, abs=0.1)


@pytest.mark.parametrize(
    "suffix", ["wav", "flac", "mp3", "aac", "ogg", "opus", "webm", "mkv", "avi", "aiff", "amr", "caf"]
)
def test_a_truncated_file_gives_what_is_there_and_a_warning(tmp_path: Path, suffix: str) -> None:
    path = write_format(tmp_path, suffix, duration_s=10.0)
    cut_off(path, 0.6037)  # inside a packet
    warnings: list[str] = []
    samples = load_samples(path, on_warning=warnings.append)
    assert len(samples) / 16_000 == pytest.approx(6.0, abs=1.1)
    assert strongest_hz(samples[16_000:48_000]) == pytest.approx(440, abs=2)
    assert len(warnings) == 1
    assert re.search(r"cut off.* 0:00:0[4-6]", warnings[0])


def test_a_wav_that_was_written_without_knowing_its_length_is_not_called_cut_off(tmp_path: Path) -> None:
    path = write_format(tmp_path, "wav")
    content = bytearray(path.read_bytes())
    data = content.index(b"data")
    content[4:8] = content[data + 4 : data + 8] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(bytes(content))
    warnings: list[str] = []
    samples = load_samples(path, on_warning=warnings.append)
    assert len(samples) == pytest.approx(32_000, abs=16)
    assert warnings == []


def test_numbers_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    sound = tone(1.0, 16_000)
    sound[100:200], sound[300] = np.nan, np.inf
    sf.write(tmp_path / "a.wav", sound, 16_000, subtype="FLOAT")
    samples = load_samples(tmp_path / "a.wav")
    assert np.isfinite(samples).all()
    assert not samples[100:200].any()


# -- small and silent files ---------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_one_sample_is_a_recording(tmp_path: Path, rate_hz: int) -> None:
    sf.write(tmp_path / "one.wav", np.array([0.5], np.float32), rate_hz)
    assert len(load_samples(tmp_path / "one.wav")) <= 2
    assert probe(tmp_path / "one.wav").sample_rate_hz == rate_hz


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "opus"])
def test_silence_is_a_recording(tmp_path: Path, suffix: str) -> None:
    rate_hz = FORMATS[suffix][2]
    silence = np.zeros(3 * rate_hz, np.float32)
    path = write_sound(tmp_path / f"a.{suffix}", silence)
    samples = load_samples(path)
    assert len(samples) / 16_000 == pytest.approx(3.0, abs=0.1)
    assert np.abs(samples).max() < 1e-3


# -- what is no recording -----------------------------------------------------------------------------


def sentence(path: Path) -> str:
    """The message of the error that a file causes, which must be the same for both ways of reading it."""
    messages = []
    for read in (load_samples, probe):
        with pytest.raises(MediaError) as caught:
            read(path)
        assert caught.value.hint
        messages.append(caught.value.message)
    assert messages[0] == messages[1]
    return messages[0]


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert sentence(tmp_path / "a.wav") == "“a.wav” is empty (0 bytes)."


@pytest.mark.parametrize("text", ["hello\n", "Ein längerer Text. " * 400, "x,y\n1,2\n"])
def test_text_named_mp3(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.mp3").write_text(text, encoding="utf-8")
    assert sentence(tmp_path / "a.mp3") == "“a.mp3” holds text, not sound."


def test_a_video_without_sound(tmp_path: Path) -> None:
    assert sentence(write_video(tmp_path / "a.mp4", None)) == "“a.mp4” is a video without sound."


def test_a_header_that_is_cut_off(tmp_path: Path) -> None:
    for suffix, kind in (("wav", "a WAV file"), ("flac", "a FLAC file"), ("m4a", "an MP4, M4A or MOV file")):
        path = write_format(tmp_path, suffix)
        cut_off(path, 0.0)
        path.write_bytes(write_format(tmp_path / "..", suffix).read_bytes()[:20])
        assert sentence(path).startswith(f"“{path.name}” begins like {kind}, but is cut off or damaged")


def test_an_mp4_without_its_index(tmp_path: Path) -> None:
    path = write_format(tmp_path, "m4a", duration_s=10.0)
    cut_off(path, 0.6)
    assert "begins like an MP4, M4A or MOV file, but is cut off or damaged" in sentence(path)


def test_a_header_without_samples(tmp_path: Path) -> None:
    sf.write(tmp_path / "a.wav", np.zeros(0, np.float32), 16_000)
    with pytest.raises(MediaError, match="begins like a WAV file"):
        load_samples(tmp_path / "a.wav")


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert sentence(tmp_path) == f"“{tmp_path.name}” is a folder, not a recording."
    assert sentence(tmp_path / "none.wav") == f"There is no file “{tmp_path / 'none.wav'}”."


def test_a_picture_a_document_and_noise(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)
    assert sentence(tmp_path / "a.wav") == "“a.wav” is a PDF document, not a recording."
    (tmp_path / "b.wav").write_bytes(np.random.default_rng(5).bytes(20_000))
    assert sentence(tmp_path / "b.wav") == "“b.wav” is not an audio or video file that can be read."
    import av

    picture = tmp_path / "c.png"
    with av.open(str(picture), "w", format="image2") as output:
        stream = output.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "rgb24"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    assert sentence(picture) == "“c.png” is a picture, not a recording."


def test_a_playlist_leads_nowhere(tmp_path: Path) -> None:
    write_format(tmp_path, "ts")
    (tmp_path / "list.wav").write_text("ffconcat version 1.0\nfile tone.ts\n")
    assert sentence(tmp_path / "list.wav") == "“list.wav” is a playlist, not a recording."
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://localhost:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    assert "list.m3u8" in sentence(tmp_path / "list.m3u8")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write_format(tmp_path, "wav")
    path.chmod(0)
    if os.name != "posix":
        pytest.skip("permissions are tested on POSIX systems")
    am_root = os.geteuid() == 0
    if am_root:
        os.seteuid(65_534)  # root may read everything; nobody may not
    try:
        message = sentence(path)
    finally:
        if am_root:
            os.seteuid(0)
    assert message == "“tone.wav” may not be read."


def test_names_that_look_like_addresses_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_format(tmp_path, "wav").rename(tmp_path / "12:30 meeting #1?.wav")
    assert len(load_samples("12:30 meeting #1?.wav")) == pytest.approx(32_000, abs=2)


def test_suffixes_are_recognised_in_any_case() -> None:
    assert is_media_file("TALK.MP3")
    assert not is_media_file("notes.txt")
    assert not is_media_file("mp3")


def test_blocks_follow_each_other_without_a_seam(tmp_path: Path) -> None:
    """A tone has no jumps: neighbouring samples differ by less than its steepest slope allows."""
    path = write_format(tmp_path, "flac")
    blocks = list(stream_samples(path, block_s=0.01))
    steepest = 0.3 * 2 * np.pi * 440 / 16_000 * 1.05
    assert all(abs(float(after[0] - before[-1])) < steepest for before, after in pairwise(blocks))


def test_sound_that_begins_late_in_a_video_keeps_its_time(tmp_path: Path) -> None:
    import av

    path = tmp_path / "late.mkv"
    with av.open(str(path), "w", format="matroska") as output:
        video = output.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for number in range(30):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), format="rgb24")
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        sound = (tone(1.0, 16_000) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        frame.rate, frame.pts = 16_000, 2 * 16_000
        output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    warnings: list[str] = []
    samples = load_samples(path, on_warning=warnings.append)
    assert len(samples) == pytest.approx(3 * 16_000, abs=32)
    assert not samples[: 2 * 16_000 - 32].any()
    assert warnings == []
