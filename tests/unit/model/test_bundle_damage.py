"""Damaged, foreign and malicious bundles: each is refused with its one sentence."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from asr_app.errors import BundleError
from asr_app.model.bundle import load_bundle
from tests.unit.model.builders import small_tokenizer
from tests.unit.model.damage import NAME, Config, assert_refused, forge, write_config

OUTSIDE = "The model's description names files outside its folder."
UNFIT = f"The weights of the model “{NAME}” do not fit its description"

# -- damage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.model"])
def test_a_missing_file(directory: Path, name: str) -> None:
    (directory / name).unlink()
    assert_refused(directory, f"The model's file “{name}” cannot be read.")


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.model"])
def test_a_truncated_file(directory: Path, name: str) -> None:
    content = (directory / name).read_bytes()
    (directory / name).write_bytes(content[:-1])
    assert_refused(directory, f"The model's file “{name}” is damaged (its checksum is wrong).")


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.model"])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_flipped_bit(directory: Path, name: str, place: float) -> None:
    content = bytearray((directory / name).read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    (directory / name).write_bytes(content)
    assert_refused(directory, f"The model's file “{name}” is damaged (its checksum is wrong).")


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_weights_truncated_before_they_were_sealed(directory: Path, kept: int) -> None:
    forge(directory, "weights.safetensors", (directory / "weights.safetensors").read_bytes()[:kept])
    assert_refused(directory, f"The weights of the model “{NAME}” are damaged.")


def test_a_tokenizer_of_another_model(directory: Path) -> None:
    forge(directory, "tokenizer.model", small_tokenizer(size=35).model)
    assert_refused(directory, f"The model “{NAME}” and its tokenizer do not belong together.")


def test_a_tokenizer_that_is_none(directory: Path) -> None:
    forge(directory, "tokenizer.model", b"not a SentencePiece model")
    assert_refused(directory, "The model's tokenizer is damaged.", "Install the model again.")


@pytest.mark.parametrize("change", ["missing", "foreign"])
def test_weights_with_other_names(directory: Path, change: str) -> None:
    tensors = load((directory / "weights.safetensors").read_bytes())
    if change == "missing":
        del tensors["ctc_head.bias"]
    else:
        tensors["ctc_head.extra"] = torch.zeros(1)
    forge(directory, "weights.safetensors", save(tensors))
    odd = "ctc_head.bias" if change == "missing" else "ctc_head.extra"
    assert_refused(directory, f"{UNFIT} (“{odd}”).")


def test_weights_of_another_shape(directory: Path) -> None:
    tensors = load((directory / "weights.safetensors").read_bytes())
    tensors["ctc_head.bias"] = torch.zeros(7)
    forge(directory, "weights.safetensors", save(tensors))
    assert_refused(directory, f"{UNFIT} (“ctc_head.bias”).")


def test_a_description_of_another_shape(directory: Path) -> None:
    write_config(directory, lambda config: config["model"].update(encoder_units=6))
    with pytest.raises(BundleError, match=f"^{UNFIT}"):
        load_bundle(directory)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"format": ', b"[" * 100_000, b'{"format_version": ' + b"9" * 5_000 + b"}"],
    ids=["empty", "cut", "not text", "cut later", "deep", "long number"],
)
def test_an_unreadable_description(directory: Path, content: bytes) -> None:
    (directory / "config.json").write_bytes(content)
    assert_refused(directory, f"The description of the model “{NAME}” cannot be read.")


@pytest.mark.parametrize("content", ["{}", "[]", "null", '"asr-app bundle"', '{"model_type": "whisper"}'])
def test_a_foreign_description(directory: Path, content: str) -> None:
    (directory / "config.json").write_text(content, encoding="utf-8")
    hint = "Choose the folder of an asr-app model."
    assert_refused(directory, f"“{NAME}” is not a model of this program.", hint)


@pytest.mark.parametrize("content", [None, [], "model"])
def test_a_description_without_a_network(directory: Path, content: object) -> None:
    write_config(directory, lambda config: config.update(model=content))
    assert_refused(directory, f"The description of the model “{NAME}” is incomplete.")


@pytest.mark.parametrize(
    ("section", "key", "value", "problem"),
    [
        (None, "encoder_units", "320", "encoder_units must be a whole number from 1"),
        (None, "cell", "transformer", "cell 'transformer' is unknown"),
        ("features", "mel_bands", 0, "mel_bands must be a whole number from 1"),
        ("decoder", "attention_heads", 0, "attention_heads must be a whole number from 1"),
    ],
)
def test_a_network_that_cannot_be(
    directory: Path, section: str | None, key: str, value: object, problem: str
) -> None:
    def change(config: Config) -> None:
        model = config["model"]
        (model[section] if section else model)[key] = value

    write_config(directory, change)
    with pytest.raises(BundleError) as caught:
        load_bundle(directory)
    assert caught.value.message == f"The model configuration is not valid: {problem}."


# -- malice -----------------------------------------------------------------------------------------------


class _Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.path, "caught")


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.model"])
@pytest.mark.parametrize("writer", ["pickle", "torch"])
def test_a_pickled_file_is_never_executed(directory: Path, tmp_path: Path, name: str, writer: str) -> None:
    caught, content = tmp_path / "caught", tmp_path / "content"
    if writer == "pickle":
        content.write_bytes(pickle.dumps(_Trap(caught)))
    else:
        torch.save(_Trap(caught), content)
    forge(directory, name, content.read_bytes())

    with pytest.raises(BundleError, match="damaged"):
        load_bundle(directory)

    assert not caught.exists()
    # The trap is real: who unpickles the file is caught.
    torch.load(content, weights_only=False) if writer == "torch" else pickle.loads(content.read_bytes())
    assert caught.exists()


@pytest.mark.parametrize("name", ["../secret", "deeper/secret", "..", ".", "", "/"])
def test_checksums_cannot_name_files_outside(directory: Path, name: str) -> None:
    secret = b"secret"
    (directory.parent / "secret").write_bytes(secret)
    (directory / "deeper").mkdir()
    (directory / "deeper" / "secret").write_bytes(secret)
    digest = hashlib.sha256(secret).hexdigest()
    write_config(directory, lambda config: config["checksums"].update({name: digest}))
    assert_refused(directory, OUTSIDE, "Do not use this model.")


def test_nor_by_their_full_path(directory: Path) -> None:
    secret = directory.parent / "secret"
    secret.write_bytes(b"secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    write_config(directory, lambda config: config["checksums"].update({str(secret): digest}))
    assert_refused(directory, OUTSIDE, "Do not use this model.")


def test_a_checksum_of_a_name_no_file_can_have(directory: Path) -> None:
    write_config(directory, lambda config: config["checksums"].update({"a\0b": ""}))
    assert_refused(directory, "The model's file “a\0b” cannot be read.")


@pytest.mark.parametrize("value", [None, [], {}, {"weights.safetensors": "0"}])
def test_checksums_cannot_be_left_out(directory: Path, value: object) -> None:
    write_config(directory, lambda config: config.update(checksums=value))
    assert_refused(directory, "The model's description names no checksums.")
