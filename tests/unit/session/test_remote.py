from __future__ import annotations

import socket
import stat
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from asr_app.errors import AlreadyListeningError, AsrAppError, RemoteError
from asr_app.session.remote import (
    RemoteAnswer,
    RemoteCommand,
    RemoteListener,
    ask_running_program,
    control_address,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="named pipes have no files to look at")


class Program:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[RemoteCommand] = []

    def handle(self, command: RemoteCommand) -> RemoteAnswer:
        self.told.append(command)
        if command is RemoteCommand.CANCEL:
            raise AsrAppError("Nothing is being dictated.", "Start first.")
        return RemoteAnswer(True, f"Done: {command.value}.")


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def listener(program: Program) -> Iterator[RemoteListener]:
    with RemoteListener(program.handle) as listening:
        yield listening


class TestCommands:
    @pytest.mark.usefixtures("listener")
    def test_each_reaches_the_program_and_its_answer_comes_back(self, program: Program) -> None:
        for command in (RemoteCommand.TOGGLE, RemoteCommand.START, RemoteCommand.STOP):
            assert ask_running_program(command) == RemoteAnswer(True, f"Done: {command.value}.")
        assert program.told == [RemoteCommand.TOGGLE, RemoteCommand.START, RemoteCommand.STOP]

    @pytest.mark.usefixtures("listener")
    def test_what_the_program_refuses_is_a_sentence(self) -> None:
        answer = ask_running_program(RemoteCommand.CANCEL)
        assert answer == RemoteAnswer(False, "Nothing is being dictated. Start first.")

    @pytest.mark.parametrize(
        "said", [b"", b"{", b'{"command": "format the disk"}', b"[]", b"\xff", b"[" * 3000]
    )
    def test_nonsense_does_no_harm(self, listener: RemoteListener, program: Program, said: bytes) -> None:
        with Client(listener.address) as connection:
            connection.send_bytes(said)
            connection.poll(5)
        assert ask_running_program(RemoteCommand.STOP).done
        assert program.told == [RemoteCommand.STOP]

    def test_one_who_hangs_up_at_once_does_no_harm(self, listener: RemoteListener) -> None:
        Client(listener.address).close()
        assert ask_running_program(RemoteCommand.STOP).done

    @pytest.mark.usefixtures("listener")
    def test_several_at_once_are_all_served(self, program: Program) -> None:
        askers = [threading.Thread(target=ask_running_program, args=[RemoteCommand.TOGGLE]) for _ in range(5)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert program.told == 5 * [RemoteCommand.TOGGLE]


class TestPlace:
    def test_the_socket_is_the_persons_alone(self, listener: RemoteListener, user_home: Path) -> None:
        path = Path(listener.address)
        assert path.is_relative_to(user_home / ".run")
        found = path.stat()
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    def test_it_goes_with_the_listener(self, program: Program) -> None:
        listener = RemoteListener(program.handle)
        listener.close()
        listener.close()
        assert not Path(listener.address).exists()

    def test_without_a_runtime_folder_it_is_the_persons_alone_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        folder = Path(control_address()).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.is_relative_to(tmp_path) or folder.is_relative_to("/run/user")

    def test_a_folder_others_can_enter_is_refused(self, user_home: Path) -> None:
        folder = Path(control_address()).parent
        folder.chmod(0o755)
        with pytest.raises(RemoteError, match="not yours alone"):
            control_address()

    def test_a_link_in_its_place_is_refused(self, tmp_path: Path) -> None:
        folder = Path(control_address()).parent
        folder.rmdir()
        folder.symlink_to(tmp_path)
        with pytest.raises(RemoteError, match="not yours alone"):
            control_address()

    def test_a_path_too_long_for_sockets_is_a_sentence(
        self, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = tmp_path / ("long" * 40)
        long.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
        with pytest.raises(RemoteError, match="short path"):
            RemoteListener(program.handle)


class TestOthers:
    def test_the_socket_of_a_crashed_program_is_replaced(self, program: Program) -> None:
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(control_address())
        stale.close()
        assert Path(control_address()).exists()
        with pytest.raises(RemoteError, match="No dictation is there"):
            ask_running_program(RemoteCommand.STOP)
        with RemoteListener(program.handle):
            assert ask_running_program(RemoteCommand.STOP).done

    @pytest.mark.usefixtures("listener")
    def test_a_running_program_is_not_displaced(self, program: Program) -> None:
        with pytest.raises(AlreadyListeningError, match="already"):
            RemoteListener(lambda command: RemoteAnswer(True, "mine"))
        assert ask_running_program(RemoteCommand.STOP).says == "Done: stop."

    def test_when_none_runs_a_sentence_says_what_to_start(self) -> None:
        with pytest.raises(RemoteError, match="--standby"):
            ask_running_program(RemoteCommand.TOGGLE)

    def test_a_program_that_hangs_up_without_an_answer_is_told_of(self) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(control_address())
            server.listen()
            thread = threading.Thread(target=lambda: server.accept()[0].close())
            thread.start()
            with pytest.raises(RemoteError, match="cannot be asked"):
                ask_running_program(RemoteCommand.STOP)
            thread.join()
        Path(control_address()).unlink()
