"""Fixtures the tests of the model share."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.model.bundle import save_bundle
from asr_app.model.tokenizer import Tokenizer
from tests.unit.model.builders import small_model, small_tokenizer
from tests.unit.model.damage import NAME


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """Trained once; it holds no state."""
    return small_tokenizer()


@pytest.fixture
def directory(tmp_path: Path, tokenizer: Tokenizer) -> Path:
    """A whole bundle, to be loaded or damaged."""
    directory = tmp_path / NAME
    save_bundle(directory, small_model(), tokenizer, {"language": "en-GB", "decoding": {"beam": 8}})
    return directory
