"""Who has caught up in which hubs: readers in groups that get the same bytes. Pure."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Member = TypeVar("Member", bound=Hashable)
Hubs = frozenset[str]
NOWHERE: Hubs = frozenset()


class CaughtUp(Generic[Member]):
    """Members by the hubs in which they have caught up. Dictionaries serve as ordered sets."""

    def __init__(self) -> None:
        self.hubs_of: dict[Member, Hubs] = {}
        self.groups: dict[Hubs, dict[Member, None]] = {}
        self.counts: Counter[str] = Counter()

    def __contains__(self, slug: str) -> bool:
        """Whether anybody has caught up in this hub."""
        return self.counts[slug] > 0

    def add(self, member: Member, slug: str) -> None:
        """It has caught up in one hub more."""
        self.move(member, self.hubs_of.get(member, NOWHERE) | {slug})

    def remove(self, member: Member, slug: str) -> None:
        """It is behind in this hub."""
        self.move(member, self.hubs_of.get(member, NOWHERE) - {slug})

    def leave(self, member: Member) -> None:
        """Forget a member; again does no harm."""
        self.move(member, NOWHERE)

    def move(self, member: Member, hubs: Hubs) -> None:
        before = self.hubs_of.pop(member, NOWHERE)
        if before:
            del self.groups[before][member]
            if not self.groups[before]:
                del self.groups[before]
        if hubs:
            self.hubs_of[member] = hubs
            self.groups.setdefault(hubs, {})[member] = None
        self.counts.update(hubs - before)
        self.counts.subtract(before - hubs)

    def slugs(self) -> list[str]:
        """The hubs in which anybody has caught up."""
        return [slug for slug, count in self.counts.items() if count]

    def of(self, slug: str) -> list[Member]:
        """Who has caught up in this hub."""
        return [one for hubs, group in self.groups.items() if slug in hubs for one in group]

    def by_hubs(self, members: Iterable[Member]) -> dict[Hubs, list[Member]]:
        """These members by the hubs in which they have caught up."""
        found: dict[Hubs, list[Member]] = {}
        for member in members:
            found.setdefault(self.hubs_of.get(member, NOWHERE), []).append(member)
        return found

    def concerned(self, slugs: Hubs) -> Iterator[tuple[Hubs, list[Member]]]:
        """Members as they stand now, in groups, each with those of `slugs` that concern it."""
        for hubs, group in self.groups.items():
            if common := hubs & slugs:
                yield common, list(group)
