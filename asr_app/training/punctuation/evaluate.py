"""Evaluation of automatic punctuation on books and modern sentences that it has not seen.

Run as a command: `python -m asr_app.training.punctuation.evaluate FILE --data FOLDER`, with the folder `data`
that the training has left.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from asr_app.errors import BundleError
from asr_app.formatting.cases import load_cases, utterances_of
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.values import SpanKind
from asr_app.punctuation.punctuator import punctuator
from asr_app.punctuation.tagger import MARKS, Capitals, Tag, Tagger, read_tagger
from asr_app.training.punctuation.data import IGNORED, Labelled, PunctuationData, load
from asr_app.training.punctuation.scoring import Predict, Score, Utterance, displayed, rules, score
from asr_app.training.punctuation.text import UNCERTAIN
from asr_app.training.punctuation.train import read_language
from asr_app.training.punctuation.windows import WindowMaker, WindowSettings

WHOLE = WindowSettings(cut_start=0.0, cut_end=0.0, noisy=0.0, sentences=(0.4, 0.3, 0.18, 0.12))
"""Utterances that end where a sentence ends."""
CONDITIONS = {
    "whole": WHOLE,
    "cut": replace(WHOLE, cut_start=0.5, cut_end=0.5),
    "faulty": replace(WHOLE, noisy=1.0, replaced=0.1, dropped=0.03, added=0.03),
}
"""What is measured on books: whole sentences, pauses inside them, one word in six wrong."""


def windows_of(data: PunctuationData, part: str, settings: WindowSettings, count: int) -> list[Utterance]:
    """Draw utterances from a part of the data, the same for the same arguments."""
    maker = WindowMaker(data.parts, len(data.vocabulary), replace(settings, shares=((part, 1.0),)))
    found = []
    for words, marks, capitals in maker.draw(count, np.random.default_rng(1)):
        found.append(_utterance(data, Labelled(words, marks, capitals, np.zeros(1, np.int32))))
    return found


def sentences_of(data: PunctuationData, part: str) -> Iterator[Utterance]:
    """All sentences of a part, one by one."""
    text = data.parts[part]
    for start, end in zip(text.starts, [*text.starts[1:], len(text.words)], strict=True):
        place = slice(int(start), int(end))
        one = Labelled(text.words[place], text.marks[place], text.capitals[place], text.starts[:1])
        yield _utterance(data, one)


def _utterance(data: PunctuationData, text: Labelled) -> Utterance:
    return Utterance(
        tuple(data.vocabulary[word] for word in text.words),
        tuple(UNCERTAIN if mark == IGNORED else MARKS[mark] for mark in text.marks),
        tuple(None if kind == IGNORED else Capitals(kind) for kind in text.capitals),
    )


def read_file(file: Path, model: str) -> Tagger:
    """The tagger of a file, for the pieces of a bundle.

    Raises:
        BundleError: One of them cannot be read.
    """
    tokenizer, _ = read_language(model)
    try:
        return read_tagger(file.read_bytes(), tokenizer.encode, tokenizer.size)
    except OSError as error:
        raise BundleError(f"The punctuation “{file.name}” cannot be read.", "Check its path.") from error


def milliseconds(tagger: Tagger, utterances: Sequence[Utterance]) -> tuple[float, float]:
    """Processor time an utterance takes, in ms: the mean, and what 95 of 100 take at most."""
    found = []
    for utterance in utterances:
        start_s = time.process_time()
        tagger.tag(utterance.words)
        found.append(1000 * (time.process_time() - start_s))
    return float(np.mean(found)), float(np.quantile(found, 0.95))


def again(tagged: Sequence[Sequence[Tag]]) -> Predict:
    """Give the tags of utterances once more, in their order."""
    given = iter(tagged)
    return lambda words: next(given)


def print_score(name: str, result: Score) -> None:
    """Print a table."""
    print(f"{name}: {result.words:,} words")
    for key, count in result.counts.items():
        print(
            f"  {key:10} P {100 * count.precision:5.1f}  R {100 * count.recall:5.1f}"
            f"  F1 {100 * count.f1:5.1f}  ({count.wanted:,})"
        )


def forms_kept(tagger: Tagger) -> tuple[int, list[str]]:
    """Whether numbers, dates, addresses … are written the same with punctuation as without.

    Returns:
        How many rows of the table of English forms were looked at, and what became of those that differ.
    """
    options = FormatOptions(capitals=False)
    plain, marked = Formatter(options), Formatter(options, punctuator=punctuator(tagger))
    cases = load_cases("numbers-en")
    different = []
    for case in cases:
        words = [word for utterance in utterances_of(case.spoken) for word in utterance]
        text = marked.format(words)
        bare = "".join(span.text for span in text.spans if span.kind is not SpanKind.PREDICTED)
        if bare.casefold() != plain.format(words).text.casefold():
            different.append(f"{case.spoken} → {text.text}")
    return len(cases), different


def print_examples(utterances: Sequence[Utterance], tagged: Sequence[Sequence[Tag]], most: int) -> None:
    """Print how many utterances are as printed, and some that are not."""
    pairs = list(zip(utterances, tagged, strict=True))
    wrong = [(one, tags) for one, tags in pairs if displayed(one) != displayed(one, tags)]
    print(f"  {len(pairs) - len(wrong):,} of {len(pairs):,} utterances are as printed")
    for one, tags in wrong[:most]:
        print(f"    printed  {displayed(one)}")
        print(f"    given    {displayed(one, tags)}")


def main() -> None:
    """Evaluate from the command line."""
    parser = argparse.ArgumentParser(description="Evaluate automatic punctuation on texts not seen.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="what the training has prepared")
    parser.add_argument("--model", default="default", help="bundle whose pieces are used")
    parser.add_argument("--utterances", type=int, default=1500, help="of the books, in each condition")
    parser.add_argument("--examples", type=int, default=0, help="failures to print of each text")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args()

    import torch

    torch.set_num_threads(1)
    data, tagger = load(chosen.data), read_file(chosen.file, chosen.model)
    texts = {
        f"books, {name}": windows_of(data, "held-out", settings, chosen.utterances)
        for name, settings in CONDITIONS.items()
    }
    texts |= {name: list(sentences_of(data, name)) for name in ("modern-held-out", "modern-dev")}
    figures: dict[str, Any] = {"bytes": chosen.file.stat().st_size}
    for name, utterances in texts.items():
        tagged = [tagger.tag(utterance.words) for utterance in utterances]
        of_both = {
            "network": score(utterances, again(tagged)),
            "rules": score(utterances, rules),
        }
        for kind, result in of_both.items():
            print_score(f"{name}, {kind}", result)
            figures[f"{name}, {kind}"] = {key: asdict(count) for key, count in result.counts.items()}
        print_examples(utterances, tagged, chosen.examples)
    rows, different = forms_kept(tagger)
    print(f"forms: {rows - len(different)} of {rows} are written as without punctuation")
    for row in different:
        print(f"    {row}")
    figures["forms"] = {"rows": rows, "different": different}
    sentences = list(sentences_of(data, "held-out"))[:300]
    fresh = Tagger(tagger.network, read_language(chosen.model)[0].encode, tagger.offsets)
    fresh.tag(("warm", "up"))
    mean_ms, most_ms = milliseconds(fresh, sentences)
    words = sum(len(sentence.words) for sentence in sentences) / len(sentences)
    print(f"{mean_ms:.2f} ms of one core a sentence of {words:.1f} words, 95 of 100 below {most_ms:.2f} ms")
    figures["milliseconds"] = {"mean": mean_ms, "of 95 in 100": most_ms, "words": words}
    if chosen.json is not None:
        chosen.json.write_text(f"{json.dumps(figures, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
