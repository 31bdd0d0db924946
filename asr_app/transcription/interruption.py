"""Stopping work inside the network: a search over twenty seconds of speech may last some seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asr_app.errors import Cancelled
from asr_app.model.network import AcousticModel

IsCancelled = Callable[[], bool]
CancelSource = IsCancelled | threading.Event | None
"""What callers may hand in to ask for a stop."""


def as_check(source: CancelSource) -> IsCancelled:
    """Turn what a caller handed in into a function that says whether to stop."""
    if source is None:
        return lambda: False
    return source.is_set if isinstance(source, threading.Event) else source


class Interruption:
    """Makes a network raise `Cancelled` at the next encoder layer or decoder step once a stop is asked for.

    It hangs on torch's forward hooks, so that neither the network nor the searches know of it. Each thread
    watches its own request: several may use one network.
    """

    def __init__(self) -> None:
        self._local = threading.local()

    def attach(self, network: AcousticModel) -> None:
        """Watch this network from now on."""
        modules = [*network.encoder.layers]
        if network.decoder is not None:
            modules.append(network.decoder.attention)
        for module in modules:
            module.register_forward_pre_hook(self._check)

    @contextmanager
    def watching(self, is_cancelled: IsCancelled) -> Iterator[None]:
        """Within the block, this thread's work in the network stops when `is_cancelled` says so."""
        before: IsCancelled | None = getattr(self._local, "is_cancelled", None)
        self._local.is_cancelled = is_cancelled
        try:
            yield
        finally:
            self._local.is_cancelled = before

    def _check(self, _module: Any, _inputs: Any) -> None:
        is_cancelled: IsCancelled | None = getattr(self._local, "is_cancelled", None)
        if is_cancelled is not None and is_cancelled():
            raise Cancelled("The work was stopped.")
