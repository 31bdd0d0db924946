from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from asr_app.errors import BundleError
from asr_app.model import bundle as bundle_module
from asr_app.model.bundle import FORMAT_VERSION, extend_bundle, find_bundle, load_bundle, save_bundle
from asr_app.model.tokenizer import Tokenizer
from tests.unit.model.builders import noise, small_model
from tests.unit.model.damage import NAME, assert_refused, forge, write_config

# -- round trip -------------------------------------------------------------------------------------------


def test_what_is_saved_is_loaded(directory: Path, tokenizer: Tokenizer) -> None:
    loaded = load_bundle(directory)
    assert loaded.name == NAME
    assert loaded.directory == directory
    assert loaded.config == small_model().config
    assert loaded.tokenizer.pieces == tokenizer.pieces
    assert loaded.language == "en-GB"
    assert loaded.details["decoding"] == {"beam": 8}
    assert not loaded.network.training


def test_weights_are_rounded_to_half_precision_and_features_are_not(directory: Path) -> None:
    saved, loaded = small_model().state_dict(), load_bundle(directory).network.state_dict()
    assert loaded.keys() == saved.keys()
    for name, tensor in saved.items():
        assert loaded[name].dtype == torch.float32
        if name.startswith("features."):
            assert torch.equal(loaded[name], tensor), name
        else:
            torch.testing.assert_close(loaded[name], tensor, rtol=2**-11, atol=2**-24)
            assert torch.equal(loaded[name], tensor.half().float()), name


def test_the_loaded_model_hears_the_same(directory: Path) -> None:
    samples = torch.from_numpy(noise(16_000))[None]
    outcomes = []
    with torch.inference_mode():
        for network in (small_model(), load_bundle(directory).network):
            features = network.features(samples)
            output = network(features, torch.tensor([features.shape[1]]))
            assert network.decoder is not None
            logits, _ = network.decoder(output.frames, output.lengths, torch.tensor([[1, 2, 3]]))
            outcomes.append((network.ctc_log_probs(output), network.phone_log_probs(output), logits))
    for before, after in zip(*outcomes, strict=True):
        torch.testing.assert_close(after, before, rtol=0, atol=5e-3)


@pytest.mark.parametrize(
    "changes", [{"decoder": None}, {"phones": ()}, {"cell": "gru", "reduction_layer": 0}]
)
def test_every_shape_of_network_survives(
    changes: dict[str, Any], tokenizer: Tokenizer, tmp_path: Path
) -> None:
    model = small_model(**changes)
    save_bundle(tmp_path / NAME, model, tokenizer)
    loaded = load_bundle(tmp_path / NAME)
    assert loaded.config == model.config
    assert (loaded.network.decoder is None) == (model.decoder is None)
    assert loaded.language == "en"


def test_saving_what_was_loaded_changes_nothing(directory: Path, tmp_path: Path) -> None:
    loaded = load_bundle(directory)
    save_bundle(tmp_path / "copy" / NAME, loaded.network, loaded.tokenizer, loaded.details)
    for name in ("config.json", "weights.safetensors", "tokenizer.model"):
        assert (tmp_path / "copy" / NAME / name).read_bytes() == (directory / name).read_bytes()


def test_saving_again_keeps_the_model_card_and_leaves_no_scraps(
    directory: Path, tokenizer: Tokenizer
) -> None:
    (directory / "README.md").write_text("# The card\n", encoding="utf-8")
    save_bundle(directory, small_model(seed=1), tokenizer)
    assert (directory / "README.md").read_text(encoding="utf-8") == "# The card\n"
    assert {path.name for path in directory.iterdir()} == {
        "README.md",
        "config.json",
        "tokenizer.model",
        "weights.safetensors",
    }
    loaded, saved = load_bundle(directory).network, small_model(seed=1)
    assert torch.equal(loaded.ctc_head.weight, saved.ctc_head.weight.half().float())


def test_details_cannot_overwrite_what_the_format_says(tokenizer: Tokenizer, tmp_path: Path) -> None:
    details = {"format": "other", "format_version": 99, "model": {}, "checksums": {}}
    save_bundle(tmp_path / NAME, small_model(), tokenizer, details)
    assert load_bundle(tmp_path / NAME).config == small_model().config


# -- finding ----------------------------------------------------------------------------------------------


