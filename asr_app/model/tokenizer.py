"""Subword pieces and the text they spell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sentencepiece

from asr_app.errors import BundleError

WORD_START = "\N{LOWER ONE EIGHTH BLOCK}"
"""SentencePiece's mark for a space before the piece."""


class Tokenizer:
    """A SentencePiece model.

    Attributes:
        size: Number of pieces.
        pieces: The pieces in order; those that start a word begin with `WORD_START`.
        model: The serialised SentencePiece model, as saved in a bundle.
    """

    def __init__(self, model: bytes) -> None:
        """Read a serialised SentencePiece model.

        Raises:
            BundleError: It is not one.
        """
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
        except RuntimeError as error:
            raise BundleError("The model's tokenizer is damaged.", "Install the model again.") from error
        self.model = model
        self.size = int(self._processor.GetPieceSize())
        self.pieces: list[str] = [self._processor.IdToPiece(index) for index in range(self.size)]
        # Marks such as <unk> are pieces but nothing anybody said.
        self._spoken = [
            "" if self._processor.IsUnknown(index) or self._processor.IsControl(index) else piece
            for index, piece in enumerate(self.pieces)
        ]

    @staticmethod
    def load(path: Path) -> Tokenizer:
        """Read a `.model` file."""
        return Tokenizer(path.read_bytes())

    def encode(self, text: str) -> list[int]:
        """Spell normalised text (lower case, apostrophes kept) in pieces."""
        return list(self._processor.EncodeAsIds(text))

    def decode(self, tokens: Sequence[int]) -> str:
        """Join pieces to text without leading or trailing space."""
        return "".join(self._spoken[token] for token in tokens).replace(WORD_START, " ").strip()

    def starts_word(self, token: int) -> bool:
        """Whether the piece begins a new word."""
        return self.pieces[token].startswith(WORD_START)

    def words(self, tokens: Sequence[int]) -> list[tuple[str, int, int]]:
        """Group pieces to words.

        Returns:
            For each word its text and the half-open range of positions in `tokens`.
        """
        groups: list[tuple[str, int, int]] = []
        text, start = "", 0
        for position, token in enumerate(tokens):
            piece = self._spoken[token]
            if piece.startswith(WORD_START):
                if text:
                    groups.append((text, start, position))
                # A word may start with a piece that is the mark alone.
                text, start = "", position
            text += piece.removeprefix(WORD_START)
        if text:
            groups.append((text, start, len(tokens)))
        return groups
