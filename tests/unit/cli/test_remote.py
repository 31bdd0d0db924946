from __future__ import annotations

import io

import pytest

from asr_app.session.remote import RemoteAnswer, RemoteCommand, RemoteListener
from tests.unit.cli.conftest import RunCli


@pytest.mark.parametrize("name", ["toggle", "start", "stop"])
def test_each_command_reaches_the_running_program(run_cli: RunCli, name: str) -> None:
    told: list[RemoteCommand] = []

    def handle(command: RemoteCommand) -> RemoteAnswer:
        told.append(command)
        return RemoteAnswer(True, "It is done.")

    with RemoteListener(handle):
        result = run_cli(name)
    assert (result.status, result.out, result.err) == (0, "", "It is done.\n")
    assert told == [RemoteCommand(name)]


@pytest.mark.parametrize("name", ["toggle", "start", "stop"])
def test_when_nothing_runs_a_sentence_says_so(run_cli: RunCli, name: str) -> None:
    result = run_cli(name)
    assert result.status == 1
    assert "No dictation is there to be commanded." in result.err


def test_what_the_program_refuses_is_an_error(run_cli: RunCli) -> None:
    with RemoteListener(lambda command: RemoteAnswer(False, "Nothing is being dictated.")):
        result = run_cli("stop")
    assert (result.status, result.err) == (1, "asr-app: Nothing is being dictated.\n")


class TestCancel:
    def test_without_anyone_to_ask_nothing_is_discarded(
        self, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO())
        with RemoteListener(lambda command: RemoteAnswer(True, "gone")):
            result = run_cli("cancel")
        assert result.status == 1
        assert "Nothing was discarded" in result.err
        assert "--yes" in result.err

    def test_with_yes_it_is(self, run_cli: RunCli) -> None:
        with RemoteListener(lambda command: RemoteAnswer(True, command.value)):
            assert run_cli("cancel", "--yes").err == "cancel\n"
