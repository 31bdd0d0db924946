from __future__ import annotations

import os

import pytest

from asr_app.cli.doctor import check_device, check_model, check_screen
from asr_app.errors import BundleError, DeviceError
from tests.unit.cli.conftest import RunCli


def test_it_goes_through_all_checks_and_its_status_tells(run_cli: RunCli) -> None:
    result = run_cli("doctor", "--model", "tiny", "--device", "cpu")
    lines = result.out.splitlines()[1:]
    assert [line[9:].split(":")[0] for line in lines] == ["Microphone", "Screen", "Computing device", "Model"]
    assert result.status == int(any(line.startswith("MISSING") for line in lines))


def test_a_missing_model_is_a_finding_and_no_crash(run_cli: RunCli) -> None:
    result = run_cli("doctor", "--model", "huge", "--device", "cpu")
    assert result.status == 1
    assert "MISSING  Model: There is no model “huge”" in result.out


def test_without_a_screen_it_says_what_that_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    finding = check_screen()
    assert not finding.works
    assert "the window cannot open" in finding.says


def test_a_screen_that_does_not_answer_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":87654")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    finding = check_screen()
    assert not finding.works
    assert "cannot be opened" in finding.says


@pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="no screen: run the tests with ./dev test")
def test_a_screen_that_answers_works() -> None:
    assert check_screen().works


def test_the_processor_is_named_as_the_device(
    run_cli: RunCli, models: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_device("tiny", "cpu").says.startswith("The processor")
    with pytest.raises(DeviceError):
        check_device("tiny", "cuda:99")


def test_the_model_is_tried_on_speech(run_cli: RunCli) -> None:
    finding = check_model("tiny")
    assert finding.works
    assert "hears in garden.wav: “" in finding.says
    with pytest.raises(BundleError):
        check_model("huge")
