from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from asr_app.errors import ManifestError
from asr_app.punctuation.tagger import MARKS, Capitals
from asr_app.training.punctuation.data import PunctuationData, prepare
from tests.unit.model.builders import small_tokenizer

NOVEL = (
    'So Anna came; nobody saw Anna. "Anna!" he cried, and Anna - so they say - left. '
    "He saw nobody. Nobody came."
)
ENOUGH = 5
"""Times a word is to be seen before its capitals are believed."""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("asr_app.training.punctuation.data._MADE_UP", 20)
    folder = tmp_path / "corpus"
    (folder / "text").mkdir(parents=True)
    (folder / "text" / "books.txt.xz").write_bytes(lzma.compress(f"{NOVEL}\n".encode() * ENOUGH))
    lines = [
        {"corpus": "common-voice", "raw_text": "She lives in Rome."},
        {"corpus": "common-voice", "raw_text": "She lives in Rome."},
        {"corpus": "common-voice", "raw_text": "no marks no use"},
        {"corpus": "cmu-arctic", "raw_text": "Who is that."},
        {"corpus": "vctk", "raw_text": "Known to the development set."},
    ]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    known = json.dumps({"corpus": "common-voice", "raw_text": "Known to the development set."})
    (folder / "dev-cv.jsonl").write_text(known, encoding="utf-8")
    return folder


def said(data: PunctuationData, *parts: str) -> list[str]:
    return [data.vocabulary[word] for part in parts for word in data.parts[part].words]


def test_texts_become_words_with_marks_and_the_capitals_they_always_have(
    corpus: Path, tmp_path: Path
) -> None:
    data = prepare(tmp_path / "data", corpus, small_tokenizer(), frozenset())
    books = data.parts["books"]
    words = said(data, "books")
    assert words[:3] == ["so", "anna", "came"]
    assert MARKS[books.marks[2]] == "."
    # At the start of a sentence too: a name is one, "nobody" is none.
    assert {int(books.capitals[place]) for place, word in enumerate(words) if word == "anna"} == {
        Capitals.CAPITAL
    }
    assert {int(books.capitals[place]) for place, word in enumerate(words) if word == "nobody"} == {
        Capitals.LOWER
    }
    spelled = small_tokenizer().encode("anna")
    assert data.pieces_of(data.vocabulary.index("anna")).tolist() == spelled


def test_modern_sentences_are_taken_once_with_marks_and_never_from_the_development_set(
    corpus: Path, tmp_path: Path
) -> None:
    data = prepare(tmp_path / "data", corpus, small_tokenizer(), frozenset())
    assert said(data, "modern", "modern-held-out") == ["she", "lives", "in", "rome"]
    assert said(data, "modern-dev") == ["known", "to", "the", "development", "set"]


def test_what_is_prepared_is_not_prepared_again_and_what_a_kill_left_is(corpus: Path, tmp_path: Path) -> None:
    first = prepare(tmp_path / "data", corpus, small_tokenizer(), frozenset())
    (corpus / "train.jsonl").unlink()
    assert prepare(tmp_path / "data", corpus, small_tokenizer(), frozenset()).vocabulary == first.vocabulary
    (tmp_path / "data" / "done.json").unlink()
    with pytest.raises(ManifestError, match=r"train\.jsonl"):
        prepare(tmp_path / "data", corpus, small_tokenizer(), frozenset())
