from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.cli.outputs import Outputs


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop whose clipboard and keyboard are files in this folder; the file `full` makes both fail."""
    for name, probe, target in (
        ("xclip", "-version", "clipboard"),
        ("xdotool", "getdisplaygeometry", "typed"),
    ):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\n[ -e {tmp_path}/full ] && exit 1\n[ "$1" = {probe} ] && exit 0\n'
            f"cat {'>' if name == 'xclip' else '>>'} {tmp_path}/{target}\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":77")
    return tmp_path


def test_the_clipboard_holds_all_of_the_dictation_and_typing_goes_on(programs: Path) -> None:
    outputs = Outputs(clipboard=True, keyboard=True, say=pytest.fail)
    for text in ("we will meet", "", "in the\nlibrary"):
        outputs.final(text)
    assert (programs / "clipboard").read_text() == "we will meet in the\nlibrary"
    assert (programs / "typed").read_text() == "we will meet in the library "


def test_a_new_dictation_begins_anew(programs: Path) -> None:
    outputs = Outputs(clipboard=True, keyboard=False, say=pytest.fail)
    outputs.final("one")
    outputs.begin()
    assert (programs / "clipboard").read_text() == "one"
    outputs.final("two")
    assert (programs / "clipboard").read_text() == "two"


def test_an_output_that_fails_is_told_of_once_and_tried_again(programs: Path) -> None:
    said: list[str] = []
    outputs = Outputs(clipboard=True, keyboard=False, say=said.append)
    (programs / "full").touch()
    outputs.final("one")
    outputs.final("two")
    assert len(said) == 1
    assert "“xclip” failed" in said[0]
    (programs / "full").unlink()
    outputs.final("three")
    assert (programs / "clipboard").read_text() == "one two three"


def test_without_wishes_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    Outputs(clipboard=False, keyboard=False, say=pytest.fail).final("text")
