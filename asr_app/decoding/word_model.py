"""A word n-gram language model: KenLM (Heafield 2011) as flashlight-text wraps it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asr_app.errors import BundleError

UNKNOWN = "<unk>"


class SearchPackageMissingError(ImportError):
    """The package flashlight-text is not installed, or not for this Python."""


class WordModel:
    """Log-probabilities of words. `word in model` tells whether the vocabulary has it.

    Attributes:
        words: The vocabulary.
        dictionary: flashlight's, indices as in `words`, then that of the unknown word.
        kenlm: flashlight's language model over it.
    """

    def __init__(self, path: Path, words: Sequence[str]) -> None:
        """Open a model.

        Args:
            path: ARPA or KenLM binary, in words; of order two or more.
            words: The vocabulary; words the model does not have get the probability of an unknown one.

        Raises:
            SearchPackageMissingError: flashlight-text is not there.
            BundleError: The file is missing or damaged.
        """
        try:
            # The parent too: that is where a package that cannot be loaded says so.
            import flashlight.lib.text.decoder  # noqa: F401
            from flashlight.lib.text.decoder.kenlm import KenLM
            from flashlight.lib.text.dictionary import Dictionary
        except ImportError as error:
            raise SearchPackageMissingError("flashlight-text is not installed") from error
        self.words = tuple(words)
        self._index = {word: number for number, word in enumerate(self.words)}
        self.dictionary: Any = Dictionary()
        for word in (*self.words, UNKNOWN):
            self.dictionary.add_entry(word)
        self.unknown: int = self.dictionary.get_index(UNKNOWN)
        self.dictionary.set_default_index(self.unknown)
        try:
            self.kenlm: Any = KenLM(str(path), self.dictionary)
        except (RuntimeError, ValueError) as error:
            raise BundleError(
                f"The language model “{path.name}” cannot be read.", "Install the model again."
            ) from error

    def __contains__(self, word: object) -> bool:
        """Whether the word is in the vocabulary."""
        return word in self._index

    def sentence(self, words: Sequence[str]) -> float:
        """Return log10 P of a sentence and its end."""
        return sum(self.score(words))

    def score(self, words: Sequence[str]) -> list[float]:
        """Return log10 P of each word of a sentence, then that of its end."""
        state = self.kenlm.start(False)
        scores = []
        for word in words:
            state, score = self.kenlm.score(state, self._index.get(word, self.unknown))
            scores.append(float(score))
        scores.append(float(self.kenlm.finish(state)[1]))
        return scores
