from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from asr_app.decoding.neural_language import NeuralLanguage, NeuralLanguageNetwork, NeuralSizes
from asr_app.decoding.word_model import WordModel
from asr_app.training.language.neural_report import compare
from tests.unit.model.builders import small_tokenizer
from tests.unit.transcription.wordy import ARPA


def test_perplexities_are_per_word_and_of_the_same_words(tmp_path: Path) -> None:
    pytest.importorskip("flashlight.lib.text", reason="flashlight-text is not published for this Python")
    path = tmp_path / "tiny.arpa"
    path.write_text(ARPA, encoding="utf-8")
    tokenizer = small_tokenizer()
    torch.manual_seed(0)
    neural = NeuralLanguage(NeuralLanguageNetwork(tokenizer.size, NeuralSizes(4, 6)), "")
    found = compare(neural, WordModel(path, ["ah", "bee"]), tokenizer, [["ah", "bee"], ["sea"], ["ah", "§"]])
    # ah, bee after ah, end; then the end after the unknown word; what has no pieces does not count.
    assert found.events == 4
    assert found.ngrams == pytest.approx(math.pow(10, (0.6 + 0.3 + 1 + 1) / 4), rel=1e-3)
    sentence = sum(neural.piece_log_probs(tokenizer.encode("ah bee")))
    alone = neural.piece_log_probs(tokenizer.encode("sea"))[-1]
    assert found.neural == pytest.approx(math.exp(-(sentence + alone) / 4), rel=1e-4)
    assert min(found.ngrams, found.neural) < found.both < max(found.ngrams, found.neural)
