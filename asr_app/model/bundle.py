"""Bundles: a model in a folder, and the checks that loading one makes.

```
models/<name>/
    config.json           format version, ModelConfig, checksums, and what the model says of itself
    weights.safetensors   tensors in half precision; filter bank and feature statistics in single precision
    tokenizer.model       SentencePiece
    README.md             the model card
```

`docs/bundles.md` describes the format and what later versions may change.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from asr_app.errors import BundleError
from asr_app.model.config import ModelConfig
from asr_app.model.network import AcousticModel
from asr_app.model.tokenizer import Tokenizer

FORMAT_VERSION = 1
_REINSTALL = "Install the model again or choose another one."
_FULL_PRECISION = ("features.",)
_OWN_FILES = ("config.json", "weights.safetensors", "tokenizer.model", "README.md")


@dataclass(frozen=True)
class Bundle:
    """A loaded model.

    Attributes:
        name: The folder's name.
        directory: Where it was read from.
        config: The network's shape.
        network: The network, in evaluation mode, on the device asked for.
        tokenizer: Its subword pieces.
        details: What `config.json` says beyond the network: `language`, `decoding` defaults, `confidence` …
    """

    name: str
    directory: Path
    config: ModelConfig
    network: AcousticModel
    tokenizer: Tokenizer
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """BCP 47 tag of the language it hears."""
        return str(self.details.get("language", "en"))


def bundle_directories() -> list[Path]:
    """Folders that may hold bundles, first found first: user's own, then those in the box."""
    from platformdirs import user_data_path

    here = Path(__file__).resolve()
    chosen = os.environ.get("ASR_APP_MODELS")
    places = [Path(chosen)] if chosen else []
    return [
        *places,
        user_data_path("asr-app") / "models",
        here.parents[2] / "models",
        here.parents[1] / "models",
    ]


def find_bundle(name_or_path: str | Path) -> Path:
    """Find a bundle by name, or by the path of its folder.

    Raises:
        BundleError: There is none; the message lists the names that exist.
    """
    path = Path(name_or_path)
    if path.is_dir() and (path / "config.json").exists():
        return path
    for place in bundle_directories():
        if (place / path.name / "config.json").is_file() and str(name_or_path) == path.name:
            return place / path.name
    names = sorted(
        {entry.parent.name for place in bundle_directories() for entry in place.glob("*/config.json")}
    )
    known = f"Known models: {', '.join(names)}." if names else "No model is installed."
    raise BundleError(f"There is no model “{name_or_path}”.", known)


