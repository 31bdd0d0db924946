from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from asr_app.errors import OutputError
from asr_app.output.clipboard import Clipboard
from asr_app.output.desktop import Desktop, Helper, find_helper, run_helper, this_desktop
from asr_app.output.keyboard import Keyboard

MakeProgram = Callable[[str, str], Path]


@pytest.fixture
def make_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProgram:
    """Makes shell scripts that are found like programs, and hides all others but the shell's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("cat", "sleep"):
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (folder / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> Path:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return make


@pytest.fixture
def x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":77")


@pytest.fixture
def wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")


class TestDesktop:
    def test_wayland_goes_before_the_x11_it_brings_along(
        self, monkeypatch: pytest.MonkeyPatch, wayland: None
    ) -> None:
        monkeypatch.setenv("DISPLAY", ":0")
        assert this_desktop() is Desktop.WAYLAND

    def test_a_display_is_x11_and_none_is_none(self, monkeypatch: pytest.MonkeyPatch, x11: None) -> None:
        assert this_desktop() is Desktop.X11
        monkeypatch.delenv("DISPLAY")
        assert this_desktop() is Desktop.NONE


class TestHelpers:
    def test_the_first_that_is_installed_and_works_is_taken(self, make_program: MakeProgram) -> None:
        make_program("broken", "echo 'no display' >&2; exit 1")
        make_program("working", "exit 0")
        helpers = [Helper(name, (), ("--probe",)) for name in ("missing", "broken", "working")]
        assert find_helper(helpers, "It does not work").program == "working"

    @pytest.mark.usefixtures("x11")
    def test_what_those_that_fail_say_is_told(self, make_program: MakeProgram) -> None:
        make_program("broken", "echo 'no virtual keyboard' >&2; exit 1")
        with pytest.raises(OutputError, match=r"under this X11 \(broken: no virtual keyboard\)"):
            find_helper([Helper("broken", (), ("--probe",))], "Typing does not work")

    @pytest.mark.usefixtures("make_program")
    def test_where_none_is_installed_their_packages_are_named(self) -> None:
        helpers = [Helper("one", (), package="one-tools"), Helper("two", ())]
        with pytest.raises(OutputError, match="missing") as raised:
            find_helper(helpers, "It does not work")
        assert raised.value.hint == "Install one-tools or two."

    def test_one_that_stays_to_hand_the_text_out_is_not_waited_for(
        self, make_program: MakeProgram, tmp_path: Path
    ) -> None:
        make_program("keeper", f"cat > {tmp_path}/kept; sleep 3 &")
        run_helper(Helper("keeper", ()), "text")
        assert (tmp_path / "kept").read_text() == "text"

    def test_one_that_fails_is_a_sentence(self, make_program: MakeProgram) -> None:
        make_program("failing", "exit 3")
        with pytest.raises(OutputError, match="“failing” failed"):
            run_helper(Helper("failing", ()), "text")


class TestClipboard:
    @pytest.mark.usefixtures("x11")
    def test_it_gets_the_text_unchanged(self, make_program: MakeProgram, tmp_path: Path) -> None:
        make_program("xclip", f'[ "$1" = -version ] || cat > {tmp_path}/clipboard')
        Clipboard().copy("Grüße,\n“naïve” café")
        assert (tmp_path / "clipboard").read_text(encoding="utf-8") == "Grüße,\n“naïve” café"

    @pytest.mark.usefixtures("wayland")
    def test_on_wayland_another_program_does_it(self, make_program: MakeProgram, tmp_path: Path) -> None:
        make_program("xclip", "exit 1")
        make_program("wl-copy", f"cat > {tmp_path}/clipboard")
        Clipboard().copy("text")
        assert (tmp_path / "clipboard").read_text() == "text"

    def test_without_a_desktop_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        with pytest.raises(OutputError, match="no clipboard"):
            Clipboard()


class TestKeyboard:
    @pytest.mark.usefixtures("x11")
    def test_text_is_typed_as_it_is(self, make_program: MakeProgram, tmp_path: Path) -> None:
        make_program("xdotool", f'[ "$1" = getdisplaygeometry ] || cat > {tmp_path}/typed')
        Keyboard().type("--not an option; $HOME ")
        assert (tmp_path / "typed").read_text() == "--not an option; $HOME "

    @pytest.mark.usefixtures("wayland")
    def test_where_the_compositor_forbids_it_the_next_one_is_tried(
        self, make_program: MakeProgram, tmp_path: Path
    ) -> None:
        make_program("wtype", "echo 'Compositor does not support the virtual keyboard protocol' >&2; exit 1")
        make_program("ydotool", f'[ "$2" = "" ] || cat > {tmp_path}/typed')
        Keyboard().type("text")
        assert (tmp_path / "typed").read_text() == "text"

    @pytest.mark.usefixtures("wayland")
    def test_and_where_nothing_types_the_reason_is_told(self, make_program: MakeProgram) -> None:
        make_program("wtype", "echo 'Compositor does not support the virtual keyboard protocol' >&2; exit 1")
        with pytest.raises(OutputError, match="virtual keyboard protocol") as raised:
            Keyboard()
        assert "ydotool" in raised.value.hint
