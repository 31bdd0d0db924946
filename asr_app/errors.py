"""The errors a person may see.

Each carries one sentence saying what happened and one saying what to do next. They are shown in one place
per front end (the command line's `main`, the window's message area) and never become transcript text.
"""

from __future__ import annotations


class AsrAppError(Exception):
    """Base of every error that is meant for the person at the keyboard.

    Attributes:
        message: One sentence: what happened.
        hint: One sentence: what to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class MediaError(AsrAppError):
    """A recording cannot be opened, or holds nothing that can be decoded."""


class MicrophoneError(AsrAppError):
    """No microphone, or the microphone cannot be opened or has gone."""


class JournalError(AsrAppError):
    """The recording of a dictation cannot be found, read or changed."""


class SettingsError(AsrAppError):
    """The settings of a person cannot be read or written, or one is unknown or does not fit."""


class BundleError(AsrAppError):
    """A model bundle is missing, damaged, foreign or of a newer format."""


class DeviceError(AsrAppError):
    """The requested computing device does not exist or fails its self-test."""


class ManifestError(AsrAppError):
    """A corpus manifest, or the audio it names, cannot be read."""


class RecipeError(AsrAppError):
    """A training recipe is wrong or does not fit the checkpoint it resumes."""


class LanguageModelError(AsrAppError):
    """A text cannot be read, or a language model cannot be made from it."""


class FormattingError(AsrAppError):
    """A table of spoken commands, or the replacements of a person, cannot be read."""


class VocabularyError(AsrAppError):
    """The words and phrases of a person cannot be read, or one of them cannot be said."""


class ExportError(AsrAppError):
    """A file cannot be written, or the template of its name is wrong."""


class LibraryError(AsrAppError):
    """The library of transcripts cannot be read, changed, moved or restored."""


class RemoteError(AsrAppError):
    """The running program cannot be reached, or commands to it cannot be taken."""


class AlreadyListeningError(RemoteError):
    """Another program of this person takes the commands already."""


class OutputError(AsrAppError):
    """Text cannot be put into the clipboard, or be typed."""


class Cancelled(AsrAppError):
    """The caller asked to stop; what was finished before stays valid."""
