"""Secrets in files: read in the place of the environment, and repeated nowhere."""

import json
import os
from pathlib import Path

import pytest

from caisoproject import analyst
from caisoproject.environment import Environment, take_proxies
from caisoproject.secret_files import MOST_CHARACTERS, value_of
from deploy import plan, run

NAME = "CAISO_LIVE_TEST"
URL = "redis://:hunter2@redis.example/1"


def kept(folder: Path, content: str | bytes) -> str:
    """The path of a file with this content."""
    path = folder / "secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("hunter2", "hunter2"),
        ("hunter2\n", "hunter2"),
        ("hunter2\r\n", "hunter2"),
        ("hunter2\n\n", "hunter2"),
        (" hunter 2 ", " hunter 2 "),
        ("pässwort\n", "pässwort"),
    ],
)
def test_a_file_holds_a_value_without_the_line_break_at_its_end(
    tmp_path: Path, content: str, value: str
) -> None:
    assert value_of(NAME, {f"{NAME}_FILE": kept(tmp_path, content)}) == value
    assert value_of(NAME, {f"{NAME}_FILE": kept(tmp_path, content), NAME: ""}) == value


def test_without_a_file_the_environment_has_the_value(tmp_path: Path) -> None:
    assert value_of(NAME, {NAME: "a", f"{NAME}_FILE": ""}) == "a"
    assert value_of(NAME, {}) == ""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (b"\xff\xfehunter2", "holds no text"),
        ("hunter2" * MOST_CHARACTERS, "is too long"),
    ],
)
def test_a_file_that_holds_no_value_is_named_with_its_setting(
    tmp_path: Path, content: str | bytes, why: str
) -> None:
    path = kept(tmp_path, content)
    with pytest.raises(SystemExit) as stopped:
        value_of(NAME, {f"{NAME}_FILE": path})
    assert stopped.value.code == f"{NAME}_FILE names {path}, which {why}."


def test_a_file_that_can_not_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(SystemExit, match=f"{NAME}_FILE names {path}, which can't be .*: {why}"):
            value_of(NAME, {f"{NAME}_FILE": str(path)})


def test_a_value_in_both_places_is_refused_without_repeating_it(tmp_path: Path) -> None:
    both = {NAME: "hunter2", f"{NAME}_FILE": kept(tmp_path, "hunter3")}
    with pytest.raises(SystemExit) as stopped:
        value_of(NAME, both)
    assert stopped.value.code == f"{NAME} and {NAME}_FILE are both set: leave one of them out."


def test_every_setting_may_be_in_a_file_and_is_checked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", kept(tmp_path, f"{URL}\n"))
    assert Environment({NAME: "redis://of-the-last-run"}).url(NAME, "", ("redis",)) == URL
    with pytest.raises(SystemExit, match=f"{NAME} does not begin with one of https://") as stopped:
        Environment({}).url(NAME, "", ("https",))
    assert "hunter2" not in str(stopped.value)


def test_the_analyst_reads_its_redis_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("REDIS_URL_FILE", kept(tmp_path, URL))
    assert analyst.redis_url() == URL


def test_the_launcher_passes_files_on_and_writes_no_secret_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept(tmp_path, URL)
    environ = {"REDIS_URL_FILE": "secret", "REDIS_URL": ""}
    chosen = plan.decide(environ, source="live", port=8000, var_dir=tmp_path)
    assert (chosen.redis_url, chosen.embeds_valkey) == (URL, False)
    passed = plan.environment(chosen, environ)
    assert (passed["REDIS_URL_FILE"], passed["REDIS_URL"]) == (str(tmp_path / "secret"), "")
    chosen.state.mkdir()
    run.store_plan(chosen)
    written = (tmp_path / "run.json").read_text()
    assert "hunter2" not in written
    last = Environment({name: str(value) for name, value in json.loads(written).items()})
    monkeypatch.delenv("REDIS_URL")
    assert last.text("REDIS_URL", "") == URL
    monkeypatch.setenv("REDIS_URL", "redis://another")
    assert last.text("REDIS_URL", "") == "redis://another"


def test_what_the_last_run_was_told_is_private_also_where_the_file_was_not(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch(mode=0o644)
    environ = {"DATABASE_URL": "postgres://me:hunter2@db/caiso"}
    run.store_plan(plan.decide(environ, source="live", port=8000, var_dir=tmp_path))
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600


def test_proxies_in_files_are_put_where_every_library_looks(tmp_path: Path) -> None:
    environ = {"HTTPS_PROXY_FILE": kept(tmp_path, "http://me:pw@proxy:3128\n"), "PATH": "/bin"}
    take_proxies(environ)
    assert environ == {"HTTPS_PROXY": "http://me:pw@proxy:3128", "PATH": "/bin"}
    assert os.environ.get("HTTPS_PROXY") != environ["HTTPS_PROXY"]