def checksum(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def save_bundle(
    directory: Path,
    network: AcousticModel,
    tokenizer: Tokenizer,
    details: dict[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> None:
    """Write a bundle, its weights in half precision. The model card is left as it is.

    Args:
        directory: Made when absent. `config.json` is replaced last, so that a bundle is whole or not there.
        network: Its state is saved, its configuration written down.
        tokenizer: Saved beside it.
        details: Further keys of `config.json`, plain JSON values.
        files: Further files by name, such as pronunciations and a language model; get checksums too.

    Raises:
        ValueError: One of `files` has the name of a file of the format, or lies in another folder.
    """
    from safetensors.torch import save

    further = dict(files or {})
    if any(name in _OWN_FILES or not _lies_inside(name) for name in further):
        raise ValueError(f"these are no names for further files: {sorted(further)}")
    tensors: dict[str, Tensor] = {}
    for name, tensor in network.state_dict().items():
        kind = torch.float32 if name.startswith(_FULL_PRECISION) else torch.float16
        tensors[name] = tensor.detach().to("cpu", kind).contiguous()
    weights = save(tensors)
    config = {
        **(details or {}),
        "format": "asr-app bundle",
        "format_version": FORMAT_VERSION,
        "model": network.config.to_dict(),
        "checksums": {
            "weights.safetensors": checksum(weights),
            "tokenizer.model": checksum(tokenizer.model),
            **{name: checksum(content) for name, content in further.items()},
        },
    }
    directory.mkdir(parents=True, exist_ok=True)
    _replace(directory / "weights.safetensors", weights)
    _replace(directory / "tokenizer.model", tokenizer.model)
    for name, content in further.items():
        _replace(directory / name, content)
    _write_config(directory, config)


def extend_bundle(
    directory: Path, files: Mapping[str, bytes], details: dict[str, Any], drop: Collection[str] = ()
) -> None:
    """Add files and details to a bundle on the disk; what it has under the same names is replaced.

    Args:
        directory: A bundle.
        files: By name; they get checksums.
        details: Keys of `config.json` to set.
        drop: Further files that the bundle no longer needs.

    Raises:
        BundleError: There is no bundle in `directory`.
        ValueError: As for `save_bundle`.
    """
    config = _read_config(directory)
    checksums = _checksums(config)
    if any(name in _OWN_FILES or not _lies_inside(name) for name in (*files, *drop)):
        raise ValueError(f"these are no names for further files: {sorted((*files, *drop))}")
    for name, content in files.items():
        _replace(directory / name, content)
    unneeded = set(drop) - set(files)
    config.update(details)
    config["checksums"] = {
        **{name: digest for name, digest in checksums.items() if name not in unneeded},
        **{name: checksum(content) for name, content in files.items()},
    }
    _write_config(directory, config)
    for name in unneeded:
        (directory / name).unlink(missing_ok=True)


def further_files(directory: Path) -> dict[str, bytes]:
    """What a bundle has beside weights and tokenizer: pronunciations, language model and so on, by name.

    Raises:
        BundleError: There is no bundle in `directory`, or one of its files is missing or damaged.
    """
    digests = _checksums(_read_config(directory))
    return {
        name: _read_checked(directory / name, digest)
        for name, digest in digests.items()
        if name not in _OWN_FILES
    }


def _write_config(directory: Path, config: dict[str, Any]) -> None:
    _replace(directory / "config.json", (json.dumps(config, indent=2, sort_keys=True) + "\n").encode())


def _lies_inside(name: str) -> bool:
    return Path(name).name == name and name not in ("", "..")


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_suffix(path.suffix + ".partial")
    partial.write_bytes(content)
    partial.replace(path)


def load_bundle(name_or_path: str | Path = "default", device: str | torch.device = "cpu") -> Bundle:
    """Load a bundle after checking format, checksums, names and shapes. Runs no code from it.

    Raises:
        BundleError: Missing, damaged, foreign, or of a newer format; one sentence says which.
    """
    directory = find_bundle(name_or_path)
    details = _read_config(directory)
    contents = {name: _read_checked(directory / name, digest) for name, digest in _checksums(details).items()}
    config = ModelConfig.from_dict(details.pop("model"))
    tokenizer = Tokenizer(contents["tokenizer.model"])
    if tokenizer.size != config.vocabulary_size:
        raise BundleError(
            f"The model “{directory.name}” and its tokenizer do not belong together.", _REINSTALL
        )
    network = AcousticModel(config)
    _fill(network, contents["weights.safetensors"], directory.name)
    return Bundle(directory.name, directory, config, network.eval().to(device), tokenizer, details)


def _read_config(directory: Path) -> dict[str, Any]:
    name = directory.name
    try:
        details = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"The description of the model “{name}” cannot be read.", _REINSTALL) from error
    if not isinstance(details, dict) or details.get("format") != "asr-app bundle":
        raise BundleError(
            f"“{name}” is not a model of this program.", "Choose the folder of an asr-app model."
        )
    version = details.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise BundleError(
            f"The model “{name}” has format {version}; this program reads up to {FORMAT_VERSION}.",
            "Update asr-app.",
        )
    if not isinstance(details.get("model"), dict):
        raise BundleError(f"The description of the model “{name}” is incomplete.", _REINSTALL)
    return details


def _checksums(details: dict[str, Any]) -> dict[str, str]:
    digests = details.get("checksums")
    required = {"weights.safetensors", "tokenizer.model"}
    if not isinstance(digests, dict) or not required <= set(digests):
        raise BundleError("The model's description names no checksums.", _REINSTALL)
    if not all(_lies_inside(name) for name in digests):
        raise BundleError("The model's description names files outside its folder.", "Do not use this model.")
    return {str(name): str(digest) for name, digest in digests.items()}


def _read_checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name no file system takes
        raise BundleError(f"The model's file “{path.name}” cannot be read.", _REINSTALL) from error
    if checksum(content) != digest:
        raise BundleError(f"The model's file “{path.name}” is damaged (its checksum is wrong).", _REINSTALL)
    return content


def _fill(network: AcousticModel, weights: bytes, name: str) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(weights)
    except (SafetensorError, ValueError, KeyError) as error:
        raise BundleError(f"The weights of the model “{name}” are damaged.", _REINSTALL) from error
    own = network.state_dict()
    if set(tensors) != set(own):
        odd = sorted(set(tensors) ^ set(own))[0]
        raise BundleError(
            f"The weights of the model “{name}” do not fit its description (“{odd}”).", _REINSTALL
        )
    for key, tensor in tensors.items():
        if tensor.shape != own[key].shape:
            raise BundleError(
                f"The weights of the model “{name}” do not fit its description (“{key}”).", _REINSTALL
            )
    network.load_state_dict({key: tensor.to(own[key].dtype) for key, tensor in tensors.items()})
