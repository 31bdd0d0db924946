"""Speech recognition on your own computer: recordings and live dictation to text.

>>> from asr_app import Recognizer
>>> transcript = Recognizer.load().transcribe("talk.mp3")  # doctest: +SKIP
>>> transcript.text  # doctest: +SKIP
'…'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer

    __version__: str

__all__ = ["Recognizer", "__version__"]


def __getattr__(name: str) -> Any:
    """Import on first use: `import asr_app` must stay quick, and torch is not."""
    if name == "Recognizer":
        from asr_app.transcription.recognizer import Recognizer

        return Recognizer
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("asr-app")
    except PackageNotFoundError:  # run from a folder without being installed
        return "0+unknown"
