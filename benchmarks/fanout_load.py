"""The load generator: one process that reads for thousands, and reports what it got."""

import json
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.stage import DidNotWork, finish_off
from deploy.processes import end_with_the_launcher

ANSWERS_WITHIN_S, OPENS_WITHIN_S = 20, 120
LOOK_EVERY_S, LET_IN_LOOK_S = 0.1, 0.002
# What comes twice comes after all is there.
LATE_S = 0.3
# Ten thousand pings at once keep a server from everything else for more than a second.
QUIET_LOOKS = 40
# Handshakes under way at a time.
AT_ONCE = 48


class LoadGenerator:
    """Readers of one address; the last `slow` of them never read."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.ready: dict[str, Any] | None = None

    def opened(self) -> dict[str, Any]:
        """How many are connected, and how fast that went. Raises DidNotWork if not all are."""
        answer = self.ready or self.line(OPENS_WITHIN_S)
        if answer["failed"]:
            raise DidNotWork(f"{answer['failed']:,} readers were not let in: {answer}")
        return answer

    def ask(self, command: str) -> dict[str, Any]:
        """The answer to STAT, RESET or REPORT."""
        assert self.process.stdin
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()
        answer = self.line(ANSWERS_WITHIN_S)
        if "ready" in answer:  # it says so once, whatever it was asked
            self.ready, answer = answer, self.line(ANSWERS_WITHIN_S)
        return answer

    def let_in(self, readers: int) -> None:
        """Wait until so many are connected. Raises DidNotWork if they never are."""
        until = time.monotonic() + OPENS_WITHIN_S
        while self.ask("STAT")["opened"] < readers:
            if time.monotonic() > until:
                raise DidNotWork(f"{readers} readers are not connected in {OPENS_WITHIN_S} s")
            time.sleep(LET_IN_LOOK_S)

    def line(self, within_s: float) -> dict[str, Any]:
        """The next line that it writes. Raises DidNotWork if none comes."""
        assert self.process.stdout
        if select.select([self.process.stdout], [], [], within_s)[0]:
            if text := self.process.stdout.readline():
                answer: dict[str, Any] = json.loads(text)
                return answer
            raise DidNotWork("the load generator ended")
        raise DidNotWork(f"the load generator says nothing for {within_s} s")

    def drain(self, due: int, within_s: float) -> None:
        """Wait until so many arrived or nothing more does, for `within_s` seconds at the most."""
        until = time.monotonic() + within_s
        last, quiet = -1, 0
        while last < due and quiet < QUIET_LOOKS and time.monotonic() < until:
            updates = self.ask("STAT")["updates"]
            quiet = quiet + 1 if updates == last else 0
            last = updates
            time.sleep(LOOK_EVERY_S)
        time.sleep(LATE_S)


@contextmanager
def reading(
    program: Path, port: int, path: str, readers: int, slow: int = 0
) -> Iterator[LoadGenerator]:
    """Connect so many readers, `slow` of them never reading; they leave at the end."""
    command = [str(program), "127.0.0.1", str(port), path, str(readers), "-c", str(AT_ONCE)]
    process = subprocess.Popen(
        [*command, "-s", str(slow)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=end_with_the_launcher,
    )
    with process:
        try:
            yield LoadGenerator(process)
        finally:
            finish_off(process)
