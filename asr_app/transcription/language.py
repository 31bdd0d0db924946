"""The dictionary and language model a bundle may bring.

`config.json` then has the key `lexicon`: an object with the names of the two files, `pronunciations` and
`language_model`, both also among `checksums`, and the fields of `LexiconWeights` under `weights`, `shares`
being those of the phones and the blank in the network's posteriors. Where the candidates of the search are
scored again, it has those of `RescoringWeights` under `rescoring`, and under `neural` the file, also among
`checksums`, of a neural language model that helps with that. `unlisted_price`, a number, is what words cost
that nobody lists; without it they are not heard. The key `pronouncer` names a file, also among `checksums`,
that tells how words sound which are in no dictionary.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_app.decoding.lexicon_search import (
    Candidate,
    LexiconSearch,
    LexiconWeights,
    RescoringWeights,
    SearchPackageMissingError,
)
from asr_app.decoding.named_candidates import with_names
from asr_app.decoding.open_vocabulary import OpenVocabulary, with_unlisted
from asr_app.decoding.pronunciations import read_pronunciations
from asr_app.decoding.rescoring import rescore_words
from asr_app.decoding.user_words import UserWords
from asr_app.errors import BundleError
from asr_app.model.bundle import Bundle
from asr_app.model.network import AcousticModel
from asr_app.transcription.encoding import Encoded
from asr_app.transcription.user_phrases import PhraseFinder
from asr_app.transcription.vocabulary import Vocabulary

if TYPE_CHECKING:
    from asr_app.decoding.neural_language import NeuralLanguage
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


def load_language(
    bundle: Bundle, vocabulary: Vocabulary | None = None, search: LexiconSearch | None = None
) -> Language:
    """Build the lexicon search of a bundle, about a second's work; nothing where the bundle has none.

    Args:
        bundle: A model.
        vocabulary: Words and phrases of the person; None: none.
        search: Built before from this bundle, for another vocabulary; None: it is built now.

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
    try:
        search = search or LexiconSearch(
            bundle.directory / pronunciations,
            bundle.directory / language_model,
            bundle.config.phones,
            weights,
            rescoring,
            neural_language(bundle),
            read_shares(bundle),
        )
    except SearchPackageMissingError as error:
        _log.info("no lexicon search", exc_info=error)
        return Language(
            warning="The package flashlight-text is missing: without its language model more words will be "
            "wrong."
        )
    say = _speaker(bundle) if "pronouncer" in bundle.details else None
    search.open_vocabulary = _open_vocabulary(bundle, say)
    if not len(vocabulary):
        return Language(search.with_user(None))
    finder = PhraseFinder(vocabulary, bundle.config.phones, say)
    known = read_pronunciations(bundle.directory / pronunciations, bundle.config.phones)
    user = UserWords(finder.find(known), bundle.config.phones, known, search.language)
    return Language(search.with_user(user), problems=tuple(finder.problems))


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


def _open_vocabulary(
    bundle: Bundle, say: Callable[[str], list[tuple[str, ...]]] | None
) -> OpenVocabulary | None:
    """How words are heard that nobody lists: only with a price for them, and a pronouncer.

    Raises:
        BundleError: The price is no number.
    """
    price = bundle.details["lexicon"].get("unlisted_price")
    if price is None or say is None:
        return None
    if type(price) not in (int, float) or not math.isfinite(price):
        raise BundleError("The model's price of unlisted words is not valid.", _REINSTALL)
    index = {phone: number for number, phone in enumerate(bundle.config.phones)}

    def sounds(word: str) -> list[tuple[int, ...]]:
        return [tuple(index[phone] for phone in way) for way in say(word) if set(way) <= index.keys()]

    return OpenVocabulary(sounds, float(price))


def neural_language(bundle: Bundle) -> Callable[[], NeuralLanguage] | None:
    """What reads the neural language model of a bundle, when first called; None: the bundle has none."""
    entry = bundle.details["lexicon"]
    if "neural" not in entry:
        return None
    name = _file(bundle, entry, "neural")

    @functools.cache
    def load() -> NeuralLanguage:
        from asr_app.decoding.neural_language import read_neural_language

        try:
            return read_neural_language((bundle.directory / name).read_bytes())
        except OSError as error:
            raise BundleError(f"The model's file “{name}” cannot be read.", _REINSTALL) from error

    return load


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
    phones = encoded.phone_log_probs
    weights = search.rescoring or _search_weights(search)
    weighed = search.weighed(phones)

    def score(candidates: Sequence[Candidate]) -> list[Candidate]:
        return rescore_words(
            candidates,
            weights,
            weighed,
            encoded.ctc_log_probs,
            bundle.tokenizer.encode,
            network.decoder,
            encoded.frames,
            search.neural() if search.neural is not None and weights.neural else None,
        )

    if search.rescoring is None:
        found = search.candidates(phones, most)
    else:
        found = score(search.candidates(phones, weights.candidates))
    if search.user is not None:
        found = with_names(found, search.user, search, phones, score)
    if search.open_vocabulary is not None:
        language = search.user.language if search.user is not None else search.language.sentence
        found = with_unlisted(
            found,
            phones,
            encoded.ctc_log_probs,
            bundle.tokenizer.decode,
            search.open_vocabulary,
            language,
            score,
        )
    return found[:most]


def _search_weights(search: LexiconSearch) -> RescoringWeights:
    """How a search without weights for scoring again compares its candidates with others."""
    weights = search.weights
    return RescoringWeights(
        subwords=0.0, language_model=weights.language_model, word_score=weights.word_score
    )


def read_shares(bundle: Bundle) -> tuple[float, ...]:
    """Read `shares`: of each phone and the blank in the network's posteriors; empty where they are not there.

    Raises:
        BundleError: They do not fit.
    """
    shares = bundle.details["lexicon"].get("shares", [])
    fits = isinstance(shares, list) and all(type(n) in (int, float) and 0 <= n <= 1 for n in shares)
    if not fits or len(shares) not in (0, len(bundle.config.phones) + 1):
        raise BundleError("The model's shares of phones are not valid.", _REINSTALL)
    return tuple(float(share) for share in shares)


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
