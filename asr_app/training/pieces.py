"""Subword pieces from the texts of manifests: `python -m asr_app.training.pieces MANIFEST… FILE.model`."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterable
from pathlib import Path

from asr_app.training.manifest import read_manifest


def make_pieces(texts: Iterable[str], size: int, characters: bool = False) -> bytes:
    """Train a SentencePiece unigram model (Kudo 2018), or one of single characters.

    Args:
        texts: Normalised.
        size: Pieces wanted; with few texts there may be fewer. Not used for characters.
        characters: Whether pieces are single characters.
    """
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type="char" if characters else "unigram",
        # More than any alphabet we meet; the limit is soft.
        vocab_size=1000 if characters else size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        minloglevel=2,
    )
    return model.getvalue()


def main() -> None:
    """Write a SentencePiece model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", type=Path, nargs="+")
    parser.add_argument("model", type=Path, help="file to write")
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--characters", action="store_true")
    arguments = parser.parse_args()
    texts = [r.text for path in arguments.manifests for r in read_manifest(path) if r.text]
    arguments.model.parent.mkdir(parents=True, exist_ok=True)
    arguments.model.write_bytes(make_pieces(texts, arguments.size, arguments.characters))


if __name__ == "__main__":
    main()
