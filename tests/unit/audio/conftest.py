"""Fixtures of the audio tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import virtual_microphone


@pytest.fixture
def doomed_sound_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A sound server of its own, with a microphone, that a test may kill: the unplugged microphone."""
    if not virtual_microphone.is_running() or shutil.which("pulseaudio") is None:
        pytest.skip("no virtual microphone: run the tests with ./dev test")
    socket, run = tmp_path / "s", tmp_path / "run"
    run.mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"}
    server = subprocess.Popen(
        [
            *("pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "--disable-shm=yes"),
            *("--realtime=no", "--high-priority=no"),
            f"--load=module-native-protocol-unix auth-anonymous=1 socket={socket}",
            "--load=module-null-sink sink_name=vmic",
        ],
        env={**environment, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(run)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with server:
        try:
            monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
            _wait_until_it_answers(server)
            subprocess.run(["pactl", "set-default-source", "vmic.monitor"], check=True)
            yield server
        finally:
            server.kill()


def _wait_until_it_answers(server: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 10
    while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline_s:
            pytest.fail("the sound server did not start")
