"""Estimating an n-gram language model with KenLM's programs, and judging it on texts."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from asr_app.errors import LanguageModelError

if TYPE_CHECKING:
    from asr_app.decoding.word_model import WordModel

_SILENT_UPDATE_S = 0.2
_MOST_TRIES = 8
_STAGE = re.compile(r"=== (\d)/5 (.+?) ===")
_COUNT = re.compile(r"^(\d) (\d+)(?:/\d+)? D1", re.MULTILINE)
"""n-grams of an order: those kept, and, where some were pruned, all."""


@dataclass(frozen=True)
class ModelSettings:
    """What shapes an n-gram model.

    Attributes:
        order: Words of the longest n-gram.
        prune: For each order, n-grams seen at most so often are left out; the first is 0, they do not fall.
        most_mb: Largest size of the file, in millions of bytes: pruning goes on until it fits.
        probability_bits: Of a quantised probability, and of a quantised back-off.
        pointer_bits: `build_binary`'s -a: how much of the pointers is compressed.
        memory_share: Of the machine's memory that the estimation may use.
    """

    order: int = 4
    prune: tuple[int, ...] = (0, 1, 2, 3)
    most_mb: float = 20.0
    probability_bits: int = 8
    pointer_bits: int = 22
    memory_share: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what KenLM would refuse in its own words."""
        falls = any(a > b for a, b in zip(self.prune, self.prune[1:], strict=False))
        if not 2 <= self.order <= 6 or len(self.prune) > self.order or self.prune[:1] != (0,) or falls:
            raise ValueError("pruning needs a number for each order, 0 first, none below the one before")
        if not self.most_mb > 0 or not 0 < self.memory_share <= 0.9 or not 2 <= self.probability_bits <= 25:
            raise ValueError("size, memory or bits lie outside what is possible")


@dataclass(frozen=True)
class Estimated:
    """A finished model.

    Attributes:
        prune: The thresholds that made it fit.
        ngrams: Number of n-grams of each order.
        size_bytes: Of its file.
    """

    prune: tuple[int, ...]
    ngrams: tuple[int, ...]
    size_bytes: int


@dataclass(frozen=True)
class KenLmPrograms:
    """Paths of KenLM's two programs."""

    lmplz: Path
    build_binary: Path


def find_kenlm(folder: Path | None = None) -> KenLmPrograms:
    """Find `lmplz` and `build_binary` in a folder (or its `bin`, `build/bin`), or else on the PATH.

    Raises:
        LanguageModelError: One of them is not there; the hint says how to get them.
    """
    found = []
    for name in ("lmplz", "build_binary"):
        places = [folder, folder / "bin", folder / "build" / "bin"] if folder is not None else None
        search = None if places is None else os.pathsep.join(map(str, places))
        path = shutil.which(name, path=search)
        if path is None:
            where = "on the PATH" if folder is None else f"in “{folder}”"
            raise LanguageModelError(
                f"KenLM's program {name} is not {where}.",
                "Build KenLM as docs/language.md says (four commands, two minutes) and name its folder with "
                "--kenlm.",
            )
        found.append(Path(path))
    return KenLmPrograms(*found)


