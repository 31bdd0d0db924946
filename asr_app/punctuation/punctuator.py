"""The automatic punctuation a bundle may bring, as formatting wants it.

`config.json` then has the key `punctuation`: the name of a file, also among `checksums`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from asr_app.errors import BundleError
from asr_app.formatting.tokens import Case, Prediction, Punctuator
from asr_app.punctuation.tagger import Capitals, Tagger, read_tagger

if TYPE_CHECKING:
    from asr_app.model.bundle import Bundle

_REINSTALL = "Install the model again."
# A word that has no capital of its own may still begin a sentence: that is for the layout to say.
_CASES = {Capitals.LOWER: Case.AS_IS, Capitals.CAPITAL: Case.CAPITAL, Capitals.UPPER: Case.UPPER}


def load_punctuator(bundle: Bundle) -> Punctuator | None:
    """The automatic punctuation of a bundle; None where it has none.

    Raises:
        BundleError: The description or the file is not valid.
    """
    tagger = load_tagger(bundle)
    return None if tagger is None else punctuator(tagger)


def load_tagger(bundle: Bundle) -> Tagger | None:
    """Read the tagger of a bundle; raises as `load_punctuator` does."""
    name = bundle.details.get("punctuation")
    if name is None:
        return None
    # Only a file with a checksum: it lies in the bundle's folder and has been found undamaged.
    if not isinstance(name, str) or name not in bundle.details.get("checksums", {}):
        raise BundleError("The model names no checked file as its punctuation.", _REINSTALL)
    try:
        content = (bundle.directory / name).read_bytes()
    except OSError as error:
        raise BundleError(f"The model's file “{name}” cannot be read.", _REINSTALL) from error
    return read_tagger(content, bundle.tokenizer.encode, bundle.tokenizer.size)


def punctuator(tagger: Tagger) -> Punctuator:
    """A tagger as formatting wants it."""

    def punctuate(words: Sequence[str]) -> list[Prediction]:
        return [Prediction(tag.mark, _CASES[tag.capitals]) for tag in tagger.tag(words)]

    return punctuate
