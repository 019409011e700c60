"""`python -m benchmarks.topology --readers 300 --kill web worker`: prints what it came to.

The exit code is 1 if anything was lost, doubled, differed from the database or never came.
"""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from benchmarks.figures import Figure
from benchmarks.machine import machine
from benchmarks.stage import DidNotWork
from benchmarks.table import table
from benchmarks.topology import run
from benchmarks.topology.kills import KILLS

NOTES = [
    "Killed: SIGKILL, and started again after a second as a supervisor would. The time is the",
    "  longest that any reader waited for a price; OASIS publishes one every two seconds here.",
]


def main(arguments: Sequence[str]) -> int:
    asked = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        done = run.run(run.Wanted(asked.readers, asked.copies, asked.kill, asked.watch), say)
    except DidNotWork as fault:
        say(str(fault))
        return 1
    found = figures(done)
    say(table(found, machine(), NOTES))
    return int(any(figure.met is False for figure in found))


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="make topology", description=__doc__)
    made.add_argument("--readers", type=int, default=300)
    made.add_argument("--copies", type=int, default=2, help="of poller, worker and beat")
    made.add_argument("--watch", type=float, default=20, help="seconds after each kill")
    made.add_argument("--kill", nargs="*", choices=list(KILLS), default=list(KILLS))
    return made


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def figures(done: run.Run) -> list[Figure]:
    """How long readers had to wait at each kill, and the counts that must be 0."""
    found = [Figure("started: everything answers", f"{done.started_s:.0f} s")]
    found += [
        Figure(
            f"killed: {one.what}",
            f"{one.longest_s:.1f} s",
            f"{one.reconnected} readers came again",
        )
        for one in done.kills
    ]
    ended = none_of("processes that ended by themselves", sum(len(k.ended) for k in done.kills))
    return [*found, ended, *feed_figures(done), *message_figures(done), whole(done)]


def feed_figures(done: run.Run) -> list[Figure]:
    """Over all kills: the readers' lines against the database's log."""
    verdicts = [one.verdict for one in done.kills]
    last = verdicts[-1].given if verdicts else 0
    counts = ("lost", "doubled", "out_of_order", "snapshots", "differing")
    return [
        Figure(f"feed: events taken by {done.readers} readers, on {done.spread}", f"{last:,}"),
        *(
            none_of(f"feed: {name.replace('_', ' ')}", max(getattr(v, name) for v in verdicts))
            for name in counts
            if verdicts
        ),
    ]


def message_figures(done: run.Run) -> list[Figure]:
    told = done.messages
    return [
        Figure(
            "alerts: opened, of high prices that were published",
            f"{told.alerts}",
            f"{told.wanted}",
            limit=f"{told.wanted}",
            met=told.alerts == told.wanted,
        ),
        Figure("alerts: messages sent", f"{told.sent}"),
        none_of("alerts: messages that did not come, or are not sent", told.lost + told.unsent),
        none_of("alerts: messages that came twice", told.again),
    ]


def none_of(what: str, count: int) -> Figure:
    return Figure(what, f"{count:,}", limit="0", met=count == 0)


def whole(done: run.Run) -> Figure:
    return Figure("whole run", f"{done.seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
