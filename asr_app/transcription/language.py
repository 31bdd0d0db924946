"""The dictionary and language model a bundle may bring.

`config.json` then has the key `lexicon`: an object with the names of the two files, `pronunciations` and
`language_model`, both also among `checksums`, and the fields of `LexiconWeights` under `weights`.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from typing import Any

from asr_app.decoding.lexicon_search import LexiconSearch, LexiconWeights, SearchPackageMissingError
from asr_app.errors import BundleError
from asr_app.model.bundle import Bundle

_REINSTALL = "Install the model again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Language:
    """What came of looking for a language model.

    Attributes:
        search: None when the bundle has none, or the search cannot run.
        warning: A sentence saying why a search that the bundle has cannot run; empty otherwise.
    """

    search: LexiconSearch | None = None
    warning: str = ""


def load_language(bundle: Bundle) -> Language:
    """Build the lexicon search of a bundle, about a second's work; nothing where the bundle has none.

    Raises:
        BundleError: The description or a file is not valid.
    """
    entry = bundle.details.get("lexicon")
    if entry is None:
        return Language()
    pronunciations, language_model = (
        _file(bundle, entry, "pronunciations"),
        _file(bundle, entry, "language_model"),
    )
    if not bundle.config.phones:
        raise BundleError("The model has pronunciations but does not hear phones.", _REINSTALL)
    weights = read_weights(entry.get("weights", {}))
    try:
        search = LexiconSearch(
            bundle.directory / pronunciations,
            bundle.directory / language_model,
            bundle.config.phones,
            weights,
        )
    except SearchPackageMissingError as error:
        _log.info("no lexicon search", exc_info=error)
        return Language(
            warning="The package flashlight-text is missing: without its language model more words will be "
            "wrong."
        )
    return Language(search)


def read_weights(values: Any) -> LexiconWeights:
    """Read `weights`; keys this program does not know are left aside: a newer bundle may say more.

    Raises:
        BundleError: A value does not fit.
    """
    if not isinstance(values, dict):
        raise BundleError("The model's language model has no valid weights.", _REINSTALL)
    names = {item.name for item in dataclasses.fields(LexiconWeights)}
    try:
        return LexiconWeights(**{name: values[name] for name in names & set(values)})
    except (TypeError, ValueError) as error:
        raise BundleError(
            f"The weights of the model's language model are not valid ({error}).", _REINSTALL
        ) from error


def _file(bundle: Bundle, entry: Any, kind: str) -> str:
    # Only files with checksums: those lie in the bundle's folder and have been found undamaged.
    name = entry.get(kind) if isinstance(entry, dict) else None
    if not isinstance(name, str) or name not in bundle.details.get("checksums", {}):
        raise BundleError(f"The model names no checked file as its {kind.replace('_', ' ')}.", _REINSTALL)
    return name
