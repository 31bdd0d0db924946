from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asr_app.cli.file_progress import clock
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import SAMPLES

COMMANDS = [
    "transcribe",
    "dictate",
    "devices",
    "doctor",
    "bench",
    "window",
    "train",
    "train-lm",
    "evaluate",
    "calibrate",
]


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        cwd=Path(__file__).resolve().parents[3],
    )


def test_help_names_every_command(run_cli: RunCli) -> None:
    result = run_cli("--help")
    assert result.status == 0
    assert all(command in result.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run_cli: RunCli, command: str) -> None:
    result = run_cli(command, "--help")
    assert result.status == 0
    assert "Usage" in result.out


def test_the_version_is_shown(run_cli: RunCli) -> None:
    assert run_cli("--version").out.startswith("asr-app ")


def test_a_mistyped_command_or_option_is_a_mistake_with_a_sentence(run_cli: RunCli) -> None:
    for arguments in (("transcirbe",), ("transcribe",), ("transcribe", "--fromat", "txt", "x.wav")):
        result = run_cli(*arguments)
        assert result.status == 2
        assert "Traceback" not in result.err


def test_help_loads_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "av", "sounddevice", "PySide6", "rich.progress")
    code = f"""
import sys
sys.argv = ["asr-app", "--help"]
from asr_app.cli.app import main
try:
    main()
except SystemExit:
    pass
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""
    assert python(code).stderr.strip() == "[]"


def test_help_takes_little_work() -> None:
    # Work of this process and its children; the time on the wall depends on who else is at work here.
    code = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "asr_app", "--help"], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
"""
    assert min(float(python(code).stdout) for _ in range(3)) < 0.5


def test_importing_the_package_loads_nothing_heavy_until_the_recogniser_is_asked_for() -> None:
    code = """
import sys, asr_app
assert "torch" not in sys.modules
print(asr_app.Recognizer.__name__, "torch" in sys.modules)
try:
    asr_app.nonsense
except AttributeError as error:
    print(error)
"""
    result = python(code)
    assert result.stdout.splitlines() == ["Recognizer True", "module 'asr_app' has no attribute 'nonsense'"]


def test_the_run_path_needs_no_training_library_no_qt_and_no_network(models: Path) -> None:
    code = f"""
import sys
opened = []
def watch(event, args):
    # A socket in the file system, by which the running program is commanded, is no network.
    within = event in ("socket.connect", "socket.bind") and args[0].family == 1
    if event in ("socket.getaddrinfo", "socket.connect", "socket.bind") and not within or (
        event == "socket.__new__" and args[1] != 1
    ):
        opened.append((event, args))
sys.addaudithook(watch)
from asr_app.cli.app import main
for arguments in (["transcribe"], ["dictate", "--file"]):
    arguments.append({str(SAMPLES / "library.wav")!r})
    sys.argv = ["asr-app", *arguments, "--model", "tiny", "--device", "cpu"]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, ended.code
unwanted = ("torchaudio", "librosa", "scipy", "soundfile", "jiwer", "matplotlib", "tensorboard", "PySide6",
            "pyqtgraph", "pocketsphinx", "requests", "urllib3", "silero_vad", "sounddevice")
print("loaded:", [name for name in unwanted if name in sys.modules], "opened:", opened)
"""
    result = python(code, ASR_APP_MODELS=str(models))
    assert result.returncode == 0, result.stderr
    *texts, last = result.stdout.splitlines()
    assert len(texts) == 2
    assert texts[0] == texts[1]
    assert last == "loaded: [] opened: []"


def test_a_reader_that_goes_away_is_no_error(models: Path) -> None:
    code = f"""
import subprocess, sys
command = [sys.executable, "-m", "asr_app", "transcribe", {str(SAMPLES)!r}, "--model", "tiny"]
with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
    process.stdout.readline()
    process.stdout.close()
    error = process.stderr.read()
assert "Traceback" not in error and "BrokenPipe" not in error, error
print(process.returncode)
"""
    result = python(code, ASR_APP_MODELS=str(models))
    assert result.stdout.strip() == "1", result.stderr


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3600, "1:00:00"), (36_125, "10:02:05")],
)
def test_clock(duration_s: float, text: str) -> None:
    assert clock(duration_s) == text
