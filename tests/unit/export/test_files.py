from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from asr_app.errors import ExportError
from asr_app.export.files import Existing, write_file


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "talk.txt"
    assert write_file(target, b"one") == target
    assert write_file(target, b"two") == tmp_path / "talk (2).txt"
    assert write_file(target, b"three") == tmp_path / "talk (3).txt"
    assert target.read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 3


def test_it_is_overwritten_or_left_out_when_told(tmp_path: Path) -> None:
    target = tmp_path / "talk.txt"
    write_file(target, b"one")
    assert write_file(target, b"two", Existing.SKIP) is None
    assert target.read_bytes() == b"one"
    assert write_file(target, b"two", Existing.OVERWRITE) == target
    assert target.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["talk.txt"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"cannot be written \(No such file"):
        write_file(tmp_path / "none" / "talk.txt", b"")


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "talk.txt").write_bytes(b"old")
    with pytest.raises(ExportError, match="The disk is full"):
        write_file(tmp_path / "talk.txt", b"new", Existing.OVERWRITE)
    assert (tmp_path / "talk.txt").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    target = tmp_path / "talk.txt"
    assert [write_file(target, b"1"), write_file(target, b"2")] == [target, tmp_path / "talk (2).txt"]
    assert target.read_bytes() == b"1"
