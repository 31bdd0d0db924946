"""Which microphone a dictation listens to: the first there is on a list, and what follows when it goes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from asr_app.audio.devices import (
    DeviceName,
    InputDevice,
    devices_by_wish,
    find_input_device,
    list_input_devices,
    rescan_input_devices,
)
from asr_app.errors import MicrophoneError

if TYPE_CHECKING:
    from asr_app.audio.microphone import Microphone

PATIENCE_S = 3.0
"""So long a microphone that has gone is waited for before the next one on the list is taken."""

_log = logging.getLogger(__name__)


class Microphones:
    """Opens microphones for a session: called for the first one, `reopen` for one that has gone.

    Attributes:
        wishes: The most wished for first.
        or_any: Whether the system's choice comes after them.
    """

    def __init__(
        self,
        wishes: Sequence[DeviceName] = (),
        or_any: bool = True,
        find: Callable[[], InputDevice] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Choose among the wishes, once the device that `find` gives, where it is given, goes before them."""
        self.wishes = list(wishes)
        self.or_any = or_any
        self._find = find
        self._patience_s = patience_s
        self._in_use: DeviceName | None = None

    @staticmethod
    def named(name_or_index: str | int | None, preferred: Sequence[DeviceName] = ()) -> Microphones:
        """The one of that name, part of a name or number, and no other; None: the preferred, or any."""
        if name_or_index is None:
            return Microphones(preferred)
        return Microphones((), or_any=False, find=lambda: find_input_device(name_or_index))

    def __call__(self) -> Microphone:
        """Choose the first microphone; it is not started yet.

        Raises:
            MicrophoneError: None that is wished for is there.
        """
        if self._find is not None:
            device = self._find()
            self.wishes = [device.full_name]
            return self._take(device)
        return self._take(self._choose(self.wishes, self.or_any))

    def reopen(self, searched_s: float) -> Microphone:
        """Choose again, after the one in use has gone: for a while that one only, then the next on the list.

        Args:
            searched_s: Since when it has been looked for.

        Raises:
            MicrophoneError: There is none yet.
        """
        if searched_s > 0:
            # The first try is with what PortAudio knows: a sound server that was restarted is back at once.
            rescan_input_devices()
        if self._in_use is not None and searched_s < self._patience_s:
            return self._take(self._choose([self._in_use], or_any=False))
        return self._take(self._choose(self.wishes, self.or_any))

    def _choose(self, wishes: Sequence[DeviceName], or_any: bool) -> InputDevice:
        devices = list_input_devices()
        fitting = devices_by_wish(devices, wishes)
        if fitting:
            return fitting[0]
        if or_any:
            return find_input_device(None)
        names = " or ".join(f"“{wish.name}”" for wish in wishes)
        raise MicrophoneError(f"The microphone {names} is not there.", "Connect it, or choose another one.")

    def _take(self, device: InputDevice) -> Microphone:
        from asr_app.audio.microphone import Microphone

        self._in_use = device.full_name
        _log.info("microphone %s through %s", device.name, device.host_api)
        return Microphone(device)
