"""A name for OASIS that leads into our own network is not followed."""

import socket
from contextlib import nullcontext
from unittest.mock import Mock

import pytest

from deploy import reach
from market.markets import Market
from oasis.client import Oasis
from oasis.errors import ServerTrouble
from oasis.query import PriceQuery
from oasis.turns import Priority
from simulator.server import Running
from tests.conftest import utc

QUERY = PriceQuery(
    Market.DAM, ("TH_SP15_GEN-APND",), utc("2026-11-10 08:00"), utc("2026-11-10 11:00")
)


@pytest.fixture
def answered_for(oasis: Running, monkeypatch: pytest.MonkeyPatch) -> str:
    """The simulator's address under CAISO's name, which somebody's resolver leads to loopback."""
    _, port = oasis.url.removeprefix("http://").split("/")[0].split(":")
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **options: object) -> object:
        return real("127.0.0.1", *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return f"http://oasis.caiso.com:{port}/oasisapi"


def asked(url: str, *, inside: bool = False) -> bytes:
    turns = Mock(turn=lambda _: nullcontext(Mock()))
    return Oasis(url, turns, inside=inside).single_zip(QUERY, Priority.LAST).content


def test_a_name_that_leads_inside_is_not_asked(answered_for: str, oasis: Running) -> None:
    with pytest.raises(ServerTrouble) as trouble:
        asked(answered_for)
    first = str(trouble.value).splitlines()[0]
    assert first == (
        "oasis.caiso.com is at 127.0.0.1, which is not public: set OASIS_INSIDE=1 if OASIS_URL "
        "is meant to be in your own network"
    )
    assert not oasis.requests


def test_it_is_asked_where_the_operator_means_it(answered_for: str) -> None:
    assert asked(answered_for, inside=True).startswith(b"PK")


def test_this_machine_may_always_be_asked(oasis: Running) -> None:
    assert asked(oasis.url).startswith(b"PK")


def test_what_chooses_the_source_does_not_follow_it_either(
    answered_for: str, oasis: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reach.why_unreachable(answered_for) == (
        "oasis.caiso.com is at 127.0.0.1, which is not public: set OASIS_INSIDE=1 if OASIS_URL "
        "is meant to be in your own network"
    )
    assert not oasis.requests
    monkeypatch.setenv("OASIS_INSIDE", "1")
    assert reach.why_unreachable(answered_for) is None
