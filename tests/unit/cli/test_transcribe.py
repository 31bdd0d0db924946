from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import pysubs2
import pytest

from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.types import Segment, Transcript
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES, silence, speech, write_wav

TINY = ("--model", "tiny", "--device", "cpu")


@pytest.fixture(scope="session")
def spoken(models: Path) -> str:
    """What “tiny” hears in the sample library.wav."""
    return Recognizer.load(models / "tiny", device="cpu").transcribe(SAMPLES / "library.wav").text


class TestOutput:
    def test_the_text_and_nothing_else_goes_to_standard_output(self, run_cli: RunCli, spoken: str) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", *TINY)
        assert result.status == 0
        assert result.out == spoken + "\n"
        assert spoken not in result.err

    def test_json_is_one_object_a_line(self, run_cli: RunCli, spoken: str) -> None:
        result = run_cli(
            "transcribe", SAMPLES / "library.wav", SAMPLES / "garden.wav", "--format", "json", *TINY
        )
        first, second = (json.loads(line) for line in result.out.splitlines())
        assert (first["source"], first["text"]) == ("library.wav", spoken)
        assert second["source"] == "garden.wav"
        word = first["segments"][0]["words"][0]
        assert set(word) == {"text", "start_s", "end_s", "confidence"}

    def test_texts_go_into_a_folder_that_is_made(self, run_cli: RunCli, tmp_path: Path, spoken: str) -> None:
        folder = tmp_path / "new" / "texts"
        result = run_cli("transcribe", SAMPLES, "--output", folder, *TINY)
        assert result.status == 0
        assert result.out == ""
        assert (folder / "library.txt").read_text(encoding="utf-8") == spoken + "\n"
        names = {path.name for path in folder.iterdir()}
        assert names == {path.stem + ".txt" for path in SAMPLES.glob("*.wav")}

    def test_json_in_a_folder(self, run_cli: RunCli, tmp_path: Path, spoken: str) -> None:
        run_cli("transcribe", SAMPLES / "library.wav", "-f", "json", "-o", tmp_path, *TINY)
        assert json.loads((tmp_path / "library.json").read_text(encoding="utf-8"))["text"] == spoken

    def test_silence_gives_no_text_and_says_so(self, run_cli: RunCli, tmp_path: Path) -> None:
        path = write_wav(tmp_path / "silence.wav", silence(2))
        result = run_cli("transcribe", path, *TINY)
        assert (result.status, result.out) == (0, "")
        assert "no speech was found" in result.err

    def test_one_sample_is_a_recording(self, run_cli: RunCli, tmp_path: Path) -> None:
        path = write_wav(tmp_path / "one.wav", np.zeros(1, np.float32))
        assert run_cli("transcribe", path, *TINY).status == 0

    def test_a_wider_beam_may_be_asked_for(self, run_cli: RunCli) -> None:
        assert run_cli("transcribe", SAMPLES / "library.wav", "--beam", "2", *TINY).status == 0
        assert run_cli("transcribe", SAMPLES / "library.wav", "--beam", "0", *TINY).status == 2


class TestFiles:
    def test_several_formats_at_once_with_names_from_a_template(
        self, run_cli: RunCli, tmp_path: Path, spoken: str
    ) -> None:
        formats = ("-f", "srt", "-f", "docx", "-f", "textgrid", "--name", "{name} by {model}.{ext}")
        result = run_cli("transcribe", SAMPLES / "library.wav", *formats, "-o", tmp_path, *TINY)
        assert result.status == 0
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {f"library by tiny.{ending}" for ending in ("srt", "docx", "TextGrid")}
        cues = pysubs2.load(str(tmp_path / "library by tiny.srt"))
        assert " ".join(cue.plaintext.replace("\n", " ") for cue in cues) == spoken

    def test_a_file_that_is_there_is_kept_unless_told_otherwise(
        self, run_cli: RunCli, tmp_path: Path, spoken: str
    ) -> None:
        (tmp_path / "library.txt").write_text("mine")
        result = run_cli("transcribe", SAMPLES / "library.wav", "-o", tmp_path, *TINY)
        assert "library (2).txt" in result.err
        assert (tmp_path / "library.txt").read_text() == "mine"
        assert (tmp_path / "library (2).txt").read_text() == spoken + "\n"
        result = run_cli("transcribe", SAMPLES, "-o", tmp_path, "--existing", "skip", *TINY)
        assert "library.wav: is transcribed already." in result.err
        assert "garden.wav →" in result.err
        assert (tmp_path / "library.txt").read_text() == "mine"

    def test_subtitles_of_one_recording_go_to_standard_output(self, run_cli: RunCli, spoken: str) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", "-f", "vtt", *TINY)
        assert result.out.startswith("WEBVTT\n\n00:00:")

    @pytest.mark.parametrize(
        "wrong", [("-f", "docx"), ("-f", "txt", "-f", "srt"), ("-f", "srt", SAMPLES / "garden.wav")]
    )
    def test_what_standard_output_does_not_take_is_said_before_any_work(
        self, run_cli: RunCli, wrong: tuple[str | Path, ...]
    ) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", *wrong, "--model", "absent")
        assert result.status == 2
        assert "--output" in result.err

    def test_a_wrong_template_is_said_before_any_work(self, run_cli: RunCli, tmp_path: Path) -> None:
        wrong = ("-o", tmp_path, "--name", "{title}.{ext}", "--model", "absent")
        result = run_cli("transcribe", SAMPLES / "library.wav", *wrong)
        assert result.status == 1
        assert "is no template" in result.err


