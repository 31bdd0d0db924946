"""What goes by itself: only what the person has set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asr_app.library.library import Library
from asr_app.library.values import Listing, Undo


@dataclass(frozen=True)
class RetentionRule:
    """After how many days something goes; None: never. Tagged entries stay.

    Attributes:
        entries_days: Entries are deleted; they can be brought back until they are purged.
        sound_days: The sound of dictations is removed for good, their text stays.
        deleted_days: What was deleted so long ago is removed for good.
    """

    entries_days: float | None = None
    sound_days: float | None = None
    deleted_days: float | None = None


@dataclass(frozen=True)
class Tidied:
    """What went.

    Attributes:
        deleted: How entries are brought back.
        silenced: Entries whose sound was removed.
        purged: Entries removed for good.
    """

    deleted: Undo = field(default_factory=Undo)
    silenced: tuple[int, ...] = ()
    purged: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """What went, for the person; empty where nothing did."""
        counts = {
            "deleted": len(self.deleted.bring_back),
            "left without sound": len(self.silenced),
            "removed for good": len(self.purged),
        }
        parts = [f"{count} {what}" for what, count in counts.items() if count]
        return f"By your rule, transcripts were tidied: {', '.join(parts)}." if parts else ""


def tidy(library: Library, rule: RetentionRule, now: datetime | None = None) -> Tidied:
    """Apply a rule.

    Raises:
        LibraryError: The library cannot be changed.
    """
    now = now or datetime.now(UTC)
    deleted, silenced, purged = Undo(), [], []
    if rule.deleted_days is not None:
        before = now - timedelta(days=rule.deleted_days)
        gone = library.page(Listing(deleted=True), limit=-1)
        purged = [entry.id for entry in gone if entry.deleted is not None and entry.deleted < before]
        library.purge(purged)
    if rule.sound_days is not None:
        old = library.page(Listing(until=now - timedelta(days=rule.sound_days)), limit=-1)
        silenced = [
            entry.id
            for entry in old
            if not entry.tags
            and any(one.path.parent.parent in library.own_folders for one in entry.recordings)
        ]
        library.forget_sound(silenced)
    if rule.entries_days is not None:
        old = library.page(Listing(until=now - timedelta(days=rule.entries_days)), limit=-1)
        deleted = library.delete([entry.id for entry in old if not entry.tags], now)
    return Tidied(deleted, tuple(silenced), tuple(purged))