def estimate(
    programs: KenLmPrograms,
    text: Path,
    words: Iterable[str],
    output: Path,
    settings: ModelSettings,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Estimated:
    """Estimate a modified Kneser-Ney model and write it as a quantised KenLM trie.

    Thresholds of pruning rise by one, the longest n-grams first, until the file fits.

    Args:
        programs: See `find_kenlm`.
        text: A sentence of normalised words a line.
        words: The vocabulary; all other words of the text become one unknown word.
        output: File to write; it appears when it is whole.
        settings: See there.
        on_stage: Told what is being done.

    Raises:
        LanguageModelError: A program fails, or the model does not fit however it is pruned.
    """
    with tempfile.TemporaryDirectory(prefix="language-", dir=output.parent) as folder:
        work = Path(folder)
        (work / "vocabulary.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
        prune = settings.prune
        for _ in range(_MOST_TRIES):
            ngrams = _lmplz(programs, text, work, settings, prune, on_stage)
            on_stage(f"quantising {sum(ngrams):,} n-grams")
            _build_binary(programs, work, settings)
            size = (work / "model.bin").stat().st_size
            if size <= settings.most_mb * 1e6:
                (work / "model.bin").replace(output)
                return Estimated(prune, ngrams, size)
            on_stage(f"{size / 1e6:.1f} MB are too many")
            prune = harder(prune, settings.order)
    raise LanguageModelError(
        f"The language model does not fit into {settings.most_mb:g} MB.",
        "Allow more, or prune more from the start.",
    )


def harder(prune: Sequence[int], order: int) -> tuple[int, ...]:
    """The next thresholds: one more for the longest n-grams, then one more for all but single words."""
    full = [*prune, *[prune[-1]] * (order - len(prune))]
    if full[-1] <= full[-2] + 1:
        full[-1] += 1
    else:
        full[1:] = [threshold + 1 for threshold in full[1:]]
    return tuple(full)


def _lmplz(
    programs: KenLmPrograms,
    text: Path,
    work: Path,
    settings: ModelSettings,
    prune: Sequence[int],
    on_stage: Callable[[str], None],
) -> tuple[int, ...]:
    command = [
        *(str(programs.lmplz), "-o", str(settings.order), "-S", f"{settings.memory_share:.0%}"),
        *("-T", str(work / "temporary"), "--prune", *map(str, prune), "--discount_fallback"),
        *("--limit_vocab_file", str(work / "vocabulary.txt")),
        *("--text", str(text), "--arpa", str(work / "model.arpa")),
    ]

    def said(log: str) -> None:
        stages = _STAGE.findall(log)
        if stages:
            on_stage(f"estimating, step {stages[-1][0]} of 5")

    log = _run(command, said)
    return tuple(int(match[2]) for match in _COUNT.finditer(log))


def _build_binary(programs: KenLmPrograms, work: Path, settings: ModelSettings) -> None:
    bits = str(settings.probability_bits)
    _run(
        [
            *(str(programs.build_binary), "-T", str(work / "temporary"), "-q", bits, "-b", bits),
            *("-a", str(settings.pointer_bits), "trie", str(work / "model.arpa"), str(work / "model.bin")),
        ]
    )


def _run(command: Sequence[str], on_log: Callable[[str], None] = lambda log: None) -> str:
    """Run a program and return what it wrote on standard error.

    Raises:
        LanguageModelError: It failed; its last line is in the message.
    """
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        parts: list[bytes] = []
        reader = threading.Thread(target=_collect, args=(process.stderr, parts))
        reader.start()
        try:
            while reader.is_alive():
                reader.join(_SILENT_UPDATE_S)
                on_log(b"".join(parts).decode(errors="replace"))
        except BaseException:
            process.kill()
            raise
        finally:
            reader.join()
    log = b"".join(parts).decode(errors="replace")
    if process.returncode:
        lines = [line.strip() for line in log.splitlines() if len(line.split()) > 1] or ["no reason given"]
        raise LanguageModelError(
            f"{Path(command[0]).name} failed: {lines[-1]}",
            "Look for the reason in this line; more text may help.",
        )
    return log


def _collect(stream: IO[bytes], parts: list[bytes]) -> None:
    # What it writes between two newlines may be a bar that grows: characters as they come.
    while chunk := stream.read1(4096):  # type: ignore[attr-defined]
        parts.append(chunk)


@dataclass(frozen=True)
class TextReport:
    """How well a model foresees a text.

    Attributes:
        words: In the text, without ends of sentences.
        unknown: Of these, not in the vocabulary.
        perplexity: Per word and end of sentence, unknown words left out.
    """

    words: int
    unknown: int
    perplexity: float

    @property
    def unknown_rate(self) -> float:
        """Share of unknown words, 0 to 1."""
        return self.unknown / max(1, self.words)


def judge(model: Path, vocabulary: Sequence[str], texts: Iterable[Sequence[str]]) -> TextReport:
    """Measure perplexity and unknown words on sentences of normalised words.

    Args:
        model: KenLM file.
        vocabulary: Words the search may find.
        texts: Sentences.

    Raises:
        SearchPackageMissingError: flashlight-text is not there.
        BundleError: The model cannot be read.
    """
    from asr_app.decoding.word_model import WordModel

    return judge_words(WordModel(model, vocabulary), texts)


def judge_words(language: WordModel, texts: Iterable[Sequence[str]]) -> TextReport:
    """Do as `judge` does with a model that is open."""
    total, events, words, unknown = 0.0, 0, 0, 0
    for sentence in texts:
        scores = language.score(sentence)
        missing = [word not in language for word in sentence]
        words += len(sentence)
        unknown += sum(missing)
        kept = [score for score, absent in zip(scores, [*missing, False], strict=True) if not absent]
        total += sum(kept)
        events += len(kept)
    return TextReport(words, unknown, math.pow(10.0, -total / max(1, events)))
