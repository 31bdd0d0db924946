"""What is remembered of graphics cards that failed, so that the next start does not run into it again."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Any

KEPT_S = 7 * 24 * 3600.0
"""After so long a card is tried again: drivers are repaired, memory gets free."""

_log = logging.getLogger(__name__)


class DeviceMemory:
    """A small file in the person's folder of states. Losing it does no harm: the card is tried again."""

    def __init__(self, path: Path | None = None) -> None:
        """Use this file; None: the person's own."""
        self._path = path

    def note(self, device_name: str, reason: str, now_s: float | None = None) -> None:
        """Remember that a device failed, and why."""
        failures = self._read()
        failures[device_name] = {"reason": reason, "at_s": time.time() if now_s is None else now_s}
        self._write(failures)

    def forget(self, device_name: str) -> None:
        """A device works again."""
        failures = self._read()
        if failures.pop(device_name, None) is not None:
            self._write(failures)

    def failure(self, device_name: str, now_s: float | None = None) -> str | None:
        """Why a device failed lately; None when it did not."""
        entry = self._read().get(device_name)
        if not isinstance(entry, dict):
            return None
        at_s, reason = entry.get("at_s"), entry.get("reason")
        now_s = time.time() if now_s is None else now_s
        if not isinstance(at_s, int | float) or not isinstance(reason, str) or not 0 <= now_s - at_s < KEPT_S:
            return None
        return reason

    def _file(self) -> Path:
        if self._path is None:
            from platformdirs import user_state_path

            self._path = user_state_path("asr-app") / "devices.json"
        return self._path

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, failures: dict[str, Any]) -> None:
        try:
            self._file().parent.mkdir(parents=True, exist_ok=True)
            self._file().write_text(json.dumps(failures, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            _log.info("what failed cannot be remembered: %s", error)
