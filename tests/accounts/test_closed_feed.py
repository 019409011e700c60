"""The live feed where the dashboard is not public: who is let in, and who is sent away again."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.sessions import that_may_read
from live import session_watch
from live.close_codes import SIGNED_OUT
from live.fanout import fanout
from tests.live.browsers import Browser, browser
from tests.live.streaming import Stream, stream

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


PAGE = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}
OF_A_PAGE = PAGE | {"authorization": ""}


@pytest.fixture(autouse=True)
def closed(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False


def session_of(name: str, group: str = "viewer") -> str:
    """The cookie of somebody who is logged in."""
    user = User.objects.create_user(name, password="right")
    user.groups.set(Group.objects.filter(name=group))
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def socket(cookie: str = "", **headers: str) -> Browser:
    """A page's socket; greeted or refused, it connects by itself."""
    return browser("SP15", **(headers or PAGE | {"cookie": cookie}))


async def logged_in(name: str = "vera") -> Browser:
    found = await socket(await sync_to_async(session_of)(name))
    await found.greeted()
    return found


async def closed_with(client: Browser) -> tuple[str, int]:
    """What was said last, and the close code."""
    error = await client.frame("error")
    closing = await client.receive_output(timeout=5)
    assert closing["type"] == "websocket.close"
    return error["code"], closing["code"]


async def test_without_a_session_a_socket_is_closed_with_4401_and_a_stream_refused() -> None:
    client = await socket()
    await client.connect()
    assert await closed_with(client) == ("signed_out", SIGNED_OUT)
    planted = await socket("sessionid=of-nobody")
    await planted.connect()
    assert await closed_with(planted) == ("signed_out", SIGNED_OUT)
    assert (await stream(**OF_A_PAGE).problem())[0] == 401


async def test_who_may_not_read_gets_no_feed_either() -> None:
    client = await socket(await sync_to_async(session_of)("nils", "no such group"))
    await client.connect()
    assert await closed_with(client) == ("signed_out", SIGNED_OUT)


async def test_a_reader_who_is_logged_in_and_a_program_get_the_feed() -> None:
    client = await logged_in()
    await client.disconnect()
    reader = stream(authorization="Bearer of-the-tests")
    assert (await reader.response())[0] == 200
    await reader.leave()


def log_out() -> None:
    Session.objects.all().delete()


def expire() -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def change_password() -> None:
    user = User.objects.get()
    user.set_password("another")
    user.save()


def switch_off() -> None:
    User.objects.update(is_active=False)


def leave_group() -> None:
    User.objects.get().groups.clear()


@pytest.mark.parametrize("end", [log_out, expire, change_password, switch_off, leave_group])
async def test_a_socket_whose_session_has_ended_is_closed(end: Callable[[], None]) -> None:
    client = await logged_in()
    await fanout().sessions.look()
    assert len(fanout().readers.everyone) == 1
    await sync_to_async(end)()
    await fanout().sessions.look()
    assert await closed_with(client) == ("signed_out", SIGNED_OUT)
    assert not fanout().readers.everyone
    assert not fanout().sessions.keys


async def test_a_stream_whose_session_has_ended_ends() -> None:
    reader: Stream = stream(**OF_A_PAGE, cookie=await sync_to_async(session_of)("vera"))
    assert (await reader.response())[0] == 200
    await reader.until("hello")
    await sync_to_async(log_out)()
    await fanout().sessions.look()
    last = (await reader.until("error"))[-1]
    assert (last.body["code"], last.retry) == ("signed_out", "")
    async with asyncio.timeout(5):
        while (await reader.receive_output(timeout=5))["more_body"]:
            pass
    await reader.leave()


async def test_a_program_and_those_who_are_still_logged_in_stay() -> None:
    vera, walt = await logged_in("vera"), await logged_in("walt")
    program = await socket(authorization="Bearer of-the-tests")
    await program.greeted()
    await Session.objects.exclude(pk=fanout().sessions.keys[reader_of(0)]).adelete()
    await fanout().sessions.look()
    assert len(fanout().readers.everyone) == 2
    for client in (vera, walt, program):
        await client.disconnect()


def reader_of(number: int) -> Any:
    return list(fanout().sessions.keys)[number]


async def test_with_no_database_to_ask_everybody_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await logged_in()

    def away(*_: object, **__: object) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(session_watch, "that_may_read", away)
        await fanout().sessions.look()
    assert len(fanout().readers.everyone) == 1
    await client.disconnect()


async def test_they_are_looked_at_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    assert session_watch.EVERY_SECONDS == 60
    monkeypatch.setattr(session_watch, "EVERY_SECONDS", 0.01)
    client = await logged_in()
    await sync_to_async(log_out)()
    assert await closed_with(client) == ("signed_out", SIGNED_OUT)


def test_all_sessions_of_a_process_are_two_queries() -> None:
    keys = {session_of(f"reader {number}").removeprefix("sessionid=") for number in range(20)}
    with CaptureQueriesContext(connection) as asked:
        assert that_may_read(keys, now=timezone.now()) == keys
    assert len(asked) == 2


async def test_where_the_dashboard_is_public_no_session_is_asked_for(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True
    client = await socket("sessionid=of-nobody")
    await client.greeted()
    assert not fanout().sessions.keys
    await client.disconnect()
