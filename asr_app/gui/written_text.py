"""Final words as the window writes them: with marks, capitals and forms where the model has punctuation.

The network reads an utterance in the thread that has recognised it; the window's own thread only lays the
text out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from asr_app.transcription.events import FinalResult
from asr_app.transcription.types import Segment

if TYPE_CHECKING:
    from asr_app.formatting.formatter import Formatter
    from asr_app.formatting.history import FormatterState
    from asr_app.formatting.tokens import Prediction, Punctuator

_KEPT_UTTERANCES = 500
"""Predictions that wait to be written; an utterance whose are gone is read again."""


class WrittenText:
    """Writes utterances. Until it is given a model with punctuation it writes the words as heard."""

    def __init__(self) -> None:
        self._formatter: Formatter | None = None
        self._punctuate: Punctuator | None = None
        self._read: OrderedDict[tuple[str, ...], Sequence[Prediction]] = OrderedDict()
        self._lock = threading.Lock()

    def use(self, bundle: Any) -> None:
        """Take the punctuation of a model, in a worker thread.

        Raises:
            BundleError: It cannot be read.
        """
        from asr_app.formatting.formatter import FormatOptions, Formatter
        from asr_app.punctuation.punctuator import load_punctuator

        self._punctuate = load_punctuator(bundle)
        if self._punctuate is not None:
            self._formatter = Formatter(FormatOptions(language=bundle.language), punctuator=self._predict)

    def read(self, segment: Segment) -> None:
        """Let the network read an utterance that is to be written soon; not for the window's thread."""
        if self._punctuate is not None and segment.words:
            self._predict([word.text for word in segment.words])

    def reading(self, on_event: Callable[[Any], None]) -> Callable[[Any], None]:
        """What takes the events of a session, with each final result read before it is passed on."""

        def take(event: Any) -> None:
            if isinstance(event, FinalResult):
                self.read(event.segment)
            on_event(event)

        return take

    def write(self, segment: Segment, state: FormatterState | None) -> tuple[str, FormatterState | None]:
        """The text of an utterance after others.

        Args:
            segment: The utterance.
            state: What the call for the utterance before gave; None for the first.

        Returns:
            The text, and the state for the next utterance.
        """
        if self._formatter is None:
            return segment.text, None
        from asr_app.formatting.history import FormatterState

        step = self._formatter.step(state or FormatterState(), segment.words)
        return step.text.strip(" "), step.state

    def _predict(self, words: Sequence[str]) -> Sequence[Prediction]:
        assert self._punctuate is not None
        key = tuple(words)
        with self._lock:
            known = self._read.get(key)
        if known is None:
            known = self._punctuate(words)
            with self._lock:
                self._read[key] = known
                while len(self._read) > _KEPT_UTTERANCES:
                    self._read.popitem(last=False)
        return known
