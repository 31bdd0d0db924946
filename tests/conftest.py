"""What every test runs under, and the fixtures tests of different parts share."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import leaks, speech, virtual_microphone
from tests.helpers.logfail import WarningCollector
from tests.helpers.sockets import SocketGuard

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SPEECH_TEXT = "we will meet in front of the library at ten in the morning"

# Read by torch's OpenMP when it is imported: several test processes must not fight for the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def find_corpus() -> Path | None:
    """The speech corpus's folder: ASR_APP_CORPUS, or ../shared/corpus beside the project."""
    named = os.environ.get("ASR_APP_CORPUS")
    folder = Path(named) if named else PROJECT_ROOT.parent / "shared" / "corpus"
    return folder if folder.is_dir() else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, what this machine cannot run."""
    if item.get_closest_marker("corpus") and find_corpus() is None:
        pytest.skip("no speech corpus: set ASR_APP_CORPUS to its folder")
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")


# -- guards -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread running or a window open."""
    before = leaks.running_threads()
    yield
    left = leaks.left_threads(before)
    if {"qapp", "qtbot"} & set(request.fixturenames):
        left += leaks.left_qt()
    if left:
        pytest.fail("left behind: " + "; ".join(left))


@pytest.fixture(autouse=True)
def _no_unexpected_warnings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning, unless it takes `caplog` and so reads the log itself."""
    if "caplog" in request.fixturenames:
        yield
        return
    collector = WarningCollector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield
    finally:
        root.removeHandler(collector)
    if collector.messages:
        pytest.fail("unexpected in the log:\n" + "\n".join(collector.messages))


@pytest.fixture(scope="session")
def _socket_guard() -> SocketGuard:
    return SocketGuard()


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, _socket_guard: SocketGuard) -> Iterator[None]:
    """Fail a test that opens a network socket, even where the code under test swallows the refusal."""
    if request.node.get_closest_marker("loopback"):
        yield
        return
    _socket_guard.arm()
    try:
        yield
    finally:
        _socket_guard.disarm()
    if _socket_guard.attempts:
        pytest.fail("the network was used: " + "; ".join(_socket_guard.attempts))


@pytest.fixture(autouse=True)
def user_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, so that none touches the user's settings, library or caches."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "XDG_RUNTIME_DIR": ".run",
    }.items():
        path = home / folder
        # Qt warns about a runtime folder that others can read.
        path.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(variable, str(path))
    return home


@pytest.fixture(autouse=True)
def _one_torch_thread() -> None:
    """Keep torch to one thread, without importing it where a test does not."""
    torch: Any = sys.modules.get("torch")
    if hasattr(torch, "set_num_threads"):
        torch.set_num_threads(1)


# -- shared material ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    """The speech corpus (its README describes it); skips where there is none."""
    folder = find_corpus()
    if folder is None:
        pytest.skip("no speech corpus: set ASR_APP_CORPUS to its folder")
    return folder


@pytest.fixture(scope="session")
def speech_text() -> str:
    """The words spoken in `speech_wav`."""
    return SPEECH_TEXT


@pytest.fixture(scope="session")
def speech_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file of a synthetic voice saying `speech_text`; skips where no synthesiser is installed."""
    if speech.find_synthesiser() is None:
        pytest.skip("no synthesiser: install flite or espeak-ng")
    return speech.synthesise(SPEECH_TEXT, tmp_path_factory.mktemp("speech") / "speech.wav")


@pytest.fixture(scope="session")
def vmic() -> virtual_microphone.VirtualMicrophone:
    """The virtual microphone of `./dev test`; skips where the tests were started without it."""
    if not virtual_microphone.is_running():
        pytest.skip("no virtual microphone: run the tests with ./dev test")
    return virtual_microphone.VirtualMicrophone()
