"""The network a run starts with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from asr_app.errors import RecipeError
from asr_app.model.bundle import extend_bundle, save_bundle
from asr_app.model.config import ModelConfig
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer
from asr_app.training.cache import open_cache
from asr_app.training.manifest import read_manifest
from asr_app.training.pieces import make_pieces
from asr_app.training.recipe import StartSection
from asr_app.training.start import inherited, start_network

TEXTS = ["low mid high", "mid low", "high high mid low"]


@pytest.fixture
def bundle(tmp_path: Path, tone_corpus: Path) -> Path:
    tokenizer = Tokenizer.load(tone_corpus / "pieces.model")
    encoder = {"encoder_layers": 2, "encoder_units": 8, "reduction_layer": 0, "conv_channels": 4}
    heads = {"phones": ["L", "M"], "phone_layer": 1, "decoder": {"units": 8}}
    config = ModelConfig.from_dict({**encoder, **heads, "vocabulary_size": tokenizer.size})
    save_bundle(tmp_path / "bundle", AcousticModel(config), tokenizer, {"language": "en"})
    return tmp_path / "bundle"


def start(section: StartSection, corpus: Path, folder: Path) -> tuple[AcousticModel, Tokenizer]:
    return start_network(section, open_cache(read_manifest(corpus / "train.jsonl")[:3], folder / "cache"))


def same(one: AcousticModel, other: AcousticModel) -> set[str]:
    """Names of the weights that are equal."""
    weights = other.state_dict()
    return {
        name
        for name, weight in one.state_dict().items()
        if name in weights and weight.shape == weights[name].shape and torch.equal(weight, weights[name])
    }


def test_a_bundle_is_taken_as_it_is(bundle: Path, tone_corpus: Path, tmp_path: Path) -> None:
    section = StartSection(bundle=str(bundle))
    one, _ = start(section, tone_corpus, tmp_path)
    other, _ = start(section, tone_corpus, tmp_path)
    assert same(one, other) == set(one.state_dict())


def test_other_pieces_leave_the_encoder_and_the_phones_alone(
    bundle: Path, tone_corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "characters.model").write_bytes(make_pieces(TEXTS, 0, characters=True))
    usual, _ = start(StartSection(bundle=str(bundle)), tone_corpus, tmp_path)
    section = StartSection(bundle=str(bundle), tokenizer=tmp_path / "characters.model")
    network, tokenizer = start(section, tone_corpus, tmp_path)
    assert tokenizer.decode(tokenizer.encode("high mid")) == "high mid"
    assert network.config.vocabulary_size == tokenizer.size
    kept = same(network, usual)
    assert {name for name in network.state_dict() if name.startswith(("encoder.", "phone_head."))} <= kept
    assert not {name for name in kept if name.startswith(("ctc_head.", "decoder."))}


def test_a_changed_shape_keeps_what_still_fits(bundle: Path, tone_corpus: Path, tmp_path: Path) -> None:
    usual, _ = start(StartSection(bundle=str(bundle)), tone_corpus, tmp_path)
    section = StartSection(bundle=str(bundle), model={"encoder_layers": 3})
    network, _ = start(section, tone_corpus, tmp_path)
    assert set(usual.state_dict()) == same(usual, network)
    assert any(name.startswith("encoder.layers.2.") for name in network.state_dict())


def test_one_start_is_needed_and_two_are_refused(bundle: Path, tone_corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="needs one of"):
        start(StartSection(), tone_corpus, tmp_path)
    with pytest.raises(RecipeError, match="from a bundle and from an import"):
        start(StartSection(bundle=str(bundle), imported=tmp_path), tone_corpus, tmp_path)


def test_a_run_passes_on_what_its_bundle_knows_of_language_but_not_the_old_confidence(
    bundle: Path, tone_corpus: Path, tmp_path: Path
) -> None:
    extend_bundle(bundle, {"words.bin": b"words"}, {"lexicon": {"file": "words.bin"}, "confidence": {"a": 1}})
    section = StartSection(bundle=str(bundle))
    network, tokenizer = start(section, tone_corpus, tmp_path)
    details, files = inherited(section, network, tokenizer)
    assert details == {"language": "en", "lexicon": {"file": "words.bin"}}
    assert files == {"words.bin": b"words"}


def test_with_other_pieces_nothing_is_passed_on(bundle: Path, tone_corpus: Path, tmp_path: Path) -> None:
    extend_bundle(bundle, {"words.bin": b"words"}, {"lexicon": {"file": "words.bin"}})
    (tmp_path / "characters.model").write_bytes(make_pieces(TEXTS, 0, characters=True))
    section = StartSection(bundle=str(bundle), tokenizer=tmp_path / "characters.model")
    assert inherited(section, *start(section, tone_corpus, tmp_path)) == ({}, {})
