from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_app.cli.inputs import expand, output_paths
from asr_app.errors import MediaError

OUT = Path("out")

folders = st.sampled_from(["x", "y", "z"])
stems = st.sampled_from(["talk", "Talk", "talk.mp3", "talk (2)", "talk.mp3 (2)"])
endings = st.sampled_from([".mp3", ".wav", ""])


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


class TestExpand:
    def test_files_stay_as_they_are_whatever_they_are_called(self) -> None:
        assert expand([Path("b.wav"), Path("a.xyz")]) == [Path("b.wav"), Path("a.xyz")]

    def test_of_a_folder_come_the_recordings_in_it_and_below_by_name(self, tmp_path: Path) -> None:
        wanted = [tmp_path / "a.wav", tmp_path / "sub" / "c.MP3", tmp_path / "z.mkv"]
        touch(*wanted, tmp_path / "notes.txt", tmp_path / "sub" / "picture.png")
        (tmp_path / "folder.wav").mkdir()
        assert expand([tmp_path]) == wanted

    def test_a_recording_named_twice_is_given_once(self, tmp_path: Path) -> None:
        touch(tmp_path / "a.wav")
        assert expand([tmp_path / "a.wav", tmp_path, tmp_path / "." / "a.wav"]) == [tmp_path / "a.wav"]

    def test_a_folder_without_recordings_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match=f"no recording in the folder “{tmp_path}”"):
            expand([tmp_path])


class TestOutputPaths:
    def test_the_ending_is_replaced(self) -> None:
        assert output_paths([Path("x/talk.mp3")], OUT, ".txt") == {Path("x/talk.mp3"): OUT / "talk.txt"}

    def test_recordings_of_one_name_keep_their_endings(self) -> None:
        names = output_paths([Path("talk.mp3"), Path("Talk.wav"), Path("other.wav")], OUT, ".json").values()
        assert [path.name for path in names] == ["talk.mp3.json", "Talk.wav.json", "other.json"]

    def test_and_are_numbered_where_that_is_not_enough(self) -> None:
        names = output_paths([Path("x/talk.mp3"), Path("y/talk.mp3"), Path("z/talk.mp3")], OUT, ".txt")
        assert [path.name for path in names.values()] == [
            "talk.mp3.txt",
            "talk.mp3 (2).txt",
            "talk.mp3 (3).txt",
        ]

    @given(st.lists(st.tuples(folders, stems, endings), unique_by=lambda part: (part[0], part[1] + part[2])))
    def test_no_text_is_written_over_another(self, parts: list[tuple[str, str, str]]) -> None:
        paths = [Path(folder) / (stem + ending) for folder, stem, ending in parts]
        targets = [str(path).casefold() for path in output_paths(paths, OUT, ".txt").values()]
        assert len(set(targets)) == len(paths)
