"""The faults of a run: kills, cut connections, a trimmed log, a restored database."""

from collections.abc import Iterator

from live.cursor import Cursor
from tests.model.database import Rows
from tests.model.model_reader import Reader

LONG = 100


class Faults:
    """One at a time, by chance. `mark` says when it was taken, and where the logs ended then."""

    __slots__ = ("backup", "mark", "restored", "world")

    def __init__(self, world) -> None:
        self.world = world
        self.mark: tuple[int, list[tuple[str, Cursor]]] = (0, [])
        self.backup: dict[str, Rows] | None = None
        self.restored = 0

    def strike(self) -> None:
        """Cause one of them."""
        world, roll = self.world, self.world.rng.random()
        if roll < 0.28:
            self.any_of(world.workers).kill()
        elif roll < 0.6:
            self.disconnect(self.any_of(world.readers))
        elif roll < 0.72:
            self.any_of(world.web).kill()
        elif roll < 0.86:
            self.trim()
        else:
            self.back_up_or_restore()

    def any_of(self, things: list):
        return things[int(self.world.rng.random() * len(things))]

    def disconnect(self, reader: Reader) -> None:
        """A connection is cut, with what is on it, for a moment or for long."""
        web = self.world.web_of(reader.wire)
        if web:
            web.disconnect(reader.wire)
        reader.wire = None
        reader.away_until = self.world.clock + int(2 * LONG * self.world.rng.random() ** 4)

    def trim(self) -> None:
        """Retention: the log loses what was in it long ago, longer than any connection lasts."""
        marked_at, heads = self.mark
        if self.world.clock - marked_at < LONG:
            return
        rows = self.world.database.rows
        for node, head in heads:
            if rows[node].epoch == head.epoch:
                rows[node].trim(min([head.seq, *self.needed(node, head.epoch)]))
        heads = [(node, Cursor(rows[node].epoch, rows[node].head)) for node in rows]
        self.mark = self.world.clock, heads

    def needed(self, node: str, epoch: str) -> Iterator[int]:
        """The cursors of open connections."""
        for web in self.world.web:
            for client, _ in web.sessions.values():
                cursor = client.cursors[node]
                if cursor and cursor.epoch == epoch:
                    yield cursor.seq

    def back_up_or_restore(self) -> None:
        """Back the database up; the next time stop everything and restore it."""
        if self.backup is None:
            self.restored += 1
            self.backup = self.world.database.backup(f"restored {self.restored}")
            return
        for process in [*self.world.workers, *self.world.web]:
            process.kill()
        self.world.database.rows, self.backup = self.backup, None
