from __future__ import annotations

import sys
from pathlib import Path

import pytest

from asr_app.decoding.word_model import SearchPackageMissingError, WordModel
from asr_app.errors import BundleError
from tests.helpers.arpa import AH_BEE

pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")


@pytest.fixture
def arpa(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.arpa"
    path.write_text(AH_BEE, encoding="utf-8")
    return path


def test_words_are_scored_in_their_context_and_the_end_with_them(arpa: Path) -> None:
    model = WordModel(arpa, ["ah", "bee", "sea"])
    assert model.score(["ah", "bee"]) == pytest.approx([-0.6, -0.1, -0.5])
    assert model.score(["ah", "ah"]) == pytest.approx([-0.6, -0.2 - 0.6, -0.2 - 0.5])
    assert model.score([]) == pytest.approx([-0.5])


def test_words_outside_the_vocabulary_or_the_model_are_unknown(arpa: Path) -> None:
    model = WordModel(arpa, ["ah", "sea"])
    assert "ah" in model and "bee" not in model
    assert model.score(["sea"])[0] == model.score(["bee"])[0] == pytest.approx(-1.0)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "damaged.bin").write_bytes(b"no model")
    with pytest.raises(BundleError, match=r"damaged\.bin"):
        WordModel(tmp_path / "damaged.bin", ["ah"])


def test_a_missing_package_is_told_apart(arpa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flashlight.lib.text.decoder", None)
    with pytest.raises(SearchPackageMissingError):
        WordModel(arpa, ["ah"])
