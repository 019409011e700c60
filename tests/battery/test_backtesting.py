"""Back-tests that were asked for: worked on once, told of, begun anew after a death."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from battery.backtests import result as backtest_result
from battery.backtests import work as backtesting
from battery.backtests.work import BROKEN, run
from battery.due import backtests_waiting
from battery.models import Backtest, Battery
from prices.models import FeedEvent
from tests.battery.past import QUICK
from tests.battery.stored_past import stored_past
from tests.conftest import utc

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FIRST, LAST = date(2026, 10, 30), date(2026, 11, 2)  # the clocks go back on the 1st
NOW = utc("2026-11-20 18:00")
SMALL = QUICK._replace(learned_days=7, least_days=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Backtest:
    monkeypatch.setattr(backtest_result, "DEFAULT", SMALL)
    stored_past(Battery.objects.get().node, date(2026, 10, 21), LAST)
    return ask(Battery.objects.get())


def ask(battery: Battery, **changed: Any) -> Backtest:
    values: dict[str, Any] = {"start": FIRST, "end": LAST, "market": "RTPD", "policies": []}
    return Backtest.objects.create(battery=battery, asked_at=NOW, **values | changed)


def ticking(step: timedelta) -> Callable[[], datetime]:
    """A clock that is read every `step`."""
    ticks = iter(range(100_000))
    return lambda: NOW + next(ticks) * step


def work(asked: Backtest, step: timedelta = SECOND) -> Backtest:
    run(asked.pk, parameters=SMALL, clock=ticking(step))
    asked.refresh_from_db()
    return asked


def told() -> list[tuple[str, float]]:
    """State and progress of each event about back-tests."""
    events = FeedEvent.objects.filter(kind=FeedEvent.STATUS).order_by("seq")
    bodies = [event.body for event in events]
    return [(body["state"], body["progress"]) for body in bodies if body["about"] == "backtest"]


def test_it_is_done_with_its_result(asked: Backtest) -> None:
    assert backtests_waiting(now=NOW) == [asked.pk]
    done = work(asked)
    assert (done.state, done.progress, done.error) == ("done", 1.0, "")
    assert done.finished_at is not None
    assert done.result["days"] == 4
    assert len(done.result["table"]) == 12
    assert done.data_digest == done.result["digest"]
    assert done.code_version == done.result["code_version"]
    assert done.parameters["policy"]["states"] == 3
    assert backtests_waiting(now=NOW + timedelta(days=1)) == []


def test_readers_are_told_every_two_seconds_at_most(asked: Backtest) -> None:
    work(asked)
    assert (told()[0], told()[-1]) == (("running", 0.0), ("done", 1.0))
    shares = [progress for _, progress in told()]
    assert shares == sorted(shares)
    often = len(told())
    Backtest.objects.update(state="waiting")
    work(asked, timedelta(milliseconds=10))
    assert often > 3
    assert told()[often:] == [("running", 0.0), ("done", 1.0)]


def test_it_is_worked_on_by_one_at_a_time(asked: Backtest) -> None:
    Backtest.objects.update(state="running", alive_at=NOW - timedelta(seconds=59))
    assert work(asked).result is None
    assert told() == []


def test_one_whose_worker_was_killed_is_found_and_begun_anew(
    asked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def killed(share: float) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(backtesting.Work, "told", lambda work, share: killed(share))
        with pytest.raises(Killed):
            work(asked)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("running", None)
    assert backtests_waiting(now=NOW + timedelta(seconds=30)) == []
    later = NOW + timedelta(seconds=61)
    assert backtests_waiting(now=later) == [asked.pk]
    run(asked.pk, parameters=SMALL, clock=lambda: later)
    asked.refresh_from_db()
    assert (asked.state, asked.result["days"]) == ("done", 4)


def test_one_that_was_overtaken_stores_and_tells_nothing_more(
    asked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = NOW + timedelta(hours=1)

    def overtaken(work: backtesting.Work, share: float) -> None:
        Backtest.objects.update(alive_at=others)
        work.store(progress=share)

    monkeypatch.setattr(backtesting.Work, "told", overtaken)
    left = work(asked)
    assert (left.state, left.alive_at, left.result) == ("running", others, None)
    assert told() == [("running", 0.0)]


def test_one_that_was_deleted_meanwhile_ends_in_silence(
    asked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deleted(work: backtesting.Work, share: float) -> None:
        Backtest.objects.all().delete()
        work.store(progress=share)

    monkeypatch.setattr(backtesting.Work, "told", deleted)
    run(asked.pk, parameters=SMALL, clock=lambda: NOW)
    assert not Backtest.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"policies": ["luck"]}, "There is no policy 'luck'."),
        ({"start": date(2020, 1, 1), "end": date(2020, 1, 2)}, "No day from 2020-01-01 to"),
        ({"end": date(2026, 11, 20)}, "The end 2026-11-20 is not over yet"),
        ({"start": date(2026, 11, 3)}, "The start 2026-11-03 is after the end"),
        ({"market": "RTM"}, "has every RTM and day-ahead price of SP15."),
    ],
)
def test_what_can_not_be_run_fails_with_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    failed = work(ask(Battery.objects.get(), **changed))
    assert failed.state == "failed"
    assert sentence in failed.error
    assert told()[-1][0] == "failed"


def test_a_fault_of_ours_fails_it_and_is_not_hidden(
    asked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtest_result, "read", lambda *_: {}["prices"])
    with pytest.raises(KeyError):
        work(asked)
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", BROKEN)


def test_one_that_is_not_there_is_nothing_to_do() -> None:
    run(7)
