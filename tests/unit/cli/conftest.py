from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from asr_app.cli.app import main
from tests.unit.transcription.builders import talkative_bundle


@dataclass(frozen=True)
class Result:
    """What a command did.

    Attributes:
        status: Exit status.
        out: Standard output.
        err: Standard error.
    """

    status: int
    out: str
    err: str


RunCli = Callable[..., Result]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small model “tiny”."""
    folder = tmp_path_factory.mktemp("models")
    # With a decoder: without one it is so unsure that its words count as noise.
    talkative_bundle(folder / "tiny")
    return folder


@pytest.fixture
def run_cli(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Runs `asr-app` with arguments, in this process."""
    monkeypatch.setenv("ASR_APP_MODELS", str(models))
    # Long lines, so that sentences are not broken where the tests look for them.
    monkeypatch.setenv("COLUMNS", "400")

    def run(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["asr-app", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else int(code is not None), out, err)

    return run
