"""What a session is asked to do, gathered by the thread that does it."""

from __future__ import annotations

import enum
from queue import SimpleQueue


class Command(enum.Enum):
    """What a front end may ask for."""

    START = enum.auto()
    STOP = enum.auto()
    CANCEL = enum.auto()
    CLOSE = enum.auto()


class Wishes:
    """The commands that have come during one dictation, as flags. Belongs to the session's thread.

    Attributes:
        stop: Nothing more is to be recorded.
        cancel: What is not transcribed yet is to be dropped.
        again: Another dictation is to follow.
        close: The session is over.
    """

    def __init__(self, commands: SimpleQueue[Command]) -> None:
        """Look at these commands, from now on."""
        self._commands = commands
        self.stop = self.cancel = self.again = self.close = False

    def look(self) -> None:
        """Take the commands that have come; each counts in the light of those before it."""
        while not self._commands.empty():
            self._take(self._commands.get())

    def is_cancelled(self) -> bool:
        """Look, and say whether work is to stop at once."""
        self.look()
        return self.cancel

    def _take(self, command: Command) -> None:
        match command:
            case Command.START:
                # While it is still recording, a dictation is under way as wished.
                self.again = self.stop or self.cancel
            case Command.STOP:
                self.stop, self.again = True, False
            case Command.CANCEL:
                self.cancel, self.again = True, False
            case Command.CLOSE:
                self.cancel = self.close = True
