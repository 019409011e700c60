"""OASIS through the environment's proxy, and this machine without it."""

from http import HTTPStatus
from pathlib import Path

import pytest
from pytest_django import Settings

from deploy import reach
from market.markets import Market
from oasis import proxies
from oasis.errors import ServerTrouble
from oasis.query import PriceQuery
from oasis.turns import Priority
from prices.ingest import ingest
from prices.ingest import oasis as prices_oasis
from prices.models import FetchRun, Price
from simulator.server import Running
from tests.conftest import utc
from tests.outbound.certificates import Authority
from tests.outbound.proxy import proxying

HUB = "TH_SP15_GEN-APND"
QUERY = PriceQuery(Market.DAM, (HUB,), utc("2026-11-10 08:00"), utc("2026-11-10 11:00"))
ALL = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.mark.django_db
def test_a_simulator_on_this_machine_is_asked_without_the_proxy(
    oasis: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ALL:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    ingest(QUERY, Priority.LAST, "poll")
    assert Price.objects.count() == 3


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1")),
        *((host, True) for host in ("::ffff:127.0.0.1", "0.0.0.0", "::")),
        *((host, False) for host in ("oasis.caiso.com", "10.0.0.1", "localhost.example.com", "")),
        ("127.0.0.1.example.com", False),
    ],
)
def test_loopback_is_recognised_by_name_and_by_number(host: str, loopback: bool) -> None:
    assert proxies.is_loopback(host) is loopback


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", ["own", "ALL_PROXY"])
def test_oasis_is_asked_through_the_environments_proxy(
    scheme: str,
    name: str,
    oasis: Running,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority = Authority(tmp_path)
    port = int(oasis.url.split(":")[2].split("/")[0])
    with proxying(port, authority.server("oasis.example.com", "127.0.0.1")) as proxy:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY" if name == "own" else name, proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        settings.OASIS_URL = f"{scheme}://oasis.example.com/oasisapi"
        prices_oasis.cache_clear()
        ingest(QUERY, Priority.LAST, "poll")
        assert reach.why_unreachable(settings.OASIS_URL) is None
    assert Price.objects.count() == 3
    asked = (
        "CONNECT oasis.example.com:443" if scheme == "https" else "GET http://oasis.example.com/"
    )
    assert all(request.startswith(asked) for request in proxy.asked)


@pytest.mark.django_db
def test_a_proxy_that_refuses_is_reported_without_its_password(
    oasis: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oasis.client.FIRST_PAUSE_SECONDS", 0)
    with proxying(1) as proxy:
        proxy.refuses_with = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//desk:hunter2@"))
        settings.OASIS_URL = "https://oasis.example.com/oasisapi"
        prices_oasis.cache_clear()
        with pytest.raises(ServerTrouble, match="407"):
            ingest(QUERY, Priority.LAST, "poll")
        assert proxy.credentials[0] == "Basic ZGVzazpodW50ZXIy"
        why = reach.why_unreachable(settings.OASIS_URL)
    assert why == "the proxy of the environment does not let us through"
    assert "hunter2" not in FetchRun.objects.get().detail


@pytest.mark.parametrize(
    ("proxy", "usable"),
    [
        ("http://proxy.example:3128", True),
        ("http://me:secret@proxy.example:3128/", True),
        ("HTTPS://proxy.example", True),
        ("proxy.example:3128", True),
        ("http://[2001:db8::1]:3128", True),
        ("socks5://proxy.example:1080", False),
        ("http://proxy.example:port", False),
        ("http://", False),
        ("http://me:pass#word@proxy.example:3128", True),
        ("http://me:pass/word@proxy.example:3128", False),
        ("http://proxy example", False),
    ],
)
def test_an_unusable_proxy_is_reported_at_start(
    proxy: str, usable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    problem = proxies.trouble("https://oasis.example.com/oasisapi")
    assert (problem is None) is usable
    assert "secret" not in str(problem)
    assert "word" not in str(problem)
    assert proxies.trouble("https://127.0.0.1/oasisapi") is None
