from __future__ import annotations

import random
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.errors import BundleError
from asr_app.model.tokenizer import WORD_START, Tokenizer
from tests.unit.model.builders import VOCABULARY_SIZE

TEXT = "we will meet in front of the library"


def test_text_survives(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(TEXT)
    assert tokenizer.decode(tokens) == TEXT
    assert all(0 <= token < tokenizer.size == VOCABULARY_SIZE for token in tokens)


def test_no_text_is_no_tokens(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("") == []
    assert tokenizer.decode([]) == ""
    assert tokenizer.words([]) == []


def test_words_carry_their_range_of_tokens(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(TEXT)
    words = tokenizer.words(tokens)
    assert [word for word, _, _ in words] == TEXT.split()
    for word, start, end in words:
        assert tokenizer.decode(tokens[start:end]) == word
        assert tokenizer.starts_word(tokens[start])
        assert not any(tokenizer.starts_word(token) for token in tokens[start + 1 : end])


def test_a_mark_alone_belongs_to_the_word_it_starts(tokenizer: Tokenizer) -> None:
    mark, e, s = (tokenizer.pieces.index(piece) for piece in (WORD_START, "e", "s"))
    assert tokenizer.words([mark, e, s, mark, mark, e, mark]) == [("es", 0, 3), ("e", 4, 6)]
    assert tokenizer.words([e, mark, s]) == [("e", 0, 1), ("s", 1, 3)]


@settings(max_examples=100, deadline=None, database=None)
@given(tokens=st.lists(st.integers(0, VOCABULARY_SIZE - 1), max_size=12))
def test_whatever_a_search_spells_its_words_are_those_of_its_text(
    tokens: list[int], tokenizer: Tokenizer
) -> None:
    words = tokenizer.words(tokens)
    assert [word for word, _, _ in words] == tokenizer.decode(tokens).split()
    ends = [0, *(edge for _, start, end in words for edge in (start, end)), len(tokens)]
    assert ends == sorted(ends)
    assert all(start < end for _, start, end in words)


def test_pieces_are_sentencepiece_s(tokenizer: Tokenizer) -> None:
    reference = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model)
    assert tokenizer.pieces == [reference.id_to_piece(index) for index in range(VOCABULARY_SIZE)]
    assert any(piece.startswith(WORD_START) for piece in tokenizer.pieces)


def test_a_file_gives_the_same_tokenizer(tokenizer: Tokenizer, tmp_path: Path) -> None:
    path = tmp_path / "some.model"
    path.write_bytes(tokenizer.model)
    assert Tokenizer.load(path).pieces == tokenizer.pieces


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_truncated_model_is_refused(tokenizer: Tokenizer, kept: float) -> None:
    with pytest.raises(BundleError, match=r"^The model's tokenizer is damaged\. "):
        Tokenizer(tokenizer.model[: int(kept * len(tokenizer.model))])


def test_noise_is_refused() -> None:
    with pytest.raises(BundleError, match="tokenizer is damaged"):
        Tokenizer(random.Random(1).randbytes(5_000))