def bad_files(folder: Path) -> dict[str, Path]:
    """Files that cannot be transcribed, by what their sentence must say."""
    files = {
        "is empty": folder / "empty.wav",
        "holds text, not sound": folder / "text.mp3",
        "There is no file": folder / "missing.wav",
        "is a video without sound": folder / "mute.mp4",
    }
    (folder / "empty.wav").touch()
    (folder / "text.mp3").write_text("This is a letter.\n" * 100)
    write_mute_video(folder / "mute.mp4")
    return files


def write_mute_video(path: Path) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))


class TestFailures:
    @pytest.mark.parametrize(
        "sentence", ["is empty", "holds text, not sound", "There is no file", "is a video without sound"]
    )
    def test_each_kind_of_bad_file_has_its_sentence(
        self, run_cli: RunCli, tmp_path: Path, sentence: str
    ) -> None:
        path = bad_files(tmp_path)[sentence]
        result = run_cli("transcribe", path, *TINY)
        assert result.status == 1
        assert result.out == ""
        assert sentence in result.err
        assert path.name in result.err
        assert "Traceback" not in result.err

    def test_one_bad_file_does_not_keep_the_others_from_it(
        self, run_cli: RunCli, tmp_path: Path, spoken: str
    ) -> None:
        bad = list(bad_files(tmp_path).values())
        result = run_cli("transcribe", *bad, SAMPLES / "library.wav", *TINY)
        assert result.status == 1
        assert result.out == spoken + "\n"
        _, _, summary = result.err.partition("1 of 5 recordings were transcribed. These were not:\n")
        assert [line.split(":")[0].strip() for line in summary.splitlines()] == [str(path) for path in bad]

    def test_a_truncated_recording_gives_what_there_is_and_a_warning(
        self, run_cli: RunCli, tmp_path: Path
    ) -> None:
        whole = write_wav(tmp_path / "whole.wav", speech("library")).read_bytes()
        (tmp_path / "cut.wav").write_bytes(whole[: len(whole) * 2 // 3])
        result = run_cli("transcribe", tmp_path / "cut.wav", *TINY)
        assert result.status == 0
        assert result.out
        assert "cut.wav" in result.err

    def test_an_unknown_model_is_a_sentence_that_names_the_known(self, run_cli: RunCli) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", "--model", "huge")
        assert result.status == 1
        assert result.err.startswith("asr-app: There is no model “huge”. Known models: ")
        assert "tiny" in result.err

    def test_an_unknown_device_is_a_sentence(self, run_cli: RunCli) -> None:
        result = run_cli("transcribe", SAMPLES / "library.wav", "--model", "tiny", "--device", "cuda:77")
        assert result.status == 1
        assert "no graphics card “cuda:77”" in result.err

    def test_an_empty_folder_is_a_sentence(self, run_cli: RunCli, tmp_path: Path) -> None:
        result = run_cli("transcribe", tmp_path, *TINY)
        assert (result.status, result.out) == (1, "")
        assert "no recording in the folder" in result.err

    def test_a_folder_that_cannot_be_made_is_a_sentence(self, run_cli: RunCli, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        result = run_cli("transcribe", SAMPLES / "library.wav", "-o", tmp_path / "file" / "below", *TINY)
        assert result.status == 1
        assert "cannot be made" in result.err

    def test_a_text_that_cannot_be_written_is_a_failure_of_its_file(
        self, run_cli: RunCli, tmp_path: Path
    ) -> None:
        (tmp_path / "library.txt").mkdir()
        overwriting = ("-o", tmp_path, "--existing", "overwrite")
        result = run_cli("transcribe", SAMPLES / "library.wav", *overwriting, *TINY)
        assert result.status == 1
        assert "library.txt” cannot be written" in result.err


class TestInterrupt:
    def test_ctrl_c_keeps_what_is_done(
        self, run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write_wav(tmp_path / "three.wav", speech("library", "garden", "train"))
        transcribe = Recognizer.transcribe

        def interrupted(self: Recognizer, *args: object, **options: object) -> Transcript:
            def press(segment: Segment) -> None:
                os.kill(os.getpid(), signal.SIGINT)

            return transcribe(self, *args, **(options | {"on_segment": press}))  # type: ignore[arg-type]

        monkeypatch.setattr(Recognizer, "transcribe", interrupted)
        result = run_cli("transcribe", path, SAMPLES / "garden.wav", "-f", "json", "-o", tmp_path, *TINY)
        assert result.status == 130
        assert "Stopped" in result.err
        written = json.loads((tmp_path / "three.json").read_text(encoding="utf-8"))
        assert written["complete"] is False
        assert len(written["segments"]) == 1
        assert not (tmp_path / "garden.json").exists()

    def test_afterwards_ctrl_c_means_what_it_meant_before(self, run_cli: RunCli) -> None:
        before = signal.getsignal(signal.SIGINT)
        run_cli("transcribe", SAMPLES / "library.wav", *TINY)
        assert signal.getsignal(signal.SIGINT) is before
