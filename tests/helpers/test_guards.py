"""The guards every test runs under do fail a test that breaks their rule, and only that one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT_ROOT

CULPRITS = """
import logging, os, socket, threading
import pytest

def test_innocent(speech_text):
    logging.getLogger("asr_app").info("nothing of note")
    thread = threading.Thread(target=speech_text.split)
    thread.start()
    left, right = socket.socketpair()
    left.close(); right.close()

def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, name="forgotten", daemon=True).start()

def test_logs_a_warning():
    logging.getLogger("asr_app").warning("something is odd")

def test_logs_a_warning_it_reads(caplog):
    logging.getLogger("asr_app").warning("something is odd")
    assert "odd" in caplog.text

def test_opens_a_socket_and_swallows_the_refusal():
    try:
        socket.socket(socket.AF_INET)
    except Exception:
        pass

@pytest.mark.loopback
def test_may_open_a_socket():
    socket.socket(socket.AF_INET).close()

def test_has_a_home_of_its_own():
    assert os.environ["XDG_DATA_HOME"].startswith(os.environ["HOME"])
    assert os.environ["HOME"] != "{home}"
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The last word on each culprit: PASSED, FAILED or ERROR."""
    folder = tmp_path_factory.mktemp("culprits")
    path = folder / "test_culprits.py"
    path.write_text(CULPRITS.replace("{home}", str(Path.home())), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-rA"]
    run = subprocess.run(
        [*command, "-c", str(PROJECT_ROOT / "pyproject.toml"), str(path)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    # A test that fails in a guard is reported twice, its own part first; the later line counts.
    found = dict(
        (name, outcome)
        for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) .*::(test_\w+)", run.stdout, re.MULTILINE)
    )
    assert found, run.stdout + run.stderr
    return found


@pytest.mark.parametrize(
    "name",
    [
        "test_innocent",
        "test_logs_a_warning_it_reads",
        "test_may_open_a_socket",
        "test_has_a_home_of_its_own",
    ],
)
def test_what_keeps_the_rules_passes(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == "PASSED"


@pytest.mark.parametrize(
    "name",
    ["test_leaves_a_thread", "test_logs_a_warning", "test_opens_a_socket_and_swallows_the_refusal"],
)
def test_what_breaks_a_rule_fails(outcomes: dict[str, str], name: str) -> None:
    assert outcomes[name] == "ERROR"
