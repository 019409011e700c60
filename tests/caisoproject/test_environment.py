"""Deployment values: the environment wins, a wrong value stops the program with a sentence."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import dj_database_url
import pytest
import redis
from kombu import Connection

from caisoproject import environment as environments
from caisoproject.environment import (
    Environment,
    kept_secret,
    last_run,
    write_once,
)

NAME = "CAISO_LIVE_TEST"
PLACES, TOGETHER = 10, 8


def environment(
    monkeypatch: pytest.MonkeyPatch, value: str | None, chosen: str | None = None
) -> Environment:
    """An environment where NAME has `value`, after a run that chose `chosen`."""
    monkeypatch.delenv(NAME, raising=False)
    if value is not None:
        monkeypatch.setenv(NAME, value)
    return Environment({} if chosen is None else {NAME.lower(): chosen})


@pytest.mark.parametrize(
    ("value", "chosen", "expected"),
    [
        (None, None, "default"),
        ("", None, "default"),
        (None, "the last run's", "the last run's"),
        ("", "the last run's", "the last run's"),
        ("mine", "the last run's", "mine"),
    ],
)
def test_the_environment_wins_over_the_last_run_and_that_over_the_default(
    monkeypatch: pytest.MonkeyPatch, value: str | None, chosen: str | None, expected: str
) -> None:
    assert environment(monkeypatch, value, chosen).text(NAME, "default") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((yes, True) for yes in ("1", "TRUE", "yes", "on", None)),
        *((no, False) for no in ("0", "False", "no", "off")),
    ],
)
def test_a_flag_is_yes_or_no(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool
) -> None:
    assert environment(monkeypatch, value).flag(NAME, default=True) is expected


@pytest.mark.parametrize(("value", "number"), [(None, 7), ("1", 1), ("10", 10), ("007", 7)])
def test_a_number_within_its_bounds_is_taken(
    monkeypatch: pytest.MonkeyPatch, value: str | None, number: int
) -> None:
    assert environment(monkeypatch, value).number(NAME, 7, least=1, most=10) == number


@pytest.mark.parametrize("value", ["0", "11", "-1", "1.5", "1e1", "ten", "٧", "1_0", " 7", "²"])
def test_another_number_stops_the_program(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        environment(monkeypatch, value).number(NAME, 7, least=1, most=10)
    assert stopped.value.code == f"{NAME} is {value!r}; it takes a whole number from 1 to 10."


def test_a_wrong_flag_choice_or_address_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = environment(monkeypatch, "maybe")
    with pytest.raises(SystemExit, match="is 'maybe'; it takes 1 or 0"):
        wrong.flag(NAME, default=True)
    with pytest.raises(SystemExit, match="is 'maybe'; it takes one of oasis, simulator"):
        wrong.one_of(NAME, "oasis", ("oasis", "simulator"))
    with pytest.raises(SystemExit, match="does not begin with one of redis://, rediss://"):
        wrong.url(NAME, "redis://localhost", ("redis", "rediss"))


def test_what_is_not_set_is_no_address_no_file_and_no_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unset = environment(monkeypatch, None)
    assert (unset.url(NAME, "", ("https",)), unset.file(NAME), unset.hosts(NAME)) == ("", "", [])
    assert unset.matching(NAME, "[a-z]+", "a word") == ""


def test_hosts_are_named_with_their_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    named = environment(monkeypatch, "receiver:9000, 127.0.0.1:80,[::1]:8080")
    assert named.hosts(NAME) == ["receiver:9000", "127.0.0.1:80", "[::1]:8080"]


@pytest.mark.parametrize("value", ["receiver", "a:b", "http://a:80", "A:80", "a:80 b:80", "::1:80"])
def test_a_host_without_its_port_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with pytest.raises(SystemExit, match="takes host:port, with commas between"):
        environment(monkeypatch, value).hosts(NAME)


def test_proxies_are_named_by_address_network_or_as_unix(monkeypatch: pytest.MonkeyPatch) -> None:
    named = environment(monkeypatch, "10.0.0.7, 192.0.2.0/24,2001:db8::/64,unix")
    assert named.networks(NAME) == ["10.0.0.7", "192.0.2.0/24", "2001:db8::/64", "unix"]
    assert environment(monkeypatch, None).networks(NAME) == []


@pytest.mark.parametrize(
    "value", ["proxy", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.1:80", "[::1]", "10.0.0.1;::1"]
)
def test_a_proxy_that_is_no_network_or_everybody_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with pytest.raises(SystemExit, match=f"{NAME} has .*; it takes addresses, networks"):
        environment(monkeypatch, value).networks(NAME)


def test_a_file_that_is_not_there_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="there is no such file"):
        environment(monkeypatch, str(tmp_path / "ca.pem")).file(NAME)
    (tmp_path / "ca.pem").touch()
    assert environment(monkeypatch, str(tmp_path / "ca.pem")).file(NAME) == str(tmp_path / "ca.pem")


def test_a_folder_that_is_not_there_stops_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment(monkeypatch, None).folder(NAME) == ""
    assert environment(monkeypatch, str(tmp_path)).folder(NAME) == str(tmp_path)
    with pytest.raises(SystemExit, match="there is no such folder"):
        environment(monkeypatch, str(tmp_path / "none")).folder(NAME)


def test_a_wrong_key_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, "abc").matching(NAME, "[a-z]+", "a word") == "abc"
    with pytest.raises(SystemExit) as stopped:
        environment(monkeypatch, "abc-123").matching(NAME, "[a-z]+", "a word")
    assert stopped.value.code == f"{NAME} is not a word."


def test_a_wrong_address_is_not_repeated_for_it_may_hold_a_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit) as stopped:
        environment(monkeypatch, "http://me:hunter2@db").url(NAME, "redis://x", ("redis",))
    assert "hunter2" not in str(stopped.value.code)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(monkeypatch, " a, b,,c ,").items(NAME, "") == ["a", "b", "c"]
    assert environment(monkeypatch, None).items(NAME, "") == []


def test_what_the_last_run_chose_is_read_and_its_absence_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    assert last_run(path, None) == {}
    path.write_text('{"port": 8000, "redis_url": "redis://x"}')
    assert last_run(path, None) == {"port": "8000", "redis_url": "redis://x"}


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "7"])
def test_a_broken_record_of_the_last_run_stops_the_program(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(SystemExit, match=r"run\.json cannot be read"):
        last_run(path, None)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret"
    secret = kept_secret(path)
    assert len(secret) >= 60
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept_secret(tmp_path / "other") != secret
    assert [found.name for found in path.parent.iterdir()] == ["secret"]


def test_processes_that_start_together_share_one_whole_secret(tmp_path: Path) -> None:
    for place in range(PLACES):
        assert len(secrets_at_once(tmp_path / f"secret-{place}")) == 1


def secrets_at_once(path: Path) -> set[str]:
    """What processes find that start at the same moment."""
    gate = Barrier(TOGETHER)

    def start(_: int) -> str:
        gate.wait(30)
        return kept_secret(path)

    with ThreadPoolExecutor(TOGETHER) as starting:
        found = set(starting.map(start, range(TOGETHER)))
    assert "" not in found
    return found


def test_the_last_runs_choice_is_not_taken_for_another_source(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"source": "simulator", "database_url": "sqlite:///simulated"}')
    assert last_run(path, "live") == {}
    assert last_run(path, "simulator")["database_url"] == "sqlite:///simulated"


ANY = ("postgres", "redis", "unix", "sqlite", "https")


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:p%23%3F%2F%40%25@db.example:5432/caiso?sslmode=require",
        "postgres://me:p@ss@db.example/caiso",
        "postgres:///caiso",
        "redis://:p%23%3F%2F@[::1]:6379/0",
        "unix://:p%2Fw@/run/redis.sock?db=1",
        "unix:///run/red@is.sock",
        "sqlite:////srv/a@b/db.sqlite3",
        "https://oasis.example.com/oasisapi",
    ],
)
def test_an_address_that_every_program_reads_alike_is_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert environment(monkeypatch, url).url(NAME, "", ANY) == url


@pytest.mark.parametrize("sign", ["#", "?", "/", "["])
@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:hunter{}2@db.example/caiso",
        "postgres://me:{}hunter@db.example/caiso",
        "redis://:hunter{}2@redis.example:6379/0",
        "redis://:12{}hunter@redis.example:6379/0",
    ],
)
def test_a_password_with_a_sign_of_addresses_is_refused_with_how_to_write_it(
    monkeypatch: pytest.MonkeyPatch, url: str, sign: str
) -> None:
    with pytest.raises(SystemExit, match=r"write # as %23, \? as %3F, / as %2F") as stopped:
        environment(monkeypatch, url.format(sign)).url(NAME, "", ANY)
    assert "hunter" not in str(stopped.value.code)


def test_a_password_written_that_way_is_the_same_for_every_client() -> None:
    database = dj_database_url.parse("postgres://me:a%23b%3Fc%2Fd%40e%25f@db/caiso")
    client = redis.Redis.from_url("redis://:a%23b%3Fc%2Fd%40e%25f@db/0")
    broker = Connection("redis://:a%23b%3Fc%2Fd%40e%25f@db/0")
    found = client.connection_pool.connection_kwargs["password"]
    assert database["PASSWORD"] == found == broker.password == "a#b?c/d@e%f"
    client.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis://redis.example:port/0", "can't be read"),
        ("redis://redis.example /0", "has a blank or a line break in it"),
        ("redis://redis.example/0\n", "has a blank or a line break in it"),
        ("https:///oasisapi", "takes a host, and no question mark behind it"),
        ("https://oasis.example.com/oasisapi?x=1", "takes a host, and no question mark"),
        ("https:oasis.example.com", "does not begin with one of"),
    ],
)
def test_an_address_that_leads_nowhere_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    with pytest.raises(SystemExit, match=sentence):
        environment(monkeypatch, url).url(NAME, "", ANY)


@pytest.mark.parametrize("value", ["a.example", ".example.com", "*", "[::1]", "10.0.0.1", "web_1"])
def test_a_host_name_is_taken_as_django_does(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert environment(monkeypatch, f"localhost, {value}").names(NAME, "")[1] == value


@pytest.mark.parametrize(
    "value",
    ["https://a.example", "a.example:443", "a.example b.example", "*.example.com", "::1", "a/b"],
)
def test_what_is_no_host_name_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with pytest.raises(SystemExit, match="takes names without http:// and without a port"):
        environment(monkeypatch, value).names(NAME, "")


def test_origins_are_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    good = environment(monkeypatch, "https://a.example/, http://b:8000,https://*.c.example")
    assert good.origins(NAME) == ["https://a.example", "http://b:8000", "https://*.c.example"]
    for wrong in ("a.example", "https://a.example/x", "https://A.example", "ftp://a", "*"):
        with pytest.raises(SystemExit, match="takes whole origins in lower case"):
            environment(monkeypatch, wrong).origins(NAME)


def test_a_mail_server_is_a_host_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for right in ("smtp.example.com", "10.0.0.1", "::1", "mail"):
        assert environment(monkeypatch, right).host(NAME) == right
    for wrong in ("smtp://mail", "mail:25", "me:hunter2@mail", "mail one", "mail/x", "-"):
        with pytest.raises(SystemExit, match="is no host name; it takes one without") as stopped:
            environment(monkeypatch, wrong).host(NAME)
        assert "hunter2" not in str(stopped.value.code)


def test_the_sender_is_one_line_with_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for right in ("desk@example.com", "CAISO Live <caiso-live@localhost>", '"A, B" <c@d.example>'):
        assert environment(monkeypatch, right).sender(NAME, "") == right
    for wrong in ("desk", "Desk <desk>", "a@b.example\nBcc: c@d.example", "Desk <>", "a b@c"):
        with pytest.raises(SystemExit, match="takes one line"):
            environment(monkeypatch, wrong).sender(NAME, "")


def no_links(*_: object) -> None:
    raise PermissionError("Operation not permitted")


def test_without_hard_links_a_secret_is_made_once_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.link", no_links)
    for place in range(PLACES):
        path = tmp_path / f"secret-{place}"
        found = secrets_at_once(path)
        assert len(found) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_once(path, "another")
    assert {kept_secret(path)} == found


def test_a_secret_that_nobody_finished_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "SECRET_SECONDS", 0)
    (tmp_path / "secret").touch()
    with pytest.raises(SystemExit, match="secret is empty; remove it and start again"):
        kept_secret(tmp_path / "secret")


def test_a_webhooks_proxy_has_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    right = "http://me:p%23@proxy.example:3128"
    assert environment(monkeypatch, f"{right}/").proxy(NAME) == right
    for wrong in ("http://proxy.example", "http://proxy.example:3128/x"):
        with pytest.raises(SystemExit, match="takes http://, a host and a port"):
            environment(monkeypatch, wrong).proxy(NAME)
    with pytest.raises(SystemExit, match="does not begin with one of http://"):
        environment(monkeypatch, "socks5://proxy.example:1080").proxy(NAME)


def test_some_of_a_few_names(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = ("operator", "admin")
    assert environment(monkeypatch, None).some_of(NAME, roles) == []
    assert environment(monkeypatch, "admin, operator").some_of(NAME, roles) == ["admin", "operator"]
    with pytest.raises(SystemExit, match=f"{NAME} takes some of operator, admin; 'boss' is none."):
        environment(monkeypatch, "admin,boss").some_of(NAME, roles)
