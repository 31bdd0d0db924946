"""The partial text of an utterance as it has been shown, to know what changes in it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from asr_app.transcription.events import PartialWord
from asr_app.transcription.live import LiveWord


class PartialText:
    """What is shown of one utterance.

    Attributes:
        text: All of it.
        words: Its words; empty where it is spelled in pieces of words.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.text = ""
        self.words: tuple[PartialWord, ...] = ()
        self._versions: list[int] = []

    def replace(self, text: str, words: Sequence[LiveWord], start_s: float) -> int:
        """Show another text.

        Args:
            text: All of it.
            words: Its words.
            start_s: Where the utterance begins on the recording's clock.

        Returns:
            How many words that were shown have changed or gone. A word that only moves, because one before it
            was put in or taken out, counts as changed no more than once for the text: not at all.
        """
        before = [word.text for word in self.words]
        after = [word.text for word in words]
        for place, word in enumerate(after):
            if place == len(self._versions):
                self._versions.append(0)
            elif place < len(before) and before[place] != word:
                self._versions[place] += 1
        self.text = text
        self.words = tuple(
            PartialWord(word.text, start_s + word.end_s, self._versions[place])
            for place, word in enumerate(words)
        )
        return changed_words(before, after)


def changed_words(before: Sequence[str], after: Sequence[str]) -> int:
    """How many of the words before are not among those after, in their order."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return len(before) - sum(block.size for block in blocks)
