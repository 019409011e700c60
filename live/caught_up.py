"""Who has caught up in which hubs: readers in rows that get the same bytes. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from live.cursor import Cursor
from live.wire import Frame

Member = TypeVar("Member", bound=Hashable)
Together = TypeVar("Together")
Hubs = frozenset[str]
NOWHERE: Hubs = frozenset()
ROOM = 100


class Stand(NamedTuple):
    """The hubs in which readers have caught up, and their cursors where frames wait for them."""

    hubs: Hubs
    behind: tuple[tuple[str, Cursor], ...] = ()


class Row(Generic[Member, Together]):
    """Members who have caught up in the same hubs, and the frames that wait for all of them.

    A dictionary serves as an ordered set. `together` is what was made of all members, until one
    comes or leaves. `behind` are their cursors in the hubs of the waiting frames, `since` when the
    first of these came, in seconds like `written_at`.
    """

    __slots__ = ("behind", "hubs", "members", "since", "together", "waiting", "written_at")

    def __init__(self, hubs: Hubs) -> None:
        self.hubs = hubs
        self.members: dict[Member, None] = {}
        self.together: Together | None = None
        self.waiting: list[Frame] = []
        self.behind: dict[str, Cursor] = {}
        self.since = self.written_at = 0.0

    @property
    def stand(self) -> Stand:
        return Stand(self.hubs, tuple(self.behind.items()))

    def give(self, frames: Sequence[Frame], before: Mapping[str, Cursor], now: float) -> None:
        """Let frames wait; `before` are the cursors that they continue."""
        if not self.waiting:
            self.since = now
        self.waiting += frames
        self.behind = {**before, **self.behind}

    def take(self, now: float) -> list[Frame]:
        """What waits, to be written now."""
        frames, self.waiting, self.behind, self.written_at = self.waiting, [], {}, now
        return frames


class CaughtUp(Generic[Member, Together]):
    """Members by the hubs in which they have caught up, at most `room` in a row.

    `gather` makes of a row's members what is written to. While anything waits, members may only
    leave: who came to a row would get what waits there once more, who changed to another would
    miss it.
    """

    def __init__(self, gather: Callable[[Iterable[Member]], Together], room: int = ROOM) -> None:
        self.gather = gather
        self.room = room
        self.rows: dict[Hubs, list[Row[Member, Together]]] = {}
        self.row_of: dict[Member, Row[Member, Together]] = {}
        self.counts: Counter[str] = Counter()

    def __contains__(self, slug: str) -> bool:
        """Whether anybody has caught up in this hub."""
        return self.counts[slug] > 0

    def hubs_of(self, member: Member) -> Hubs:
        """The hubs in which it has caught up."""
        row = self.row_of.get(member)
        return row.hubs if row else NOWHERE

    def add(self, member: Member, slug: str) -> None:
        """It has caught up in one hub more."""
        self.move(member, self.hubs_of(member) | {slug})

    def remove(self, member: Member, slug: str) -> None:
        """It is behind in this hub."""
        self.move(member, self.hubs_of(member) - {slug})

    def leave(self, member: Member) -> None:
        """Forget a member, and what waits for it; again does no harm."""
        self.move(member, NOWHERE)

    def move(self, member: Member, hubs: Hubs) -> None:
        before = self.hubs_of(member)
        if before:
            self.take_out(member)
        if hubs:
            self.put_in(member, hubs)
        self.counts.update(hubs - before)
        self.counts.subtract(before - hubs)

    def put_in(self, member: Member, hubs: Hubs) -> None:
        """Into the first row of these hubs that has room, or a new one."""
        rows = self.rows.setdefault(hubs, [])
        row = next((row for row in rows if len(row.members) < self.room), None)
        if row is None:
            row = Row(hubs)
            rows.append(row)
        row.members[member] = row.together = None
        self.row_of[member] = row

    def take_out(self, member: Member) -> None:
        """Out of its row, which ends with its last member."""
        row = self.row_of.pop(member)
        del row.members[member]
        row.together = None
        if not row.members:
            self.rows[row.hubs].remove(row)
            if not self.rows[row.hubs]:
                del self.rows[row.hubs]

    def slugs(self) -> list[str]:
        """The hubs in which anybody has caught up."""
        return [slug for slug, count in self.counts.items() if count]

    def of(self, slug: str) -> list[Member]:
        """Who has caught up in this hub."""
        return [one for row in self.all_rows() if slug in row.hubs for one in row.members]

    def by_stand(self, members: Iterable[Member]) -> dict[Stand, list[Member]]:
        """These members by what they have got so far."""
        by_row: dict[Row[Member, Together] | None, list[Member]] = {}
        for member in members:
            by_row.setdefault(self.row_of.get(member), []).append(member)
        found: dict[Stand, list[Member]] = {}
        for row, some in by_row.items():
            found.setdefault(row.stand if row else Stand(NOWHERE), []).extend(some)
        return found

    def all_rows(self) -> Iterator[Row[Member, Together]]:
        for rows in self.rows.values():
            yield from rows

    def give(self, frames: Sequence[Frame], cursors: Mapping[str, Cursor], now: float) -> None:
        """Let frames wait for all who have caught up in their hubs, which is up to `cursors`."""
        for hubs, rows in self.rows.items():
            some = [frame for frame in frames if frame.moved and frame.moved.slug in hubs]
            before = {frame.moved.slug: cursors[frame.moved.slug] for frame in some if frame.moved}
            for row in rows if some else ():
                row.give(some, before, now)

    def is_waiting(self) -> bool:
        """Whether frames wait for anybody."""
        return any(row.waiting for row in self.all_rows())

    def waiting(self) -> list[Row[Member, Together]]:
        """The rows for which frames wait, in the order in which they should be written to."""
        rows = [row for row in self.all_rows() if row.waiting]
        return sorted(rows, key=attrgetter("since", "written_at"))

    def together(self, row: Row[Member, Together]) -> Together:
        """What is made of a row's members."""
        if row.together is None:
            row.together = self.gather(row.members)
        return row.together
