"""From texts to the language of a bundle: words, their pronunciations and which follow one another."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from asr_app.decoding.pronunciations import write_pronunciations
from asr_app.errors import LanguageModelError, RecipeError
from asr_app.training.language.bundle import LANGUAGE_MODEL_FILE, PRONUNCIATIONS_FILE, cmu_notice
from asr_app.training.language.derivation import Pronunciation, hissing_end
from asr_app.training.language.leaving_out import Stretch, paragraphs_left_out
from asr_app.training.language.letter_to_sound import pronounce
from asr_app.training.language.ngrams import Estimated, KenLmPrograms, ModelSettings, estimate
from asr_app.training.language.pronouncing import PronouncingDictionary
from asr_app.training.language.spelled_text import spelled_sentences
from asr_app.training.language.spoken_marks import dictated_sentences
from asr_app.training.language.spoken_text import SPOKEN_WORDS
from asr_app.training.language.text import prepare

TRANSCRIPT_WEIGHTS = {"an4": 15, "minds14": 8, "common-voice": 3}
"""an4: letters, numbers, dates; minds14: requests; common-voice: modern sentences."""

_COMMON_WORDS = 6000
"""Words of the text that may be parts of compounds."""


@dataclass(frozen=True)
class LanguageSettings:
    """Every choice of a language but the texts.

    Attributes:
        model: Of the n-gram model.
        weights: How often the transcripts of a corpus are repeated; once for one not named.
        least_count: A word of the dictionary that is rarer in the text is not in the vocabulary.
        derived_least_count: The same for words whose pronunciation is derived from that of others; 0: none.
        guessed_least_count: The same for other words, pronounced by letter-to-sound rules; 0: none.
        whole_dictionary: Whether words of the dictionary that the text does not have are in it too.
        most_words: Size of the vocabulary at most.
        spelled: Made-up sentences of letters, numbers, dates, times and amounts that are added.
        dictated: Share of the texts' paragraphs that are said once more with marks and other spoken commands.
        seed: Of the made-up sentences.
        every: Take each n-th paragraph of the texts only.
    """

    model: ModelSettings = field(default_factory=ModelSettings)
    weights: Mapping[str, int] = field(default_factory=lambda: dict(TRANSCRIPT_WEIGHTS))
    least_count: int = 1
    derived_least_count: int = 2
    guessed_least_count: int = 5
    whole_dictionary: bool = True
    most_words: int = 200_000
    spelled: int = 100_000
    dictated: float = 0.02
    seed: int = 0
    every: int = 1


@dataclass(frozen=True)
class TrainedLanguage:
    """What came of it.

    Attributes:
        words: The vocabulary, sorted.
        text_words: Words of the text, repetitions counted.
        unknown: Of these, not in the vocabulary.
        estimated: The model.
    """

    words: tuple[str, ...]
    text_words: int
    unknown: int
    estimated: Estimated


def train_language(
    sources: Sequence[Path],
    output: Path,
    dictionary: PronouncingDictionary,
    programs: KenLmPrograms,
    settings: LanguageSettings,
    on_reading: Callable[[int, int], None] = lambda done, total: None,
    on_stage: Callable[[str], None] = lambda stage: None,
    left_out: Sequence[Stretch] = (),
) -> TrainedLanguage:
    """Write `lexicon.txt.xz` and `language.bin` into a folder.

    Args:
        sources: Texts and manifests, as `find_sources` gives them.
        output: Folder, made when absent.
        dictionary: The words that can be found, and how they sound.
        programs: KenLM's.
        settings: See there.
        on_reading: Told bytes of text read and in all.
        on_stage: Told what is done after that.
        left_out: Text that is not read.

    Raises:
        LanguageModelError: A text cannot be read, holds no known word, or KenLM fails.
        ManifestError: A manifest is not valid.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="text-", dir=output) as folder:
        text = Path(folder) / "text.txt"
        skipped = paragraphs_left_out(left_out)
        with text.open("w", encoding="utf-8") as file:
            made = made_up_sentences(sources, settings, dictionary, skipped)
            arguments = sources, file, dictionary, settings.weights, made, on_reading
            prepared = prepare(*arguments, every=settings.every, left_out=skipped)
            ways = choose_words(prepared.counts, dictionary, settings)
            if not ways:
                raise LanguageModelError("The text has no word of the dictionary.", "Give English text.")
            # A word the text does not have is as likely as one seen once.
            file.writelines(f"{word}\n" for word in ways if word not in prepared.counts)
        estimated = estimate(programs, text, ways, output / LANGUAGE_MODEL_FILE, settings.model, on_stage)
    (output / PRONUNCIATIONS_FILE).write_bytes(write_pronunciations(ways, cmu_notice()))
    known = sum(prepared.counts[word] for word in ways)
    total = prepared.counts.total()
    return TrainedLanguage(tuple(ways), total, total - known, estimated)


def made_up_sentences(
    sources: Sequence[Path],
    settings: LanguageSettings,
    dictionary: PronouncingDictionary,
    left_out: Mapping[Path, Container[int]] | None = None,
) -> Iterator[list[str]]:
    """Sentences of what neither novels nor transcripts have enough of; `left_out` as for `prepare`."""
    yield from spelled_sentences(settings.spelled, settings.seed, dictionary.words)
    share = settings.dictated / settings.every
    yield from dictated_sentences(sources, share, settings.seed, dictionary, left_out=left_out)


def choose_words(
    counts: Counter[str], dictionary: PronouncingDictionary, settings: LanguageSettings
) -> dict[str, list[Pronunciation]]:
    """Choose the vocabulary, sorted by spelling, each word with all its pronunciations.

    The words of the text that are listed come first, by count, then those that can be derived, then the
    dictionary's other words, in its order.

    Raises:
        LanguageModelError: Words are to be pronounced by rules, and the program for that is missing.
    """
    found: dict[str, list[Pronunciation]] = {}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    listed = {word: dictionary.say(word) for word, count in ordered if count >= settings.least_count}
    found.update((word, ways) for word, ways in listed.items() if ways)
    common = set(list(found)[:_COMMON_WORDS])
    if settings.derived_least_count:
        for word, count in ordered:
            if count >= settings.derived_least_count and word not in found:
                found[word] = dictionary.derive(word, common)
    if settings.guessed_least_count:
        least = settings.guessed_least_count
        found.update(_guess(word for word, count in ordered if count >= least and not found.get(word)))
    if settings.whole_dictionary:
        for word in dictionary.words:
            found.setdefault(word, dictionary.say(word))
    chosen = [word for word, ways in found.items() if ways and word not in SPOKEN_WORDS]
    return {word: found[word] for word in sorted(chosen[: settings.most_words])}


def _guess(words: Iterable[str]) -> dict[str, list[Pronunciation]]:
    """Pronounce words by letter-to-sound rules, genitives like the words they are of."""
    listed = list(words)
    spelled = [word for word in listed if len(word) > 2 and not word.endswith("'s")]
    try:
        guessed = {word: [tuple(sounds)] for word, sounds in pronounce(spelled).items()}
    except RecipeError as error:
        raise LanguageModelError(
            error.message, "Install flite, or leave such words out: --guess 0."
        ) from error
    owned = [word for word in listed if word.endswith("'s") and word[:-2] in guessed]
    return guessed | {word: [hissing_end(way) for way in guessed[word[:-2]]] for word in owned}
