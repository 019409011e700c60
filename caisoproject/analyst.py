"""The process that waits for something to calculate: `python -m caisoproject.analyst`.

It has no Django, no Redis client and no numpy, and takes 6 MB. Each line of JSON that it takes off
a list in Redis it hands to a child (`caisoproject/calculating.py`), which it starts when there is
none. A child without work ends after a while; when this process ends, its children do. There are
two lanes, so that advice and what-ifs never wait for a back-test. What is in the lists is a hint:
whatever is lost on the way, the database still says that it is due.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator

from caisoproject.bare_log import warn
from caisoproject.bare_redis import Connection, Running
from caisoproject.secret_files import value_of
from telemetry import signs
from telemetry.of_process import resident_bytes
from telemetry.pulse import Pulse

# Each lane's list in Redis, and how many seconds one line may take.
LISTS = {"quick": "caiso:analyst:quick", "slow": "caiso:analyst:slow"}
LIMITS_S: dict[str, float | None] = {"quick": 60.0, "slow": None}
PROGRAM = (sys.executable, "-m", "caisoproject.calculating")
WAITING_S = 10  # at Redis; then children that have ended are buried
DELAYS_S = (1, 2, 5)  # between tries to reach Redis
# Before each child that is handed a line: the first may just have ended, the second may die of it.
PAUSES_S = (0, 0, 5)


class Child:
    """A process that calculates: lines go to its input; it answers each with one, in one write."""

    def __init__(self, command: tuple[str, ...]) -> None:
        child_in, self.lines = os.pipe()
        self.answers, child_out = os.pipe()
        moved = [(os.POSIX_SPAWN_DUP2, child_in, 0), (os.POSIX_SPAWN_DUP2, child_out, 1)]
        self.pid = os.posix_spawn(command[0], command, os.environ, file_actions=moved)
        os.close(child_in)
        os.close(child_out)

    def does(self, line: bytes, limit_s: float | None) -> bool:
        """Whether the child has done the line; otherwise it has ended, or must be."""
        try:
            os.write(self.lines, line.replace(b"\n", b" ") + b"\n")
        except BrokenPipeError:
            return False
        return self.has_spoken(limit_s) and os.read(self.answers, 100) != b""

    def has_spoken(self, within_s: float | None = 0) -> bool:
        """Whether it has answered, or has ended: of one that has no work, that it has ended."""
        return bool(select.select([self.answers], [], [], within_s)[0])

    def bury(self) -> str:
        """How it ended; one that has not is killed."""
        if not self.has_spoken():
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.lines)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.answers)
        return f"signal {-code}" if code < 0 else f"exit code {code}"


class Lane:
    """One list in Redis, and the child that does what is in it, one line after the other."""

    def __init__(self, name: str, url: str, program: tuple[str, ...] = PROGRAM) -> None:
        self.name, self.url, self.command = name, url, (*program, name)
        self.child: Child | None = None

    def run(self) -> None:
        for line in taken(self.url, LISTS[self.name]):
            if self.child and self.child.has_spoken():
                self.bury()
            if line:
                self.hand(line)

    def hand(self, line: bytes) -> None:
        """Have a line done, by another child if the one at hand ends before it is."""
        how = ""
        for pause_s in PAUSES_S:
            time.sleep(pause_s)
            self.child = self.child or Child(self.command)
            if self.child.does(line, LIMITS_S[self.name]):
                return
            how = self.bury()
        warn("given up", line=line.decode(errors="replace"), child=how)

    def bury(self) -> str:
        assert self.child
        how, self.child = self.child.bury(), None
        return how


def taken(url: str, name: str) -> Iterator[bytes]:
    """Each line of a list in Redis as it comes; an empty one if nothing came for a while.

    While Redis is away, it is tried again, ever more slowly.
    """
    redis, failures = None, 0
    while True:
        try:
            redis = redis or Connection(url)
            found = redis.ask("BLPOP", name, WAITING_S, wait_s=WAITING_S)
        except OSError as fault:
            warn("no Redis to take work from", why=str(fault))
            redis = None
            time.sleep(DELAYS_S[min(failures, len(DELAYS_S) - 1)])
            failures += 1
        else:
            failures = 0
            yield found[1] if isinstance(found, list) else b""


def redis_url() -> str:
    """The address as the settings have it: the launcher always puts it into the environment."""
    if url := value_of("REDIS_URL", os.environ):
        return url
    from caisoproject import settings  # noqa: PLC0415 (25 MB)

    return settings.REDIS_URL


def main(program: tuple[str, ...] = PROGRAM) -> int:
    """Run both lanes. Neither goes on without the other: the launcher starts both again."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    lanes = [Lane(name, redis_url(), program) for name in LISTS]
    threads = [threading.Thread(target=lane.run, daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    pulse = Pulse(Running(redis_url()), kind=signs.ANALYST, said=says)
    while all(thread.is_alive() for thread in threads):
        threads[0].join(1.0)
        pulse.beat_if_due()
    return 1


def says() -> dict[str, float]:
    """What this process says of itself, its children included."""
    return {"caiso_process_resident_memory_bytes": resident_bytes()}


if __name__ == "__main__":
    sys.exit(main())
