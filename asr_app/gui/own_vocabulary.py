"""The person's own words and phrases, kept as the file says without a restart. No Qt in here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_app.transcription.recognizer import Recognizer
    from asr_app.transcription.vocabulary import Vocabulary

_Stamp = tuple[int, int, int]


class OwnVocabulary:
    """Follows the person's file. Its methods are called in worker threads, never two at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._sentence = ""

    def read(self) -> Vocabulary:
        """The file's words for a recogniser to begin with; none where the file is wrong.

        `refresh` then says so. The window opens and dictates all the same.
        """
        from asr_app.errors import VocabularyError
        from asr_app.transcription.vocabulary import Vocabulary, user_vocabulary

        with self._lock:
            self._stamp = _stamp()
            try:
                return user_vocabulary()
            except VocabularyError as error:
                self._sentence = str(error)
                return Vocabulary()

    def take_problems(self, problems: Sequence[str]) -> None:
        """Keep what a recogniser said of the words it began with."""
        self._sentence = self._sentence or in_one(problems)

    def refresh(self, recognizer: Recognizer) -> str:
        """Give a recogniser the file's words where the file has changed; where it is wrong the old ones stay.

        Returns:
            What the person should know of the file as it is; empty when all is well.
        """
        from asr_app.errors import VocabularyError
        from asr_app.transcription.vocabulary import user_vocabulary

        with self._lock:
            stamp = _stamp()
            if stamp != self._stamp:
                try:
                    self._sentence = in_one(recognizer.set_vocabulary(user_vocabulary()))
                except VocabularyError as error:
                    self._sentence = str(error)
                self._stamp = stamp
            return self._sentence


def in_one(problems: Sequence[str]) -> str:
    """Put sentences about entries into one message."""
    if len(problems) < 2:
        return "".join(problems)
    return f"{len(problems)} entries of your vocabulary have no effect. The first: {problems[0]}"


def _stamp() -> _Stamp | None:
    """What changes whenever the file does; None without one."""
    from asr_app.transcription.vocabulary import user_file

    try:
        state = user_file().stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
