"""The secrets of a deployment in containers."""

import stat

import pytest

from caisoproject.environment import misread
from deploy import new_secrets
from prices import redis_address


def made(folder, *options):
    new_secrets.main([str(folder), *options])
    return {file.name: file.read_text().strip() for file in folder.iterdir()}


def test_addresses_have_the_passwords_that_their_servers_have(tmp_path):
    held = made(tmp_path / "secrets")
    assert held["database_url"] == f"postgres://caiso:{held['postgres_password']}@database/caiso"
    assert misread(held["database_url"]) is None
    assert redis_address.read(held["redis_url"]).password == held["valkey_password"]
    assert f"requirepass {held['valkey_password']}\n" in held["valkey_conf"]
    assert held["sentinel_conf"].endswith(held["valkey_password"])


def test_what_is_there_stays(tmp_path):
    assert made(tmp_path) == made(tmp_path)


def test_two_deployments_share_no_secret(tmp_path):
    first, second = made(tmp_path / "first"), made(tmp_path / "second")
    assert not set(first.values()) & set(second.values())


def test_nobody_else_on_the_machine_can_look_into_the_folder(tmp_path):
    made(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_no_password_is_shown(tmp_path, capsys):
    held = made(tmp_path)
    shown = capsys.readouterr().out
    assert not [name for name, text in held.items() if text in shown]


def test_servers_of_this_machine_are_named_without_sentinels(tmp_path):
    held = made(tmp_path, "--database", "127.0.0.1", "--redis", "127.0.0.1:6379")
    assert held["database_url"].endswith("@127.0.0.1/caiso")
    assert held["redis_url"] == f"redis://:{held['valkey_password']}@127.0.0.1:6379/0"
    assert redis_address.read(held["redis_url"]).hosts == (("127.0.0.1", 6379),)


def test_without_a_folder_it_says_what_is_missing(capsys):
    with pytest.raises(SystemExit):
        new_secrets.main([])
    assert "required: folder" in capsys.readouterr().err
