"""Deployment values: the environment wins, a wrong value stops the program with a sentence."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caisoproject.environment import Environment, kept_secret, last_run

NAME = "CAISO_LIVE_TEST"


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


def test_a_file_that_is_not_there_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="there is no such file"):
        environment(monkeypatch, str(tmp_path / "ca.pem")).file(NAME)
    (tmp_path / "ca.pem").touch()
    assert environment(monkeypatch, str(tmp_path / "ca.pem")).file(NAME) == str(tmp_path / "ca.pem")


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
    with ThreadPoolExecutor(16) as starting:
        for place in range(40):
            path = tmp_path / f"secret-{place}"
            found = set(starting.map(kept_secret, [path] * 16))
            assert len(found) == 1
            assert found != {""}


def test_the_last_runs_choice_is_not_taken_for_another_source(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"source": "simulator", "database_url": "sqlite:///simulated"}')
    assert last_run(path, "live") == {}
    assert last_run(path, "simulator")["database_url"] == "sqlite:///simulated"