def test_a_name_is_found_where_models_live(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASR_APP_MODELS", str(directory.parent))
    assert find_bundle(NAME) == directory
    assert load_bundle(NAME).name == NAME


def test_a_user_s_own_model_is_found(tokenizer: Tokenizer, user_home: Path) -> None:
    directory = user_home / ".local" / "share" / "asr-app" / "models" / "mine"
    save_bundle(directory, small_model(), tokenizer)
    assert find_bundle("mine") == directory


def test_a_missing_model_lists_those_there_are(
    directory: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_bundle(directory.parent / "another", small_model(), tokenizer)
    (directory.parent / "no-model").mkdir()
    monkeypatch.setattr(bundle_module, "bundle_directories", lambda: [directory.parent])
    assert_refused("nothing", "There is no model “nothing”.", "Known models: another, voice.")


def test_where_no_model_is_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "bundle_directories", lambda: [tmp_path / "absent", tmp_path])
    assert_refused("default", "There is no model “default”.", "No model is installed.")


def test_a_path_never_falls_back_to_a_name(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "bundle_directories", lambda: [directory.parent])
    with pytest.raises(BundleError, match="There is no model"):
        find_bundle(directory.parent / "elsewhere" / NAME)


# -- versions ---------------------------------------------------------------------------------------------


def test_a_newer_format_asks_for_an_update(directory: Path) -> None:
    newer = FORMAT_VERSION + 1
    write_config(directory, lambda config: config.update(format_version=newer))
    message = f"The model “{NAME}” has format {newer}; this program reads up to {FORMAT_VERSION}."
    assert_refused(directory, message, "Update asr-app.")


def test_keys_added_later_beside_the_network_are_kept_and_harmless(directory: Path) -> None:
    write_config(directory, lambda config: config.update(invented_later={"a": [1, 2]}))
    assert load_bundle(directory).details["invented_later"] == {"a": [1, 2]}


def test_keys_added_later_to_the_network_are_refused(directory: Path) -> None:
    write_config(directory, lambda config: config["model"].update(invented_later=1))
    with pytest.raises(BundleError, match=r"^The model configuration does not fit .*invented_later"):
        load_bundle(directory)


def test_files_added_later_are_checked_too(directory: Path) -> None:
    forge(directory, "words.lm", b"a language model")
    assert load_bundle(directory).name == NAME
    (directory / "words.lm").write_bytes(b"another one")
    assert_refused(directory, "The model's file “words.lm” is damaged (its checksum is wrong).")


def test_files_no_checksum_names_are_left_alone(directory: Path) -> None:
    (directory / "notes.txt").write_text("anything", encoding="utf-8")
    assert load_bundle(directory).name == NAME


# -- further files ----------------------------------------------------------------------------------------


def test_further_files_are_saved_and_checked(tokenizer: Tokenizer, tmp_path: Path) -> None:
    save_bundle(tmp_path / NAME, small_model(), tokenizer, files={"words.txt": b"a word"})
    assert (tmp_path / NAME / "words.txt").read_bytes() == b"a word"
    load_bundle(tmp_path / NAME)
    (tmp_path / NAME / "words.txt").write_bytes(b"another")
    assert_refused(tmp_path / NAME, "The model's file “words.txt” is damaged (its checksum is wrong).")


def test_a_bundle_can_be_given_further_files_later_and_lose_them(directory: Path) -> None:
    before = load_bundle(directory)
    extend_bundle(directory, {"words.txt": b"a word"}, {"words": "words.txt"})
    after = load_bundle(directory)
    assert after.details["words"] == "words.txt"
    assert set(after.details["checksums"]) == {*before.details["checksums"], "words.txt"}
    extend_bundle(directory, {"better.txt": b"words"}, {"words": "better.txt"}, drop=["words.txt"])
    assert not (directory / "words.txt").exists()
    assert set(load_bundle(directory).details["checksums"]) == {*before.details["checksums"], "better.txt"}


@pytest.mark.parametrize("name", ["weights.safetensors", "config.json", "../words.txt", ""])
def test_further_files_keep_off_the_bundle_s_own_and_inside_its_folder(
    directory: Path, tokenizer: Tokenizer, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="no names for further files"):
        save_bundle(tmp_path / "new", small_model(), tokenizer, files={name: b""})
    with pytest.raises(ValueError, match="no names for further files"):
        extend_bundle(directory, {name: b""}, {})
    assert not (tmp_path / "new").exists()
    load_bundle(directory)
