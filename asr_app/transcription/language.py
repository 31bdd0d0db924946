"""The dictionary and language model a bundle may bring.

`config.json` then has the key `lexicon`: an object with the names of the two files, `pronunciations` and
`language_model`, both also among `checksums`, and the fields of `LexiconWeights` under `weights`; where the
candidates of the search are scored again, those of `RescoringWeights` under `rescoring`.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from typing import Any

from asr_app.decoding.lexicon_search import (
    Candidate,
    LexiconSearch,
    LexiconWeights,
    RescoringWeights,
    SearchPackageMissingError,
)
from asr_app.decoding.rescoring import rescore_words
from asr_app.errors import BundleError
from asr_app.model.bundle import Bundle
from asr_app.model.network import AcousticModel
from asr_app.transcription.encoding import Encoded

_REINSTALL = "Install the model again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Language:
    """What came of looking for a language model.

    Attributes:
        search: None when the bundle has none, or the search cannot run. It knows how its candidates are
            scored again: see `best_candidates`.
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
    rescoring = read_rescoring(entry["rescoring"]) if "rescoring" in entry else None
    try:
        search = LexiconSearch(
            bundle.directory / pronunciations,
            bundle.directory / language_model,
            bundle.config.phones,
            weights,
            rescoring,
        )
    except SearchPackageMissingError as error:
        _log.info("no lexicon search", exc_info=error)
        return Language(
            warning="The package flashlight-text is missing: without its language model more words will be "
            "wrong."
        )
    return Language(search)


def best_candidates(
    bundle: Bundle, network: AcousticModel, encoded: Encoded, search: LexiconSearch, most: int
) -> list[Candidate]:
    """Find the likeliest words of an utterance with all that the bundle brings for it.

    Args:
        bundle: The model that encoded the utterance.
        network: Its network.
        encoded: The utterance, with phones.
        search: Of the bundle.
        most: Candidates returned.

    Returns:
        Best first, never empty.
    """
    assert encoded.phone_log_probs is not None
    weights = search.rescoring
    if weights is None:
        return search.candidates(encoded.phone_log_probs, most)
    found = search.candidates(encoded.phone_log_probs, weights.candidates)
    return rescore_words(
        found,
        weights,
        encoded.phone_log_probs,
        encoded.ctc_log_probs,
        bundle.tokenizer.encode,
        network.decoder,
        encoded.frames,
    )[:most]


def read_weights(values: Any) -> LexiconWeights:
    """Read `weights`; keys this program does not know are left aside: a newer bundle may say more.

    Raises:
        BundleError: A value does not fit.
    """
    return LexiconWeights(**_known(LexiconWeights, values))


def read_rescoring(values: Any) -> RescoringWeights:
    """Read `rescoring`, as `read_weights` does."""
    return RescoringWeights(**_known(RescoringWeights, values))


def _known(kind: type[LexiconWeights] | type[RescoringWeights], values: Any) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise BundleError("The model's language model has no valid weights.", _REINSTALL)
    names = {item.name for item in dataclasses.fields(kind)}
    known = {name: values[name] for name in names & set(values)}
    try:
        kind(**known)
    except (TypeError, ValueError) as error:
        raise BundleError(
            f"The weights of the model's language model are not valid ({error}).", _REINSTALL
        ) from error
    return known


def _file(bundle: Bundle, entry: Any, kind: str) -> str:
    # Only files with checksums: those lie in the bundle's folder and have been found undamaged.
    name = entry.get(kind) if isinstance(entry, dict) else None
    if not isinstance(name, str) or name not in bundle.details.get("checksums", {}):
        raise BundleError(f"The model names no checked file as its {kind.replace('_', ' ')}.", _REINSTALL)
    return name
