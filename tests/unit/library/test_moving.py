from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import pytest

from asr_app.errors import LibraryError
from asr_app.library.library import Library
from asr_app.library.moving import back_up, move, restore
from asr_app.library.opening import open_library
from tests.unit.library.builders import added


def test_a_copy_can_be_unpacked_elsewhere(library: Library, tmp_path: Path) -> None:
    entry = added(library, "hello there")
    size = back_up(library, tmp_path / "copy.zip")
    assert size == (tmp_path / "copy.zip").stat().st_size
    added(library, "later")
    restore(tmp_path / "copy.zip", tmp_path / "other")
    with open_library(tmp_path / "other").library as other:
        (found,) = other.page()
        assert other.transcript(found.id) == library.transcript(entry.id)
        assert found.folder == (tmp_path / "other").resolve() / "entries" / entry.folder.name


def test_a_copy_never_overwrites_and_a_library_is_never_unpacked_over(
    library: Library, tmp_path: Path
) -> None:
    back_up(library, tmp_path / "copy.zip")
    with pytest.raises(LibraryError, match="is there already"):
        back_up(library, tmp_path / "copy.zip")
    with pytest.raises(LibraryError, match="is not empty"):
        restore(tmp_path / "copy.zip", library.root)


def test_what_is_no_whole_copy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    for name in ("text.zip", "other.zip", "missing.zip"):
        with pytest.raises(LibraryError, match=r"cannot be unpacked|no whole copy"):
            restore(tmp_path / name, tmp_path / "new")
        assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("same_disk", [True, False])
def test_it_moves_with_all_its_files(
    library: Library, tmp_path: Path, same_disk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    entry = added(library, "hello")
    if not same_disk:
        monkeypatch.setattr(Path, "rename", refused)
    target = tmp_path / "new place" / "library"
    move(library, target)
    assert not library.root.exists()
    with open_library(target).library as moved:
        assert moved.entry(entry.id).folder == target.resolve() / "entries" / entry.folder.name
        assert moved.rename(entry.id, "New").title == "New"


def test_it_does_not_move_into_a_folder_in_use_or_into_itself(library: Library, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    for target in (tmp_path / "used", library.root / "below"):
        with pytest.raises(LibraryError, match=r"not empty|into itself"):
            move(library, target)
    assert library.count() == 0
