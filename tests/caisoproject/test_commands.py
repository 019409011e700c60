"""The commands that an operator types."""

from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import redis
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from deploy import free_ports
from prices.models import Gap, Node, Price
from simulator.publication import Timetable
from simulator.server import Running
from tests.conftest import utc
from tests.published import published, store
from tests.real_services import start_valkey

pytestmark = pytest.mark.django_db
NOW = utc("2026-11-20 19:02:30")


def said(command: str, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def backfill(start: str, end: str, market: str = "RTM", **options: Any) -> str:
    with time_machine.travel(NOW):
        return said("backfill", market=market, start=start, end=end, **options)


def test_a_backfill_fills_and_a_second_one_asks_nothing(oasis: Running) -> None:
    oasis.stand_in.board.timetable = Timetable(missing_rate=0, revision_rate=0)
    assert "1,764 new" in backfill("2026-11-01", "2026-11-03")  # a day of 25 hours, one of 24
    assert Price.objects.filter(node__slug="sp15").count() == (25 + 24) * 12
    assert "0 requests" in backfill("2026-11-01", "2026-11-03")
    assert len(oasis.requests) == 1


def test_a_long_backfill_is_cut_into_windows_that_oasis_takes(oasis: Running) -> None:
    assert "3 requests" in backfill("2026-08-01", "2026-10-20", market="DAM", node=["sp15"])
    assert Price.objects.count() == 80 * 24
    assert [request.outcome for request in oasis.requests] == ["ok"] * 3


def test_a_backfill_goes_on_after_trouble(oasis: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caisoproject.management.commands.backfill.PAUSE_SECONDS", 0)
    monkeypatch.setattr("oasis.client.FIRST_PAUSE_SECONDS", 0)
    oasis.fault("truncated", count=2)
    assert "144 new" in backfill("2026-11-09", "2026-11-11", market="DAM")


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("2026-11-03", "2026-11-01", "--start 2026-11-03 is not before --end 2026-11-01."),
        ("1.11.2026", "2026-11-03", "'1.11.2026' is not a date like 2026-11-01."),
        ("2027-01-01", "2027-01-03", "--start 2027-01-01 lies in the future."),
    ],
)
def test_a_wrong_window_is_named(start: str, end: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        backfill(start, end)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("0001-01-01", "0001-02-01", "OASIS keeps 39 months: it has nothing before 2023-08-20"),
        ("2019-01-01", "2019-02-01", "OASIS keeps 39 months: it has nothing before 2023-08-20"),
    ],
)
def test_what_oasis_can_not_have_is_said_and_not_asked_for(
    start: str, end: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        backfill(start, end)
    assert not Gap.objects.exists()


def test_what_lies_before_all_history_is_said_and_the_rest_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Mock(return_value=[])
    monkeypatch.setattr("prices.backfill.plan", asked)
    said_first = backfill("0001-01-01", "2026-11-01")
    assert "OASIS keeps 39 months: nothing before 2023-08-20 is asked for." in said_first
    assert asked.call_args.args[2] == utc("2023-08-20 07:00")


def test_what_is_not_out_yet_is_said_and_not_asked_for_again(oasis: Running) -> None:
    oasis.stand_in.board.timetable = Timetable(missing_rate=0, revision_rate=0)
    shown = backfill("2026-11-20", "9999-12-31", node=["TH_SP15_GEN-APND"])
    assert "RTM prices from 2026-11-20 11:00 PST on are not out yet" in shown
    assert "1 requests" in shown
    assert "0 requests" in backfill("2026-11-20", "9999-12-31", node=["sp15"])


def test_an_unknown_hub_is_named() -> None:
    with pytest.raises(CommandError, match="There is no node 'XX'"):
        said("gaps", hub=["XX"])


@pytest.mark.parametrize("command", ["gaps", "backfill"])
def test_ctrl_c_ends_a_command_with_a_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prices.gaps.watched_since", Mock(side_effect=KeyboardInterrupt))
    monkeypatch.setattr("prices.backfill.plan", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(CommandError, match="Stopped"):
        said("gaps") if command == "gaps" else backfill("2026-11-01", "2026-11-03")


def test_a_range_that_was_given_up_does_not_hide_what_is_open() -> None:
    store([published(utc("2026-11-20 18:00")), published(utc("2026-11-20 18:50"))], NOW)
    sp15 = Node.objects.get(slug="sp15")
    Gap.objects.create(
        node=sp15,
        market="RTM",
        interval_start=utc("2026-11-20 18:20"),
        since=NOW,
        asked=10,
        ask_after=utc("2036-11-20 18:20"),
        given_up_at=NOW,
        reason="asked 10 times",
    )
    with time_machine.travel(NOW):
        shown = said("gaps", hub=["TH_SP15_GEN-APND"])
    assert "10:05 to 2026-11-20 10:20 PST: open, not asked for yet" in shown
    assert "10:20 to 2026-11-20 10:25 PST: given up: asked 10 times" in shown
    assert "10:25 to 2026-11-20 10:50 PST: open, not asked for yet" in shown


def test_an_unknown_node_is_named() -> None:
    with pytest.raises(CommandError, match="There is no node 'XY'"):
        backfill("2026-11-01", "2026-11-02", node=["XY"])


def test_the_gap_ledger_shows_what_is_missing_in_pacific_time() -> None:
    store([published(utc("2026-11-20 18:00")), published(utc("2026-11-20 18:50"))], NOW)
    with time_machine.travel(NOW):
        shown = said("gaps", hub=["SP15"])
    assert "SP15 RTM 2026-11-20 10:05 to 2026-11-20 10:50 PST: open, not asked for yet" in shown
    assert "NP15" not in shown


def test_redis_is_rebuilt_from_the_database(valkey: redis.Redis) -> None:
    store([published(utc("2026-11-20 18:00"), "12.5")], NOW)
    valkey.set("caiso:sp15:current", "something else altogether")
    with time_machine.travel(NOW):
        assert "SP15: at 1" in said("rebuild_redis")
    assert valkey.hget("caiso:sp15:current", "rt_price") == "12.50000"


def test_the_first_administrator_is_made_once_with_a_password_shown_once() -> None:
    shown = said("first_admin")
    password = shown.split("password ")[1].split()[0]
    assert User.objects.get(username="admin").check_password(password)
    assert said("first_admin") == ""


def test_a_password_that_was_chosen_for_the_first_administrator_is_not_shown(
    settings: Settings,
) -> None:
    settings.ADMIN_PASSWORD = "chosen-for-admin"
    assert said("first_admin") == "An account for /admin/ was created: admin, with ADMIN_PASSWORD\n"
    assert User.objects.get(username="admin").check_password("chosen-for-admin")


def test_a_redis_that_keeps_everything_is_taken(valkey: redis.Redis) -> None:
    assert said("check_redis") == ""


def test_a_redis_that_evicts_is_refused_by_name(valkey: redis.Redis) -> None:
    valkey.config_set("maxmemory", "50mb")
    valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(CommandError, match=r"REDIS_URL evicts keys \(allkeys-lru\)"):
            said("check_redis")
    finally:
        valkey.config_set("maxmemory-policy", "noeviction")
        valkey.config_set("maxmemory", "0")


@pytest.mark.process
def test_a_redis_cluster_is_refused_by_name(tmp_path: Path, settings: Settings) -> None:
    port = free_ports.reserve()
    cluster = ("--cluster-enabled", "yes", "--cluster-port", str(port + 1))
    server = start_valkey(port, tmp_path / "cluster", *cluster)
    try:
        settings.BROKER_REDIS_URL = f"redis://127.0.0.1:{port}/0"
        with pytest.raises(CommandError, match="CELERY_BROKER_URL is a Redis Cluster"):
            said("check_redis")
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_a_redis_out_of_reach_is_named(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match="REDIS_URL: Redis can't be reached"):
        said("check_redis")


def test_simulated_and_real_prices_do_not_share_a_database() -> None:
    store([published(utc("2026-11-20 18:00"))], NOW)  # from OASIS, while SOURCE is the simulator
    with pytest.raises(CommandError, match="The database holds prices of oasis"):
        said("check_source")


def test_loaded_files_may_lie_beside_either_source() -> None:
    store([published(utc("2026-11-20 18:00"))], NOW, source="file")
    assert said("check_source") == ""
