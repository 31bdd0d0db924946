"""A guard that sees every network socket Python opens, in any thread.

It hangs on the interpreter's audit events, so no library can go around it by keeping its own name for
`socket.socket`. Local (AF_UNIX) sockets are no network and pass.
"""

from __future__ import annotations

import socket
import sys

_NETWORK_FAMILIES = {socket.AF_INET, socket.AF_INET6}
_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class NetworkUsed(RuntimeError):
    """A test opened a network socket or asked for an address."""


class SocketGuard:
    """Refuses network sockets while it is armed, and remembers who asked.

    Attributes:
        attempts: One line for each socket or look-up refused since the guard was armed.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self._armed = False
        # An audit hook stays for the life of the interpreter; one guard serves the whole run.
        sys.addaudithook(self._hook)

    def arm(self) -> None:
        """Refuse from now on; forget earlier attempts."""
        self.attempts = []
        self._armed = True

    def disarm(self) -> None:
        """Let everything pass."""
        self._armed = False

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if not self._armed or not event.startswith("socket."):
            return
        if event in _LOOK_UPS:
            self._refuse(f"look-up of {args[0]!r}")
        if event == "socket.__new__" and args[1] in _NETWORK_FAMILIES:
            self._refuse(f"socket of family {args[1]!s}")

    def _refuse(self, what: str) -> None:
        self.attempts.append(what)
        raise NetworkUsed(what)
