from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.transcription.device_memory import KEPT_S, DeviceMemory


def test_a_failure_is_remembered_by_the_next_start() -> None:
    DeviceMemory().note("cuda:0", "out of memory")
    assert DeviceMemory().failure("cuda:0") == "out of memory"
    assert DeviceMemory().failure("cuda:1") is None


def test_until_the_device_works_again() -> None:
    DeviceMemory().note("cuda:0", "out of memory")
    DeviceMemory().forget("cuda:0")
    assert DeviceMemory().failure("cuda:0") is None


def test_or_until_a_week_has_passed() -> None:
    DeviceMemory().note("cuda:0", "out of memory", now_s=1000.0)
    assert DeviceMemory().failure("cuda:0", now_s=1000.0 + KEPT_S - 1) == "out of memory"
    assert DeviceMemory().failure("cuda:0", now_s=1000.0 + KEPT_S + 1) is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"cuda:0": 1}', '{"cuda:0": {"reason": 1, "at_s": "x"}}']
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "devices.json"
    path.write_text(content)
    assert DeviceMemory(path).failure("cuda:0") is None
    DeviceMemory(path).note("cuda:0", "again")
    assert DeviceMemory(path).failure("cuda:0") == "again"


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where a folder is wanted")
    memory = DeviceMemory(tmp_path / "folder" / "devices.json")
    memory.note("cuda:0", "out of memory")
    assert memory.failure("cuda:0") is None
