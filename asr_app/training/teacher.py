"""The recogniser that transcribes what nobody has."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from asr_app.errors import RecipeError
from asr_app.model.bundle import Bundle, load_bundle
from asr_app.model.importing import import_start
from asr_app.training.recipe import Recipe
from asr_app.transcription.recognizer import Recognizer


def load_teacher(recipe: Recipe, device: str) -> Recognizer:
    """Load the teacher a recipe names, else what its run starts from.

    Raises:
        RecipeError: The run starts from scratch and no teacher is named, or `language` has none.
        BundleError: A model is missing or damaged.
    """
    section, start = recipe.unlabelled, recipe.start
    name = section.teacher or start.bundle
    if name is not None:
        bundle = load_bundle(name, "cpu")
    elif start.imported is not None:
        network, tokenizer = import_start(start.imported)
        bundle = Bundle(start.imported.name, start.imported, network.config, network.eval(), tokenizer)
    else:
        raise RecipeError(
            "A network from scratch cannot transcribe recordings.", "Name a teacher under [unlabelled]."
        )
    if section.language is not None and "lexicon" not in bundle.details:
        bundle = _with_language_of(bundle, load_bundle(section.language, "cpu"))
    # The faster precision may be another one next time, and what was heard before would not be the same.
    return Recognizer(bundle, device, precision="float32")


def fingerprint(teacher: Recognizer) -> str:
    """A name for all that decides what a teacher hears: its weights, its search and its language model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(teacher.bundle.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    details = {
        key: teacher.bundle.details.get(key) for key in ("lexicon", "decoding", "checksums", "confidence")
    }
    digest.update(json.dumps([details, dataclasses.asdict(teacher.default_search)], default=str).encode())
    return digest.hexdigest()


def _with_language_of(bundle: Bundle, other: Bundle) -> Bundle:
    """Let a model search as another does; the language model's files are found in that one's folder."""
    borrowed = {key: value for key, value in other.details.items() if key in ("checksums", "decoding")}
    # Without the scoring of candidates by other heads: its weights were chosen for that model's heads.
    lexicon = {key: value for key, value in other.details.get("lexicon", {}).items() if key != "rescoring"}
    if not lexicon:
        raise RecipeError(f"The model “{other.name}” has no language model.", "Name another as language.")
    details = {**bundle.details, **borrowed, "lexicon": lexicon}
    return dataclasses.replace(bundle, directory=other.directory, details=details)
