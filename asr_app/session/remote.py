"""Commands from other programs of the same person, such as a desktop's key bindings: no network.

The running program listens on a local socket in the person's runtime folder (on Windows on a named pipe of
the person's); `ask_running_program` is the other end. One command and one answer travel over each connection,
both JSON.
"""

from __future__ import annotations

import enum
import getpass
import json
import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from asr_app.errors import AlreadyListeningError, AsrAppError, RemoteError

_MOST_BYTES = 4096
_PATIENCE_S = 5.0
"""So long either end waits for the other; who is silent for longer is left alone."""

_log = logging.getLogger(__name__)


class RemoteCommand(enum.Enum):
    """What may be asked for from outside."""

    TOGGLE = "toggle"
    START = "start"
    STOP = "stop"
    CANCEL = "cancel"


@dataclass(frozen=True)
class RemoteAnswer:
    """What came of a command.

    Attributes:
        done: Whether it was carried out, or is being carried out.
        says: A sentence for the person.
    """

    done: bool
    says: str


Handler = Callable[[RemoteCommand], RemoteAnswer]


def control_address() -> str:
    """Where the running program listens: a socket's path, or on Windows the name of a pipe.

    Raises:
        RemoteError: There is no folder for it that belongs to this person alone.
    """
    if sys.platform == "win32":
        return rf"\\.\pipe\asr-app-{getpass.getuser()}"
    folder = _control_folder()
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise RemoteError(
            f"The folder “{folder}” for commands to the running program cannot be made ({error.strerror}).",
            "Set XDG_RUNTIME_DIR to a folder of your own.",
        ) from error
    # In a folder that is shared anybody may have made it.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise RemoteError(
            f"The folder “{folder}” for commands to the running program is not yours alone.",
            "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
        )
    return str(folder / "control")


def _control_folder() -> Path:
    """In the system's folder for sockets of this person; in a shared one where it has none."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if named:
        return Path(named) / "asr-app"
    # Started by something that passes no environment on, such as a timer: the session's is the same.
    usual = Path("/run/user") / str(os.getuid())
    return usual / "asr-app" if usual.is_dir() else Path(tempfile.gettempdir()) / f"asr-app-{os.getuid()}"


class RemoteListener:
    """Takes commands on a thread of its own until it is closed. Usable as a context manager.

    A socket that a crashed program left behind is replaced; a program that answers is not.
    """

    def __init__(self, handler: Handler, address: str | None = None) -> None:
        """Begin to listen.

        Args:
            handler: Called with each command, on the listener's thread; must return soon.
            address: None: `control_address()`.

        Raises:
            AlreadyListeningError: Another program of this person does.
            RemoteError: Nothing can be opened there.
        """
        self.address = address or control_address()
        self._handler = handler
        self._closing = threading.Event()
        self._listener = _listen(self.address)
        self._thread = threading.Thread(target=self._serve, name="remote commands", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and take the socket away. Does nothing the second time."""
        if self._closing.is_set():
            return
        self._closing.set()
        # `accept` waits for somebody: it is given somebody.
        try:
            Client(self.address).close()
        except OSError:
            _log.info("the socket for commands has gone before its end")
            self._listener.close()
        self._thread.join(2 * _PATIENCE_S)

    def __enter__(self) -> RemoteListener:
        """It listens already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.close()

    def _serve(self) -> None:
        with self._listener:
            while not self._closing.is_set():
                try:
                    connection = self._listener.accept()
                except OSError:
                    # Closed from outside, or nobody there any more when it was accepted.
                    if self._closing.wait(0.1):
                        return
                    continue
                with connection:
                    self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        try:
            if self._closing.is_set() or not connection.poll(_PATIENCE_S):
                return
            said = json.loads(connection.recv_bytes(_MOST_BYTES))
            answer = self._carry_out(said)
            connection.send_bytes(json.dumps({"done": answer.done, "says": answer.says}).encode())
        except (OSError, EOFError, ValueError, RecursionError):
            _log.info("a command from outside could not be read", exc_info=True)

    def _carry_out(self, said: Any) -> RemoteAnswer:
        try:
            command = RemoteCommand(said.get("command") if isinstance(said, dict) else None)
        except ValueError:
            return RemoteAnswer(
                False, "The running program does not know this command; is it of another version?"
            )
        try:
            return self._handler(command)
        except AsrAppError as error:
            return RemoteAnswer(False, str(error))


def ask_running_program(command: RemoteCommand, address: str | None = None) -> RemoteAnswer:
    """Give a command to the running program and wait for its answer.

    Args:
        command: What it should do.
        address: None: `control_address()`.

    Raises:
        RemoteError: No program is running, or it does not answer.
    """
    address = address or control_address()
    try:
        with Client(address) as connection:
            connection.send_bytes(json.dumps({"command": command.value}).encode())
            if not connection.poll(_PATIENCE_S):
                raise RemoteError(
                    "The running program does not answer.", "Look whether it hangs, and end it if it does."
                )
            said = json.loads(connection.recv_bytes(_MOST_BYTES))
            return RemoteAnswer(bool(said["done"]), str(said["says"]))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise RemoteError(
            "No dictation is there to be commanded.", "Open the window, or start “asr-app dictate --standby”."
        ) from error
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise RemoteError(
            f"The running program cannot be asked ({str(error) or type(error).__name__}).", "Start it again."
        ) from error


def _listen(address: str) -> Listener:
    if sys.platform == "win32":
        try:
            return Listener(address, "AF_PIPE")
        except OSError as error:
            raise _already() from error
    if _somebody_answers(address):
        raise _already()
    try:
        Path(address).unlink(missing_ok=True)  # of a program that crashed
        listener = Listener(address, "AF_UNIX")
        Path(address).chmod(0o600)
    except OSError as error:
        raise RemoteError(
            f"Commands from other programs cannot be taken ({error}).",
            "Set XDG_RUNTIME_DIR to a folder of your own with a short path.",
        ) from error
    return listener


def _somebody_answers(address: str) -> bool:
    try:
        Client(address).close()
    except OSError:
        return False
    return True


def _already() -> AlreadyListeningError:
    return AlreadyListeningError(
        "Another running asr-app takes the commands start, stop, toggle and cancel already.",
        "End it if this one should take them.",
    )
