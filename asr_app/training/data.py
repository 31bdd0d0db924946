"""What a run trains on: its manifests, less what is hidden, plus what has no transcripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from asr_app.errors import RecipeError
from asr_app.training.cache import SampleCache, open_cache
from asr_app.training.manifest import Recording, read_manifest
from asr_app.training.processes import Processes
from asr_app.training.recipe import HiddenSection, Recipe
from asr_app.training.sources import Source, name_of, source_of, sources_in
from asr_app.training.unlabelled import Listeners, finished_manifest, transcribe_all

Member = tuple[SampleCache, int, Recording]
"""A recording of a cache, by its index there, as it is to be trained on."""


class JoinedCache(SampleCache):
    """Recordings of several caches in one order; one may come more than once."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Take the members in the order given."""
        self._members = members
        # A place in the one file of a cache says nothing here.
        self.items = [(recording, 0, cache.items[index][2]) for cache, index, recording in members]

    def samples(self, index: int) -> NDArray[np.float32]:
        """See `SampleCache.samples`."""
        cache, place, _ = self._members[index]
        return cache.samples(place)


def hidden_places(recordings: Sequence[Recording], section: HiddenSection) -> set[int]:
    """Draw the recordings whose transcripts are hidden; gives their places in `recordings`.

    Raises:
        RecipeError: There are no recordings of a corpus that is named.
    """
    missing = sorted(set(section.corpora) - {recording.corpus for recording in recordings})
    if missing:
        raise RecipeError(
            f"There is no recording of the corpus “{missing[0]}” whose transcript could be hidden.",
            "Correct hide_transcripts_of.",
        )
    whole = {place for place, recording in enumerate(recordings) if recording.corpus in section.corpora}
    owners: dict[str, list[int]] = {}
    for place, recording in enumerate(recordings):
        if place not in whole:
            named = section.by == "speaker" and recording.speaker
            owners.setdefault(recording.speaker if named else name_of(recording), []).append(place)
    # Sorted: what is drawn does not depend on the order of the manifests.
    names = sorted(owners)
    drawn = np.random.default_rng(section.seed).permutation(len(names))[: round(section.share * len(names))]
    return whole.union(*(owners[names[i]] for i in drawn))


class TrainingData:
    """Opens what a recipe trains on.

    Recordings are decoded by the first process; the others find them in the caches.
    """

    def __init__(
        self,
        recipe: Recipe,
        processes: Processes,
        decoding: Callable[[int, int], None],
        listeners: Listeners,
    ) -> None:
        """Prepare; `decoding` is told recordings decoded and in all."""
        self._recipe = recipe
        self._processes = processes
        self._decoding = decoding
        self._listeners = listeners

    def open(self, resume: bool) -> SampleCache:
        """Read, decode and, where the recipe asks for it, transcribe.

        Args:
            resume: The run goes on: what it has transcribed at its beginning is taken as it is.

        Raises:
            RecipeError: There is nothing to train on, or the run began with other data.
            Cancelled: The person asked to stop while recordings were transcribed.
        """
        data = self._recipe.data
        recordings = [
            r for path in data.train for r in read_manifest(path) if r.text and r.duration_s <= data.maximum_s
        ]
        if not recordings:
            raise RecipeError("The manifests hold nothing to train on.", "Check the texts and maximum_s.")
        cache = self._cache(recordings)
        hidden = hidden_places(recordings, data.hide_transcripts_of) if data.hide_transcripts_of else set()
        members = [(cache, i, recording) for i, recording in enumerate(recordings) if i not in hidden]
        members += self._unlabelled(cache, sorted(hidden), resume)
        if not members:
            raise RecipeError("All transcripts are hidden.", "Leave some in hide_transcripts_of.")
        repeated = [member for member in members for _ in range(data.repeats.get(member[2].corpus, 1))]
        if len(repeated) == len(recordings) and not hidden:
            return cache
        return JoinedCache(repeated)

    def _unlabelled(self, cache: SampleCache, hidden: Sequence[int], resume: bool) -> list[Member]:
        data = self._recipe.data
        if data.hide_transcripts_of is not None and data.hide_transcripts_of.use == "nothing":
            hidden = []
        done = finished_manifest(self._recipe.output.folder) if resume else None
        if done is None and not hidden and not data.unlabelled:
            return []
        if resume and done is None:
            raise RecipeError(
                "The run began without recordings that have no transcripts.",
                "Go on without them, or begin another run.",
            )
        sources, places = self._sources(cache, hidden, fresh=done is None)
        if done is not None:
            heard = read_manifest(done)
        else:
            heard = transcribe_all(self._recipe, sources, self._processes, self._listeners)
        cut = [recording for recording in heard if name_of(recording) not in places]
        pieces = self._cache(cut) if cut else None
        places |= {name_of(recording): (pieces, i) for i, recording in enumerate(cut) if pieces is not None}
        return [(*places[name_of(recording)], recording) for recording in heard]

    def _sources(
        self, cache: SampleCache, hidden: Iterable[int], fresh: bool
    ) -> tuple[list[Source], dict[str, tuple[SampleCache, int]]]:
        """Find what is to be transcribed, and where the samples of manifests' recordings lie by name."""
        caches: list[tuple[SampleCache, Iterable[int]]] = [(cache, hidden)]
        sources: list[Source] = []
        for path in self._recipe.data.unlabelled:
            if path.is_dir():
                sources += sources_in(path) if fresh else []
            elif fresh or path.exists():
                # Once all is transcribed, a run does not need its sources any more.
                opened = self._cache(read_manifest(path, with_texts=False))
                caches.append((opened, range(len(opened))))
        places: dict[str, tuple[SampleCache, int]] = {}
        for opened, indices in caches:
            for index in indices:
                recording = opened.items[index][0]
                if name_of(recording) in places:
                    continue
                places[name_of(recording)] = (opened, index)
                sources.append(source_of(opened, index, self._recipe.data.maximum_s))
        return sources, places

    def _cache(self, recordings: Sequence[Recording]) -> SampleCache:
        folder = self._recipe.data.cache
        if self._processes.first:
            open_cache(recordings, folder, self._decoding)
        self._processes.wait()
        return open_cache(recordings, folder)
