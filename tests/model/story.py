"""What happened in a run, in lines; the seed is run again for it."""

from collections import deque
from functools import wraps
from typing import Any

import pytest

from live.cursor import Cursor
from oasis.published import PublishedPrice
from prices.feed import Event
from tests.model import worker
from tests.model.bus import Bus
from tests.model.database import Rows, Transaction
from tests.model.faults import Faults
from tests.model.market import NAMES
from tests.model.reader import Reader
from tests.model.violation import Violation
from tests.model.web import Client, Fanout
from tests.model.world import World

LINES = 40
SHOWN = ("number", "interval_start", "lmp", "revision")
TOLD = (
    (worker, ("store",)),
    (Transaction, ("append", "commit")),
    (Rows, ("trim",)),
    (Bus, ("send",)),
    (Fanout, ("serve", "leave", "publish", "bring_up", "pass_on", "snapshot")),
    (Reader, ("take_snapshot", "take_events")),
    (Faults, ("disconnect", "back_up_or_restore")),
    (World, ("connect", "settle")),
)


class Story:
    """The last lines of one run."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=LINES)
        self.clock = lambda: 0

    def retold(self, function: Any) -> Any:
        """The same function, with a line for each call."""

        @wraps(function)
        def telling(*arguments: Any) -> Any:
            words = " ".join(filter(None, map(shown, arguments)))
            self.lines.append(f"{self.clock():4} {function.__name__} {words}")
            return function(*arguments)

        return telling


def story_of(seed: int) -> str:
    """The last lines of a run that ends in a violation, and the violation."""
    story = Story()
    with pytest.MonkeyPatch.context() as patch:
        for owner, names in TOLD:
            for name in names:
                patch.setattr(owner, name, story.retold(getattr(owner, name)))
        world = World(seed)
        story.clock = lambda: world.clock
        try:
            world.run()
        except Violation as violation:
            story.lines.append(f"seed {seed}: {violation}")
    return "\n".join(story.lines)


def shown(value: Any) -> str:
    """A value in a line."""
    if isinstance(value, (World, Faults, Transaction, Bus, Rows)):
        return ""
    if isinstance(value, (Fanout, Reader)):
        return f"[{value.name}]"
    if isinstance(value, Client):
        return "client at " + " ".join(map(shown, value.cursors.values()))
    if isinstance(value, Cursor):
        return f"{value.epoch}:{value.seq}"
    if isinstance(value, PublishedPrice):
        return f"{value.node} {NAMES[value.interval_start]} v{value.lmp}"
    if isinstance(value, Event):
        told = value.body
        return f"{value.kind} " + " ".join(str(told[name]) for name in SHOWN if name in told)
    if isinstance(value, dict):
        return str({str(key): getattr(row, "lmp", row) for key, row in value.items()})
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(map(shown, value)) + ")"
    return str(value)
