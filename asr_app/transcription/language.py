"""The dictionary and language model a bundle may bring.

`config.json` then has the key `lexicon`: an object with the names of the two files, `pronunciations` and
`language_model`, both also among `checksums`, and the fields of `LexiconWeights` under `weights`; where the
candidates of the search are scored again, those of `RescoringWeights` under `rescoring`. The key `pronouncer`
names a file, also among `checksums`, that tells how words sound which are in no dictionary.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from asr_app.transcription.user_phrases import PhraseFinder
from asr_app.transcription.vocabulary import Vocabulary

if TYPE_CHECKING:
    from asr_app.decoding.pronouncer import Pronouncer

_REINSTALL = "Install the model again."
_NO_DICTIONARY = "This model has no dictionary: your vocabulary has no effect. Choose another model."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Language:
    """What came of looking for a language model.

    Attributes:
        search: None when the bundle has none, or the search cannot run. It knows how its candidates are
            scored again: see `best_candidates`.
        warning: A sentence saying why a search that the bundle has cannot run; empty otherwise.
        problems: A sentence for each entry of the person's vocabulary that has no effect.
    """

    search: LexiconSearch | None = None
    warning: str = ""
    problems: tuple[str, ...] = ()


def load_language(bundle: Bundle, vocabulary: Vocabulary | None = None) -> Language:
    """Build the lexicon search of a bundle, about a second's work; nothing where the bundle has none.

    Args:
        bundle: A model.
        vocabulary: Words and phrases of the person; None: none.

    Raises:
        BundleError: The description or a file is not valid.
    """
    entry = bundle.details.get("lexicon")
    vocabulary = vocabulary or Vocabulary()
    if entry is None:
        return Language(problems=(_NO_DICTIONARY,) if len(vocabulary) else ())
    pronunciations, language_model = (
        _file(bundle, entry, "pronunciations"),
        _file(bundle, entry, "language_model"),
    )
    if not bundle.config.phones:
        raise BundleError("The model has pronunciations but does not hear phones.", _REINSTALL)
    weights = read_weights(entry.get("weights", {}))
    rescoring = read_rescoring(entry["rescoring"]) if "rescoring" in entry else None
    say = _speaker(bundle) if "pronouncer" in bundle.details else None
    finder = PhraseFinder(vocabulary, bundle.config.phones, say)
    try:
        search = LexiconSearch(
            bundle.directory / pronunciations,
            bundle.directory / language_model,
            bundle.config.phones,
            weights,
            rescoring,
            finder.find,
        )
    except SearchPackageMissingError as error:
        _log.info("no lexicon search", exc_info=error)
        return Language(
            warning="The package flashlight-text is missing: without its language model more words will be "
            "wrong."
        )
    return Language(search, problems=tuple(finder.problems))


def _speaker(bundle: Bundle) -> Callable[[str], list[tuple[str, ...]]]:
    """What pronounces words; the file is read when the first word is asked for."""
    name = _file(bundle, bundle.details, "pronouncer")

    @functools.cache
    def load() -> Pronouncer:
        from asr_app.decoding.pronouncer import read_pronouncer

        try:
            return read_pronouncer((bundle.directory / name).read_bytes())
        except OSError as error:
            raise BundleError(f"The model's file “{name}” cannot be read.", _REINSTALL) from error

    return lambda word: load().say(word)


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
